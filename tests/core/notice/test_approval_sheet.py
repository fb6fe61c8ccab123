"""What people are shown of an approval, from the record alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.hold.record import State
from shared.core.notice.approval_sheet import make_approval_sheet
from tests.support.cards import BOSS, INTERNAL, approval_sheet, asked, in_state, vote
from tests.support.holds import make_change

RECORD = make_change().record


def test_a_message_without_a_request_has_no_sheet() -> None:
    with pytest.raises(ValueError, match="no approval"):
        make_approval_sheet(RECORD, INTERNAL)


@pytest.mark.parametrize(("allow", "answer"), [(None, None), (True, True), (False, False)])
def test_the_answer_follows_the_votes(allow: bool | None, answer: bool | None) -> None:
    votes = () if allow is None else (vote(allow),)
    sheet = approval_sheet(asked(RECORD, "", votes))
    assert sheet.answer is answer
    assert sheet.open == (allow is None)


def test_seats_count_only_while_the_request_is_open() -> None:
    assert approval_sheet(asked(RECORD)).seats == (BOSS,)
    assert approval_sheet(asked(RECORD, "", (vote(True),))).seats == ()
    withdrawn = replace(in_state(RECORD, State.DISCARDED), approval=asked(RECORD).approval)
    sheet = approval_sheet(withdrawn)
    assert (sheet.seats, sheet.answer, sheet.open) == ((), None, False)


def test_one_answer_that_counts_in_two_steps_is_shown_once() -> None:
    record = asked(RECORD, "", (vote(True),))
    assert record.approval is not None
    twice = replace(record, approval=replace(record.approval, steps=record.approval.steps * 2))
    assert len(approval_sheet(twice).votes) == 1


def test_comments_are_made_safe() -> None:
    sheet = approval_sheet(asked(RECORD, "a\u202eb\x00\r\nc", (vote(True, "x\u2066y"),)))
    assert sheet.comment == "ab\nc"
    assert sheet.votes[0].comment == "xy"
