"""Counting judgements: sure ones by fate, others apart, rows and examples bounded."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.core.policy.decision import Disposition, Reason
from shared.core.replay.figures import BeforeAfter, CauseRow, Example, FateRow, Figures, OpenRow
from shared.core.replay.gap import Gap
from shared.core.replay.judge_again import Judgement, OpenItem
from shared.core.replay.outcome import Cause, Difference, Fate, Outcome
from shared.core.replay.past_message import PastMessage
from shared.core.replay.tally import LONGEST_SUBJECT, Tally
from tests.support.past_messages import decided, past_message
from tests.support.records import NOW, make_ref

BODY = frozenset({Gap.BODY})
WORD = OpenItem("rule", "word", BODY)
RULE, OTHER = Cause("rule.condition", "word"), Cause("rule.x", "x")


def outcome(fate: Fate = Fate.DELIVER, *causes: Cause, changed: bool = False) -> Outcome:
    return Outcome(fate, frozenset(causes or {Cause("no-rule")}), frozenset({("a", ("zip",))} if changed else ()))


def sure(fate: Fate = Fate.DELIVER, *causes: Cause, changed: bool = False) -> Judgement:
    return Judgement((outcome(fate, *causes, changed=changed),))


def counted(*judged: tuple[PastMessage, Judgement], **options: Any) -> Figures:
    tally = Tally(UTC, **options)
    for past, judgement in judged:
        tally.add(past, judgement)
    return tally.figures()


def test_sure_fates_before_and_after() -> None:
    held = past_message(decided(Disposition.HOLD, Reason("rule.x", rule_id="x", name="規則")))
    found = counted((held, sure()), (past_message(), sure(Fate.HOLD, RULE)), (past_message(), sure()))
    assert (found.read, found.judged, found.same, found.unknown) == (3, 3, 1, 0)
    assert FateRow(Fate.HOLD, BeforeAfter(1, 1)) in found.fates
    assert {row.difference: row.count for row in found.differences} == {
        Difference.NEWLY_HELD: 1,
        Difference.NO_LONGER_HELD: 1,
        Difference.NEWLY_DELIVERED: 1,
    }
    assert found.causes == (
        CauseRow("no-rule", "", "", BeforeAfter(2, 2)),
        CauseRow("rule.condition", "word", "", BeforeAfter(0, 1)),
        CauseRow("rule.x", "x", "規則", BeforeAfter(1, 0)),
    )


def test_an_open_fate_is_in_no_figure_of_the_judged() -> None:
    held = past_message(decided(Disposition.HOLD))
    open_ = Judgement((outcome(), outcome(Fate.HOLD, RULE)), BODY, (WORD,))
    nothing = Judgement((), frozenset({Gap.FACTS}))
    found = counted((held, open_), (past_message(), nothing))
    assert (found.judged, found.unknown, found.unknown_held, found.unknown_may_hold) == (0, 2, 1, 2)
    assert all(row.count == BeforeAfter() for row in found.fates)
    assert (found.causes, found.differences, found.changed) == ((), (), BeforeAfter())
    assert found.open == (OpenRow("rule", "word", (Gap.BODY,), 1),)
    assert [(row.gap, row.count) for row in found.gaps] == [(Gap.BODY, 1), (Gap.FACTS, 1)]
    assert [example.after for example in found.unknown_examples] == [(Fate.DELIVER, Fate.HOLD), ()]
    assert [(row.unknown, row.held) for row in found.senders] == [(2, BeforeAfter())]
    assert [(row.unknown, row.held) for row in found.hours] == [(2, BeforeAfter())]
    assert found.questions.persons == BeforeAfter()


def test_of_a_sure_fate_with_open_reasons_only_what_is_in_all_is_counted() -> None:
    held = past_message(decided(Disposition.HOLD, Reason("rule.x", rule_id="x")))
    partly = Judgement((outcome(Fate.HOLD, OTHER), outcome(Fate.HOLD, OTHER, RULE)), BODY, (WORD,))
    found = counted((held, partly))
    assert (found.judged, found.partly, found.same) == (1, 1, 0)
    assert found.causes == (CauseRow("rule.x", "x", "", BeforeAfter(1, 1)),)
    assert found.differences == ()


def test_causes_between_none_and_all_of_several_open_rules_are_no_difference() -> None:
    held = past_message(
        decided(Disposition.HOLD, Reason("rule.x", rule_id="x"), Reason("rule.condition", rule_id="word"))
    )
    third = Cause("rule.condition", "third")
    partly = Judgement((outcome(Fate.HOLD, OTHER), outcome(Fate.HOLD, OTHER, RULE, third)), BODY)
    assert counted((held, partly)).differences == ()


@pytest.mark.parametrize(
    ("forms", "changed", "unknown"),
    [((True,), BeforeAfter(0, 1), 0), ((False,), BeforeAfter(), 0), ((True, False), BeforeAfter(), 1)],
    ids=["changed", "unchanged", "open"],
)
def test_changes_by_a_transform(forms: tuple[bool, ...], changed: BeforeAfter, unknown: int) -> None:
    judgement = Judgement(tuple(outcome(changed=form) for form in forms))
    found = counted((past_message(), judgement))
    assert (found.changed, found.changed_unknown) == (changed, unknown)
    assert bool(found.differences) is (forms == (True,))


def test_examples_and_rows_are_bounded_and_counts_are_not() -> None:
    messages = [past_message(sender=f"p{number}@acme.example", subject="件" * 300) for number in range(50)]
    found = counted(*((past, sure(Fate.HOLD, RULE)) for past in messages), examples=2, most_rows=3)
    [row] = found.differences
    assert (row.count, len(row.examples)) == (50, 2)
    assert row.examples[0] == Example(
        messages[0].ref.queue_id,
        NOW,
        "p0@acme.example",
        "件" * LONGEST_SUBJECT,
        Fate.DELIVER,
        (Fate.HOLD,),
        ("rule.condition:word",),
    )
    assert len(found.senders) == len(found.questions.busiest) == 3
    assert found.questions.persons == BeforeAfter(0, 50)
    assert [item.messages for item in found.hours] == [50]


def test_a_sender_counts_once_however_it_is_spelled_and_the_busiest_come_first() -> None:
    one, same = past_message(sender="A@acme.example"), past_message(sender="a@ACME.example")
    found = counted((past_message(), sure()), (one, sure(Fate.HOLD)), (same, sure(Fate.HOLD)))
    assert [(row.address, row.messages) for row in found.senders] == [("a@acme.example", 2), ("sato@acme.example", 1)]


def test_the_two_hours_of_one_name_at_the_end_of_summer_time_are_two() -> None:
    at = NOW.replace(month=10, day=25, hour=0, minute=30)
    tally = Tally(ZoneInfo("Europe/Berlin"))
    for hours in range(3):
        past = past_message()
        moved = PastMessage(
            make_ref(at=at + timedelta(hours=hours)), past.envelope, past.reception, past.summary, past.decision, NOW
        )
        tally.add(moved, sure())
    assert [row.hour for row in tally.figures().hours] == [
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]


def test_a_rule_that_lacks_different_facts_is_one_row() -> None:
    more = OpenItem("rule", "word", frozenset({Gap.BODY, Gap.SUBJECT}))
    found = counted((past_message(), Judgement((), BODY, (WORD,))), (past_message(), Judgement((), more.gaps, (more,))))
    assert found.open == (OpenRow("rule", "word", (Gap.BODY, Gap.SUBJECT), 2),)


def test_names_of_the_draft_do_not_replace_those_that_were_shown() -> None:
    tally = Tally(UTC)
    tally.add(
        past_message(decided(Disposition.HOLD, Reason("rule.x", rule_id="x", name="then"))), sure(Fate.HOLD, RULE)
    )
    tally.name_settings({OTHER: "now", RULE: "word list"})
    assert {row.name for row in tally.figures().causes} == {"then", "word list"}
    assert tally.read == 1
