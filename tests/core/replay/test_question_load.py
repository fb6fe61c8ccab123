"""Questions by person and hour, counted in one pass."""

from __future__ import annotations

from shared.core.replay.figures import BeforeAfter, BusyRow
from shared.core.replay.question_load import LOADS, QuestionLoad


def test_an_hour_is_closed_when_the_next_one_begins() -> None:
    load = QuestionLoad(10)
    for hour, address, before, after in [
        ("09", "a", True, True),
        ("09", "b", False, True),
        ("09", "a", True, False),
        ("10", "a", False, True),
        ("11", "c", False, False),
    ]:
        load.note(hour, address, before=before, after=after)
    found = load.figures()
    assert found.persons == BeforeAfter(1, 2)
    assert found.most_in_an_hour == BeforeAfter(2, 1)
    assert [row.count for row in found.loads] == [BeforeAfter(0, 3), BeforeAfter(1, 0)] + [BeforeAfter()] * 4
    assert found.busiest == (
        BusyRow("a", "09", BeforeAfter(2, 1)),
        BusyRow("b", "09", BeforeAfter(0, 1)),
        BusyRow("a", "10", BeforeAfter(0, 1)),
    )


def test_figures_may_be_asked_for_twice() -> None:
    load = QuestionLoad(3)
    load.note("09", "a", before=False, after=True)
    assert load.figures() == load.figures()


def test_only_the_busiest_are_kept_and_one_hour_is_in_memory() -> None:
    load = QuestionLoad(3)
    for hour in range(200):
        for _ in range(hour % 50 + 1):
            load.note(f"{hour:03}", "a", before=False, after=True)
        assert len(load._open) <= 1
    found = load.figures()
    assert [row.held.after for row in found.busiest] == [50, 50, 50]
    assert [row.hour for row in found.busiest] == ["049", "099", "149"]
    assert sum(row.count.after for row in found.loads) == 200


def test_classes_of_load_leave_no_gap() -> None:
    assert [least for least, _ in LOADS] == [1] + [most + 1 for _, most in LOADS[:-1]]
    assert LOADS[-1][1] == 0


def test_no_rows_are_wanted() -> None:
    load = QuestionLoad(0)
    load.note("09", "a", before=True, after=True)
    assert load.figures().busiest == ()
