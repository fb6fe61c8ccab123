"""What every ``Copies`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.copies_table import TableCopies
from shared.adapters.storage_http_answer import Response
from shared.adapters.storage_service import StorageService
from shared.core.gathering.copy_group import CopyGroup
from shared.core.message.identity import MessageRef, new_queue_id
from shared.ports_copies import Copies, Met
from shared.settings import ProcessSettings
from tests.fakes.copies import FakeCopies
from tests.support.threads import at_once

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
GROUP = CopyGroup("demo", "a" * 64)
OTHER = CopyGroup("demo", "b" * 64)
LETTERS = str.maketrans(string.hexdigits[:10], "ghijklmnop")


@pytest.fixture(params=["fake", "table"])
def copies(request: pytest.FixtureRequest) -> Copies:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeCopies()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    return TableCopies(process, prefix=name.translate(LETTERS))


def ref(at: datetime, number: int = 0, tenant: str = "demo") -> MessageRef:
    return MessageRef(tenant, new_queue_id(at, number.to_bytes(10, "big")))


def test_who_comes_later_sees_who_was_there_and_a_second_run_changes_nothing(copies: Copies) -> None:
    first, second = ref(NOON), ref(NOON + timedelta(seconds=3))
    assert [copies.meet(GROUP, first, HOUR, NOON) for _ in range(2)] == [Met(), Met()]
    assert [copies.meet(GROUP, second, HOUR, NOON) for _ in range(2)] == [Met((first,))] * 2
    assert copies.meet(GROUP, first, HOUR, NOON) == Met((second,))
    assert copies.meet(OTHER, ref(NOON, 9), HOUR, NOON) == Met(), "another message"


@pytest.mark.parametrize(
    ("apart", "reach", "seen"),
    [
        pytest.param(timedelta(minutes=59), HOUR, True, id="within-reach"),
        pytest.param(timedelta(minutes=61), HOUR, False, id="out-of-reach"),
        pytest.param(timedelta(seconds=4), timedelta(seconds=5), True, id="short-reach"),
    ],
)
def test_who_came_long_before_is_not_seen(copies: Copies, apart: timedelta, reach: timedelta, seen: bool) -> None:
    copies.meet(GROUP, ref(NOON), reach, NOON)
    later = ref(NOON + apart)
    assert copies.meet(GROUP, later, reach, later.received_at).others == ((ref(NOON),) if seen else ())


def test_copies_on_two_sides_of_midnight_see_each_other_and_have_one_leader(copies: Copies) -> None:
    evening, morning = ref(MIDNIGHT - timedelta(seconds=1)), ref(MIDNIGHT + timedelta(seconds=1))
    after = MIDNIGHT + timedelta(seconds=2)
    assert copies.meet(GROUP, evening, HOUR, after).others == ()
    assert copies.meet(GROUP, morning, HOUR, after).others == (evening,)
    assert copies.meet(GROUP, evening, HOUR, after).others == (morning,)
    assert copies.lead(GROUP, morning, evening, None) == morning
    assert copies.lead(GROUP, evening, evening, None) == morning
    assert {copies.meet(GROUP, one, HOUR, after).leader for one in (evening, morning)} == {morning}


def test_one_leads_until_somebody_who_knows_it_takes_its_place(copies: Copies) -> None:
    first, second, third = (ref(NOON, number) for number in range(3))
    copies.meet(GROUP, first, HOUR, NOON)
    assert copies.lead(GROUP, first, first, None) == first
    assert copies.lead(GROUP, first, first, None) == first, "a second run"
    assert copies.lead(GROUP, second, first, None) == first
    assert copies.lead(GROUP, second, first, first) == second
    assert copies.lead(GROUP, third, first, first) == second, "whom it knew leads no more"
    assert copies.meet(GROUP, first, HOUR, NOON).leader == second
    assert copies.meet(OTHER, third, HOUR, NOON).leader is None


def test_of_ten_at_once_one_leads_and_of_any_two_one_sees_the_other(copies: Copies) -> None:
    refs = [ref(NOON, number) for number in range(10)]
    met: dict[MessageRef, Met] = {}

    def come(number: int) -> MessageRef:
        mine = refs[number]
        met[mine] = copies.meet(GROUP, mine, HOUR, NOON)
        return copies.lead(GROUP, mine, refs[0], None)

    assert len(set(at_once(10, come))) == 1
    for one in refs:
        for other in refs:
            assert one == other or other in met[one].others or one in met[other].others


def test_old_days_are_forgotten_and_young_ones_are_not(copies: Copies) -> None:
    days = [ref(NOON - timedelta(days=days), days) for days in (4, 3, 1, 0)]
    for one in days:
        copies.meet(GROUP, one, HOUR, one.received_at)
    copies.lead(GROUP, days[0], days[0], None)
    assert [copies.forget(NOON - timedelta(days=1)) for _ in range(2)] == [2, 0]
    again = ref(NOON - timedelta(days=3), 7)
    assert copies.meet(GROUP, again, HOUR, again.received_at) == Met()
    present = ref(NOON - timedelta(days=1), 8)
    assert copies.meet(GROUP, present, HOUR, NOON).others == (days[2],)


@pytest.mark.parametrize(
    ("at", "requests"),
    [
        pytest.param(NOON, ["POST", "GET"], id="an-insert-and-a-query"),
        pytest.param(MIDNIGHT + timedelta(minutes=1), ["POST", "GET", "GET"], id="one-query-more-near-midnight"),
    ],
)
def test_what_meeting_costs(
    process: ProcessSettings,
    own_name: str,
    monkeypatch: pytest.MonkeyPatch,
    at: datetime,
    requests: list[str],
) -> None:
    copies = TableCopies(process, prefix=own_name.translate(LETTERS))
    copies.meet(OTHER, ref(at, 1), HOUR, at)  # the day's table is there
    asked: list[str] = []
    request = StorageService.request

    def counted(self: StorageService, method: str, path: str, **more: Any) -> Response:
        asked.append(method)
        return request(self, method, path, **more)

    monkeypatch.setattr(StorageService, "request", counted)
    copies.meet(GROUP, ref(at, 2), HOUR, at)
    assert asked == requests
