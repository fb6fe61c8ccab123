"""``HoldView``: one person's look at one message, ready to be shown (stage 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from shared.core.hold.record import Event
from shared.core.notice.sheet import HoldEnd, HoldSheet
from shared.core.text.language import Language


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a message's text as safe plain text; ``cut`` where there is more than is shown.

    ``available`` is false where the message's bytes are gone or could not be read.
    """

    text: str = ""
    cut: bool = False
    available: bool = False


@dataclass(frozen=True, slots=True)
class HoldView:
    """What ``person`` (an address) sees. ``end`` says what happens if nobody decides."""

    person: str
    language: Language
    zone: tzinfo
    sheet: HoldSheet
    end: HoldEnd
    preview: Preview
    history: tuple[Event, ...]
