"""``HoldView``: one person's look at one message, ready to be shown (stage 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from shared.core.hold.record import Event
from shared.core.notice.approval_sheet import ApprovalSheet
from shared.core.notice.sheet import HoldEnd, HoldSheet
from shared.core.text.language import Language


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a message's text as safe plain text; ``cut`` where there is more than is shown.

    ``available`` is false where the message's bytes are gone or could not be read; ``deleted``: retention took them.
    """

    text: str = ""
    cut: bool = False
    available: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class HoldView:
    """What ``person`` (an address) sees. ``end`` says what happens if nobody decides.

    ``on_behalf_of`` is whose right they use, empty for their own. ``boxes`` are numbers of recipients who can be left out
    of a release, by shown address; ``file_boxes`` part numbers of attachments that can be. ``approvals`` are names of the
    policies that ask for an approval after a release. ``held_list`` is where the portal lists
    what a person has on hold; a link opens one message, so they sign on there.
    ``approval`` is there where an approval was asked for. ``shown`` stands for the recipients in ``sheet``.
    """

    person: str
    language: Language
    zone: tzinfo
    sheet: HoldSheet
    end: HoldEnd
    preview: Preview
    history: tuple[Event, ...]
    on_behalf_of: str = ""
    boxes: Mapping[str, int] = field(default_factory=dict)
    file_boxes: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    held_list: str = ""
    approval: ApprovalSheet | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What somebody has filled in so far. ``missing`` are reasons that should have been ticked.

    ``dropped`` are addresses and ``dropped_files`` part numbers that a release is to leave out. ``problem`` is the stable
    word for why the release cannot be as it was asked for.
    """

    ticked: Collection[int] = ()
    missing: Collection[int] = ()
    dropped: tuple[str, ...] = ()
    dropped_files: tuple[str, ...] = ()
    comment: str = ""
    problem: str = ""


NOTHING_YET = FilledIn()
