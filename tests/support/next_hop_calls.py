"""Short calls of ``SmtpNextHop`` against a ``NextHopServer``, and its answers in short."""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from shared.ports_next_hop import RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_server import NextHopServer as Server

DATA = b"Subject: x\r\n\r\nHello.\r\n"
A, B, C = "a@x.example", "b@x.example", "c@x.example"
SENDER = "me@aozora.example"
TEMPORARY = ["temporary", "temporary"]
PERMANENT = ["permanent", "permanent"]


def deliver(
    server: Server,
    recipients: Sequence[str] = (A, B),
    data: bytes = DATA,
    *,
    sender: str = SENDER,
    smtputf8: bool = False,
    body: str = "7BIT",
    timeout: float = 5.0,
    chunks: Sequence[bytes] | None = None,
    longest: float = 60.0,
) -> tuple[RecipientReply, ...]:
    """Deliver ``data`` (or ``chunks``), from ``SENDER`` to ``A`` and ``B`` unless told otherwise."""
    pieces = [data] if chunks is None else list(chunks)
    content = Content(sum(map(len, pieces)), lambda: iter(pieces))
    return deliver_content(server, content, recipients, sender, smtputf8, body, timeout, longest)


def deliver_content(
    server: Server,
    content: Content,
    recipients: Sequence[str] = (A,),
    sender: str = SENDER,
    smtputf8: bool = False,
    body: str = "7BIT",
    timeout: float = 5.0,
    longest: float = 60.0,
) -> tuple[RecipientReply, ...]:
    """Deliver content of any making."""
    hop = SmtpNextHop("matta.test", FakeSecrets(), longest_seconds=longest)
    target = NextHopServer(host="127.0.0.1", port=server.port, timeout_seconds=timeout)
    return hop.deliver(target, sender, recipients, Envelope(sender, tuple(recipients), smtputf8, body), content)


def fates(replies: Sequence[RecipientReply]) -> list[str]:
    """``sent``, ``permanent`` or ``temporary`` for each."""
    return ["sent" if reply.accepted else "permanent" if reply.permanent else "temporary" for reply in replies]
