"""Try a next hop without sending mail: connection, greeting, TLS, authentication, NOOP. For administrators, not for mail."""

from __future__ import annotations

from collections.abc import Container

from shared.adapters.smtp_next_hop_connection import Budget, ConnectionFailed
from shared.adapters.smtp_next_hop_reply import bounded, safe_text
from shared.adapters.smtp_next_hop_session import open_session
from shared.core.policy.tenant_settings import NextHopServer
from shared.errors import MattaError
from shared.ports import HopStep, ProbedStep, Secrets

LONGEST_SECONDS = 20.0
"""Of the whole trial; somebody waits in front of it."""
_STEP_SECONDS = 10.0


def probe_server(
    server: NextHopServer, host_name: str, secrets: Secrets, trust: str, reachable: Container[str] | None = None
) -> tuple[ProbedStep, ...]:
    """See ``NextHop.probe``."""
    done: dict[HopStep, str] = {}

    def note(step: HopStep, text: str) -> None:
        if step is HopStep.CONNECT:
            done.clear()  # a second connection, in the clear
        done[step] = text

    budget = Budget(LONGEST_SECONDS, min(server.timeout_seconds, _STEP_SECONDS))
    failed = ""
    try:
        session = open_session(
            server, host_name, lambda: secrets.secret(server.password_secret), trust, budget, note, reachable
        )
    except ConnectionFailed as error:
        failed = error.text
    except MattaError:
        failed = "the password of the server cannot be had"
    else:
        try:
            reply = session.connection.command(b"NOOP")
            if reply.positive:
                note(HopStep.READY, "")
            else:
                failed = f"the server refuses commands: {reply.code} {reply.text}"
        except ConnectionFailed as error:
            failed = error.text
        session.quit()
    steps = [ProbedStep(step, True, _shown(text)) for step, text in done.items()]
    if HopStep.READY not in done:
        steps.append(ProbedStep(_next(server, done), False, _shown(failed)))
    return tuple(steps)


def _next(server: NextHopServer, done: dict[HopStep, str]) -> HopStep:
    """The first step that the settings ask for and that did not work."""
    left_out = set()
    if server.starttls == "none":
        left_out.add(HopStep.ENCRYPT)
    if not server.username:
        left_out.add(HopStep.AUTHENTICATE)
    return next(step for step in HopStep if step not in done and step not in left_out)


def _shown(text: str) -> str:
    return bounded(safe_text(text.encode()))
