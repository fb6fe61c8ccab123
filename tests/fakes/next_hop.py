"""``FakeNextHop``: the ``NextHop`` port in memory; answers what it was told to, for each recipient."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from shared.ports_next_hop import HopHealth, HopStep, ProbedStep, RecipientReply


@dataclass(frozen=True)
class Transaction:
    """One call of ``deliver`` that reached a server. ``data`` is empty where nobody was accepted."""

    server: str
    reverse_path: str
    recipients: tuple[str, ...]
    accepted: tuple[str, ...]
    data: bytes


class FakeNextHop:
    """``during`` is called while a transaction is open; ``most_recipients`` bounds what one transaction takes."""

    def __init__(self) -> None:
        self.transactions: list[Transaction] = []
        self.asked: list[NextHopServer] = []
        """The server of every call of ``deliver``."""
        self.during: Callable[[], object] | None = None
        self.most_recipients = 1_000_000
        self._codes: dict[str, int] = {}
        self._silent: set[str] = set()
        self._cut: set[str] = set()
        self._seven_bit: set[str] = set()
        self._dsn: set[str] = set()
        self._unwell: dict[tuple[str, NextHopServer], str] = {}
        self._lock = threading.Lock()

    def answer(self, recipient: str, code: int) -> None:
        """From now on answer ``code`` for this recipient; 250 is what all others get."""
        self._codes[recipient] = code

    def silent(self, host: str) -> None:
        """From now on nobody listens at ``host``."""
        self._silent.add(host)

    def cut(self, host: str) -> None:
        """From now on ``host`` takes messages and hangs up instead of answering."""
        self._cut.add(host)

    def probe(self, server: NextHopServer) -> tuple[ProbedStep, ...]:
        """See the port."""
        if server.host in self._silent:
            return (ProbedStep(HopStep.CONNECT, False, "connection refused"),)
        steps = [HopStep.CONNECT, HopStep.GREETING]
        if server.starttls != "none":
            steps.append(HopStep.ENCRYPT)
        if server.username:
            steps.append(HopStep.AUTHENTICATE)
        return tuple(ProbedStep(step, True) for step in (*steps, HopStep.READY))

    def only_seven_bit(self, host: str) -> None:
        """From now on ``host`` takes no 8-bit messages."""
        self._seven_bit.add(host)

    def relays_dsn(self, host: str) -> None:
        """From now on ``host`` takes over what is asked for about reports."""
        self._dsn.add(host)

    def is_well(self, tenant_id: str, server: NextHopServer) -> bool:
        """See the port. A server that failed stays unwell until it works."""
        return (tenant_id, server) not in self._unwell

    def health(self, tenant_id: str) -> tuple[HopHealth, ...]:
        """See the port."""
        found = [
            HopHealth(f"{server.host}:{server.port}", 1, 15.0, text)
            for (tenant, server), text in self._unwell.items()
            if tenant == tenant_id
        ]
        return tuple(sorted(found, key=lambda one: one.server))

    def deliver(
        self,
        server: NextHopServer,
        reverse_path: str,
        recipients: Sequence[str],
        envelope: Envelope,
        content: Content,
        *,
        tenant_id: str = "",
    ) -> tuple[RecipientReply, ...]:
        """See the port."""
        self.asked.append(server)
        replies = self._deliver(server, reverse_path, recipients, content)
        trouble = next((reply.text for reply in replies if not reply.accepted and reply.status in ("", "4.4.2")), "")
        if trouble:
            self._unwell[tenant_id, server] = trouble
        else:
            self._unwell.pop((tenant_id, server), None)
        return replies

    def _deliver(
        self, server: NextHopServer, reverse_path: str, recipients: Sequence[str], content: Content
    ) -> tuple[RecipientReply, ...]:
        name = f"{server.host}:{server.port}"
        if server.host in self._silent:
            return tuple(
                RecipientReply(recipient, False, False, 0, "", "connection refused", name) for recipient in recipients
            )
        if self.during is not None:
            self.during()
        if server.host in self._seven_bit and not all(chunk.isascii() for chunk in content.chunks()):
            return tuple(
                RecipientReply(one, False, True, 0, "5.6.3", "no 8-bit messages", name, needs_seven_bit=True)
                for one in recipients
            )
        replies = []
        accepted: list[str] = []
        for recipient in recipients:
            code = self._codes.get(recipient, 250)
            if code == 250 and len(accepted) >= self.most_recipients:
                code = 452
            if code == 250:
                accepted.append(recipient)
            replies.append(_reply(recipient, code, name, relays_dsn=code == 250 and server.host in self._dsn))
        data = b"".join(content.chunks()) if accepted else b""
        with self._lock:
            self.transactions.append(Transaction(name, reverse_path, tuple(recipients), tuple(accepted), data))
        if server.host in self._cut:
            return tuple(
                RecipientReply(recipient, False, False, 0, "4.4.2", "connection lost", name, unclear=True)
                for recipient in recipients
            )
        return tuple(replies)


def _reply(recipient: str, code: int, server: str, *, relays_dsn: bool) -> RecipientReply:
    status = f"{code // 100}.{'5.3' if code == 452 else '0.0'}"
    return RecipientReply(recipient, code == 250, code >= 500, code, status, "as told", server, relays_dsn=relays_dsn)
