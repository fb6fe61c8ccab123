"""Cards that say one thing and ask for nothing: refused, gone, out of date, failed, welcome (stage 6)."""

from __future__ import annotations

from enum import StrEnum

from shared.core.notice.cards.frame import CardReader, Draft, close, head

_STYLES = {"welcome": "accent", "busy": "warning"}


class CardMessage(StrEnum):
    """What the card says. None of them tells anything of a message, so anybody may see it."""

    WELCOME = "welcome"
    """The bot was installed for somebody."""
    NOT_ENTITLED = "not-entitled"
    """The reader may not see or decide this message (any more)."""
    GONE = "gone"
    """There is no such message (any more)."""
    STALE = "stale"
    """The card is one that is not understood any more."""
    BUSY = "busy"
    """It cannot be done right now."""
    UNCONFIRMED = "unconfirmed"
    """Reasons were not acknowledged; the details page asks for them."""
    NOBODY_TO_APPROVE = "nobody-to-approve"
    """A policy asks for an approval, and nobody could give it."""


def message_card(message: CardMessage, reader: CardReader) -> bytes:
    """The card; with a button to our page where the reader has a link."""
    style = _STYLES.get(message, "emphasis")
    title, text = reader.say(f"message.{message}.title"), reader.say(f"message.{message}.text")
    return close(reader, lambda room: Draft([head(reader, title, text, room, style=style)], reader.details()))
