"""The port to next hops: the servers that take a tenant's outgoing mail, over SMTP (stage 4b).

The rules of ``shared/ports.py`` hold, but no method raises for what a server does: its answers are the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content


@dataclass(frozen=True, slots=True)
class RecipientReply:
    """What a next hop answered for one recipient. ``code`` is the SMTP reply code, 0 where none came.

    ``status`` is the enhanced status code (RFC 3463) where one was given. ``accepted`` is final; otherwise
    ``permanent`` tells whether trying again is pointless. ``unclear``: the content's end was sent and no answer came,
    so the server may have the message; asking another server at once would most likely make a second copy.
    ``relays_dsn``: the server took what the envelope asks for about reports along with the recipient, so reports of
    success are its duty from here on (RFC 3461 section 5.2). ``needs_seven_bit``: nothing was sent, since the message
    has 8-bit bytes and the server does not take them (RFC 6152); a form of the message in 7 bits could go.
    """

    recipient: str
    accepted: bool
    permanent: bool
    code: int
    status: str
    text: str
    server: str
    unclear: bool = False
    relays_dsn: bool = False
    needs_seven_bit: bool = False


class HopStep(StrEnum):
    """A step on the way to where mail could be sent, in this order."""

    CONNECT = "connect"
    GREETING = "greeting"
    ENCRYPT = "encrypt"
    AUTHENTICATE = "authenticate"
    READY = "ready"
    """The server answers a command (NOOP) after all of this."""


@dataclass(frozen=True, slots=True)
class ProbedStep:
    """How a step went. ``text`` says what was found, or why it failed; never what was sent."""

    step: HopStep
    ok: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class HopHealth:
    """How a server does that failed when it was tried last. ``pause_left`` is in seconds, 0 once it is tried again."""

    server: str
    failures: int
    pause_left: float
    text: str


class NextHop(Protocol):
    """Delivery over SMTP."""

    def probe(self, server: NextHopServer) -> tuple[ProbedStep, ...]:
        """Try everything but sending mail, within seconds. The last step is ``READY``, or the first one that failed.

        Steps that the server's settings leave out are not told. Never raises for what a server does.
        """
        ...

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
        """One transaction; exactly one reply for each recipient, in order. Never raises for what a server does.

        ``tenant_id`` is whose mail it is: connections, limits and health are never shared between tenants.
        """
        ...

    def is_well(self, tenant_id: str, server: NextHopServer) -> bool:
        """Whether the server is to be tried in its turn. ``False``: it failed lately, so others come before it.

        When its pause is over, one caller at a time is told ``True`` (``core/delivery/health.py``).
        """
        ...

    def health(self, tenant_id: str) -> tuple[HopHealth, ...]:
        """The tenant's servers that failed when this process tried them last, by name; for the operator."""
        ...
