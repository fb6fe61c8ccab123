"""What is known about each recipient of a transaction while it goes on. Part of stage 4b (deliver)."""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.smtp_next_hop_reply import Reply, bounded, safe_text
from shared.ports_next_hop import RecipientReply

SESSION_CODES = frozenset([421, 502, 503, 530, 534, 535, 538])
"""Replies that are about the session, whatever the command: closing, wrong order, authentication (RFC 4954)."""


class Outcome:
    """What is known so far about each recipient, by place."""

    def __init__(self, recipients: Sequence[str], server: str) -> None:
        self._recipients = recipients
        self._server = server
        self._replies: dict[int, RecipientReply] = {}

    @property
    def open(self) -> list[int]:
        """Places without an answer."""
        return [place for place in range(len(self._recipients)) if place not in self._replies]

    def settle(
        self,
        place: int,
        *,
        accepted: bool,
        permanent: bool,
        code: int,
        status: str,
        text: str,
        unclear: bool = False,
        relays_dsn: bool = False,
        needs_seven_bit: bool = False,
    ) -> None:
        """Note one recipient's answer; see ``RecipientReply``."""
        self._replies[place] = RecipientReply(
            self._recipients[place],
            accepted,
            permanent,
            code,
            status,
            bounded(safe_text(text.encode())),
            self._server,
            unclear,
            relays_dsn,
            needs_seven_bit,
        )

    def fail(
        self, places: Sequence[int], status: str, text: str, *, unclear: bool = False, needs_seven_bit: bool = False
    ) -> None:
        """What Matta itself found: permanent where the status says so; no reply code."""
        for place in places:
            self.settle(
                place,
                accepted=False,
                permanent=status.startswith("5"),
                code=0,
                status=status,
                text=text,
                unclear=unclear,
                needs_seven_bit=needs_seven_bit,
            )

    def answer(self, places: Sequence[int], reply: Reply, *, accepted: bool = False, relays_dsn: bool = False) -> None:
        """What the server said."""
        permanent = not accepted and reply.code >= 500 and reply.code not in SESSION_CODES
        for place in places:
            self.settle(
                place,
                accepted=accepted,
                permanent=permanent,
                code=reply.code,
                status=reply.status,
                text=reply.text,
                relays_dsn=accepted and relays_dsn,
            )

    def result(self) -> tuple[RecipientReply, ...]:
        """One reply for each recipient, in order."""
        return tuple(self._replies[place] for place in range(len(self._recipients)))
