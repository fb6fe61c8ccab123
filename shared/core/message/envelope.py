"""The envelope: what SMTP said, as opposed to what the header says. First stage (receive).

Terms of RFC 5321: the reverse-path (MAIL FROM) and the forward-paths (RCPT TO). Delivery obeys these and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DsnWish:
    """What a client asked for about reports on one recipient (RFC 3461 section 4).

    ``notify`` holds some of ``NEVER``, ``SUCCESS``, ``FAILURE``, ``DELAY``; empty where the client said nothing, which
    means failure and delay. ``original`` is ORCPT as it was given, address type and xtext, or empty.
    """

    notify: tuple[str, ...] = ()
    original: str = ""


NO_WISH = DsnWish()


@dataclass(frozen=True, slots=True)
class Envelope:
    """Reverse-path and recipients of one transaction, as the client gave them (angle brackets removed).

    ``reverse_path`` is empty for the null sender ``<>`` (RFC 5321 section 4.5.5). ``recipients`` keeps the order of
    RCPT TO; exact repetitions are dropped by the relay. ``smtputf8`` and ``body`` are the MAIL parameters of RFC 6531
    and RFC 6152 (``"7BIT"`` or ``"8BITMIME"``). ``ret`` (``"FULL"``, ``"HDRS"`` or empty) and ``envid`` (xtext) are those
    of RFC 3461; ``wishes`` has an entry for each recipient in its order, or none where nobody wished anything.
    """

    reverse_path: str
    recipients: tuple[str, ...]
    smtputf8: bool = False
    body: str = "7BIT"
    ret: str = ""
    envid: str = ""
    wishes: tuple[DsnWish, ...] = ()

    def wish(self, recipient: str) -> DsnWish:
        """What was asked for about reports on ``recipient``; nothing for one whom Matta added."""
        for address, wish in zip(self.recipients, self.wishes, strict=False):
            if address == recipient:
                return wish
        return NO_WISH

    def for_recipients(self, recipients: tuple[str, ...]) -> Envelope:
        """The same envelope for other recipients; those who were in it keep what was asked for about them."""
        known = dict(zip(self.recipients, self.wishes, strict=False))
        wishes = tuple(known.get(recipient, NO_WISH) for recipient in recipients) if known else ()
        return replace(self, recipients=recipients, wishes=wishes)

    @property
    def is_null_sender(self) -> bool:
        """Whether the reverse-path is empty: such mail is never held and never gets a DSN."""
        return self.reverse_path == ""


@dataclass(frozen=True, slots=True)
class Reception:
    """How and when a message reached the relay; written with the spool blob and used for the Received field.

    ``attributed_by`` names the way the tenant was known: ``certificate``, ``peer``, ``auth`` or ``exchange``; ``own`` for mail that
    Matta writes itself. ``size`` is the number of bytes of the message as stored. ``session_id`` is the one id that
    logs carry from the SMTP session on.
    """

    received_at: datetime
    peer: str
    helo: str
    protocol: str
    tls: str
    attributed_by: str
    relay_host: str
    session_id: str
    size: int
