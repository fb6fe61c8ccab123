"""A canary's token: who it is believed from, for how long, and how the times of a way are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.keys import SigningKey
from shared.core.onboarding.canary import LIFETIME, MARK, Hop, HopKind, in_order, make_token, new_id, read_token

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OLD, NEW = SigningKey("1", b"1" * 32), SigningKey("2", b"2" * 32)
ID = new_id(b"0123456789")
TOKEN = make_token("aozora", ID, NOW, OLD)


@pytest.mark.parametrize(
    ("tenant", "subject", "keys", "after", "found"),
    [
        pytest.param("aozora", TOKEN, (OLD,), timedelta(), ID, id="as it was made"),
        pytest.param("aozora", f"RE: テスト {TOKEN} です", (OLD,), timedelta(), ID, id="within a subject"),
        pytest.param("aozora", TOKEN, (NEW, OLD), LIFETIME, ID, id="to the last second, by an older key"),
        pytest.param("aozora", TOKEN, (OLD,), LIFETIME + timedelta(seconds=1), "", id="too old"),
        pytest.param("aozora", TOKEN, (NEW,), timedelta(), "", id="of a key that is gone"),
        pytest.param("other", TOKEN, (OLD,), timedelta(), "", id="another tenant's"),
        pytest.param("aozora", TOKEN[:-2] + "a]", (OLD,), timedelta(), "", id="forged"),
        pytest.param("aozora", TOKEN[:-1], (OLD,), timedelta(), "", id="cut"),
        pytest.param("aozora", MARK, (OLD,), timedelta(), "", id="only the mark"),
        pytest.param("aozora", "", (OLD,), timedelta(), "", id="no subject"),
    ],
)
def test_who_is_believed(tenant: str, subject: str, keys: tuple[SigningKey, ...], after: timedelta, found: str) -> None:
    assert read_token(tenant, subject, keys, NOW + after) == found


def test_a_longer_life_cannot_be_written_into_a_token() -> None:
    later = make_token("aozora", ID, NOW + timedelta(days=1), OLD)
    place = len(MARK) + 16
    mixed = TOKEN[:place] + later[place : place + 7] + TOKEN[place + 7 :]
    assert read_token("aozora", mixed, (OLD,), NOW) == ""


@given(st.datetimes(datetime(2026, 1, 1), datetime(2400, 1, 1)), st.integers(-8000, 8000))
def test_a_token_lives_exactly_its_time(started: datetime, offset: int) -> None:
    start = started.replace(microsecond=0, tzinfo=UTC)
    token = make_token("aozora", ID, start, OLD)
    alive = timedelta(seconds=offset) <= LIFETIME
    assert (read_token("aozora", token, (OLD,), start + timedelta(seconds=offset)) == ID) is alive


def test_times_are_told_from_place_to_place_even_where_clocks_differ() -> None:
    hops = [
        Hop(HopKind.SERVER, "a", NOW),
        Hop(HopKind.RELAY, "b", NOW - timedelta(seconds=2)),
        Hop(HopKind.JUDGED, "", NOW),
    ]
    assert [hop.seconds for hop in in_order(hops)] == [None, -2.0, 2.0]
