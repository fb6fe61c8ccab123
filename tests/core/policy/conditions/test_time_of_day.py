"""Conditions on weekday and time of day. 2026-11-20 is a Friday."""

from __future__ import annotations

from datetime import datetime

import pytest

from shared.core.policy.conditions.model import Time
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts

FRIDAY, SATURDAY, SUNDAY, MONDAY = "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"
NIGHT = {"weekdays": ("fri",), "since": "22:00", "until": "06:00"}


@pytest.mark.parametrize(
    ("options", "moment", "matched"),
    [
        pytest.param({}, f"{FRIDAY}T00:00", True, id="no limits: always"),
        pytest.param({"weekdays": ("sat", "sun")}, f"{SATURDAY}T12:00", True, id="weekend"),
        pytest.param({"weekdays": ("sat", "sun")}, f"{SUNDAY}T23:59", True, id="end of the weekend"),
        pytest.param({"weekdays": ("sat", "sun")}, f"{FRIDAY}T23:59", False, id="before the weekend"),
        pytest.param({"weekdays": ("sat", "sun")}, f"{MONDAY}T00:00", False, id="after the weekend"),
        pytest.param({"since": "09:00", "until": "18:00"}, f"{FRIDAY}T09:00", True, id="from its beginning on"),
        pytest.param({"since": "09:00", "until": "18:00"}, f"{FRIDAY}T08:59", False, id="a minute before"),
        pytest.param({"since": "09:00", "until": "18:00"}, f"{FRIDAY}T17:59", True, id="to its last minute"),
        pytest.param({"since": "09:00", "until": "18:00"}, f"{FRIDAY}T18:00", False, id="not at its end"),
        pytest.param({"since": "22:00", "until": "24:00"}, f"{FRIDAY}T23:59", True, id="up to midnight"),
        pytest.param({"since": "22:00", "until": "06:00"}, f"{FRIDAY}T23:00", True, id="over midnight, before it"),
        pytest.param({"since": "22:00", "until": "06:00"}, f"{FRIDAY}T05:59", True, id="over midnight, after it"),
        pytest.param({"since": "22:00", "until": "06:00"}, f"{FRIDAY}T06:00", False, id="over midnight, its end"),
        pytest.param({"since": "22:00", "until": "06:00"}, f"{FRIDAY}T12:00", False, id="at noon"),
        pytest.param(NIGHT, f"{FRIDAY}T22:00", True, id="Friday night, its beginning"),
        pytest.param(NIGHT, f"{SATURDAY}T01:00", True, id="Friday night, on Saturday"),
        pytest.param(NIGHT, f"{FRIDAY}T01:00", False, id="Friday morning belongs to Thursday night"),
        pytest.param(NIGHT, f"{SATURDAY}T22:00", False, id="Saturday night"),
        pytest.param(
            {"weekdays": ("sun",), "since": "22:00", "until": "06:00"}, f"{MONDAY}T01:00", True, id="over Sunday"
        ),
        pytest.param({"since": "09:00", "until": "09:00"}, f"{FRIDAY}T08:00", True, id="a whole day"),
    ],
)
def test_time(options: dict[str, object], moment: str, matched: bool) -> None:
    condition = Time(**options)  # type: ignore[arg-type]  # table
    assert matches(condition, message_facts(), local_time=datetime.fromisoformat(moment)) == matched


def test_unknown_time_is_in_no_range() -> None:
    told = answer(Time(), message_facts())
    assert (told.matched, told.value) == (False, ())


def test_explanation_shows_weekday_and_time() -> None:
    told = answer(Time(weekdays=("sat",)), message_facts(), local_time=datetime.fromisoformat(f"{FRIDAY}T07:05"))
    assert (told.value, told.wanted) == (("fri 07:05",), ("sat", "00:00-24:00"))
