"""``HoldForm``: what a form of the hold page sent, and what it leaves out of a release (stage 6; product.md H10).

The first page has a ticked box for everybody who can be left out; those that come back unticked are left out. The second
page carries them as they were understood, bound to its mark, so that what was shown there is what is done.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from shared.core.hold.follow import copied_recipients
from shared.core.hold.partial_release import droppable_recipients, may_drop_attachments
from shared.core.hold.record import MessageRecord
from shared.core.notice.safe_text import many_lines
from shared.usecases.act_on_hold import Parting

LONGEST_COMMENT = 1000
"""Characters of a comment for approvers that the page takes."""


@dataclass(frozen=True, slots=True)
class HoldForm:
    """What a form on the page sent. ``confirmed`` on the second question.

    ``chosen``: the page had boxes for recipients (``kept`` are numbers into the record's) and attachments (``kept_files``
    are part numbers). ``dropped`` and ``dropped_files`` come from the second page. ``shown`` stands
    for the recipients that the page showed (``core/hold/shown_recipients.py``).
    """

    action: str
    acknowledged: frozenset[int]
    mark: str
    confirmed: bool
    chosen: bool = False
    kept: frozenset[int] = frozenset()
    kept_files: frozenset[str] = frozenset()
    dropped: frozenset[int] = frozenset()
    dropped_files: frozenset[str] = frozenset()
    comment: str = ""
    shown: str = ""


def boxes_of(record: MessageRecord) -> dict[str, int]:
    """The number of each recipient who can be left out, by address; none where there is nobody to choose from."""
    droppable = set(droppable_recipients(record))
    if len(droppable) < 2:
        return {}
    here = [one.address for one in record.recipients]
    named = [*here, *(facts.address for facts in copied_recipients(record))]
    return {address: number for number, address in enumerate(dict.fromkeys(named)) if address in droppable}


def file_boxes_of(record: MessageRecord) -> tuple[str, ...]:
    """The part numbers of the attachments that can be left out, each once."""
    if not may_drop_attachments(record):
        return ()
    return tuple(dict.fromkeys(item.part for item in record.summary.attachments))


def parting_of(record: MessageRecord, form: HoldForm) -> Parting:
    """What a release by this form leaves out, in the order of the record, and its comment."""
    boxes, files = boxes_of(record), file_boxes_of(record)
    if form.confirmed:
        recipients = [address for address, number in boxes.items() if number in form.dropped]
        parts = [part for part in files if part in form.dropped_files]
    elif form.chosen:
        recipients = [address for address, number in boxes.items() if number not in form.kept]
        parts = [part for part in files if part not in form.kept_files]
    else:
        recipients, parts = [], []
    # What is cut or taken out of it now must not be so again when the second page sends it back.
    comment = many_lines(form.comment, LONGEST_COMMENT)[0].strip()
    return Parting(tuple(recipients), tuple(parts), comment)


def first_step_of(shown: str) -> str:
    """The name of the first step: ticking and choosing on a page with these recipients."""
    return f"choose {shown}"


def step_of(verb: str, acknowledged: frozenset[int], parting: Parting, shown: str) -> str:
    """The name of the second step: everything that its page shows goes into it, and so into its mark."""
    step = f"confirm {verb} {sorted(acknowledged)} {shown}"
    if parting == Parting():
        return step
    told = "\0".join((*parting.recipients, "", *parting.attachments, "", parting.comment))
    return f"{step} {hashlib.sha256(told.encode()).hexdigest()}"
