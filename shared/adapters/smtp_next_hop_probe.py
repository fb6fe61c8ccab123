"""Try a next hop without sending mail: connection, greeting, TLS, authentication, NOOP. For administrators, not for mail."""

from __future__ import annotations

from shared.adapters.smtp_next_hop_connection import Budget, ConnectionFailed
from shared.adapters.smtp_next_hop_credentials import certificate_for, password_for
from shared.adapters.smtp_next_hop_reply import bounded, safe_text
from shared.adapters.smtp_next_hop_session import EncryptionFailed, Sessions
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Secrets
from shared.ports_next_hop import HopStep, ProbedStep

LONGEST_SECONDS = 20.0
"""Of the whole trial; somebody waits in front of it."""
_STEP_SECONDS = 10.0


def probe_server(server: NextHopServer, sessions: Sessions, secrets: Secrets) -> tuple[ProbedStep, ...]:
    """See ``NextHop.probe``."""
    done: dict[HopStep, str] = {}

    def note(step: HopStep, text: str) -> None:
        if step is HopStep.CONNECT:
            done.clear()  # a second connection, in the clear
        done[step] = text

    budget = Budget(LONGEST_SECONDS, min(server.timeout_seconds, _STEP_SECONDS))
    failed = ""
    failed_step: HopStep | None = None
    try:
        session = sessions.open(
            server, lambda: password_for(server, secrets), lambda: certificate_for(server, secrets), budget, note
        )
    except EncryptionFailed as error:  # with implicit TLS that is before the greeting
        failed, failed_step = error.text, HopStep.ENCRYPT
    except ConnectionFailed as error:
        failed = error.text
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
        steps.append(ProbedStep(failed_step or _next(server, done), False, _shown(failed)))
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
