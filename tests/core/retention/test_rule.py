"""What is due: a table of cases, and that keeping longer or holding more never deletes more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold.record import MessageRecord, Outcome, State
from shared.core.policy.retention_settings import LegalHold, Retention
from shared.core.retention.rule import Kept, What, rule
from shared.core.retention.standing import Standing, standing_of
from tests.support.records import NOW, SENDER, delivering, held

DAY = timedelta(days=1)
RETENTION = Retention(body_days=10, metadata_days=30)
ENDED = replace(delivering(), state=State.DELIVERED, due_at=None, ended_at=NOW)


def holding(**values: object) -> Retention:
    return msgspec.structs.replace(RETENTION, legal_holds=(LegalHold(id="h", **values),))  # type: ignore[arg-type]  # cases name the fields


@pytest.mark.parametrize(
    ("record", "retention", "age", "content", "whole"),
    [
        pytest.param(
            ENDED, RETENTION, 10 * DAY - timedelta(seconds=1), Kept.YOUNG, Kept.YOUNG, id="a-second-too-young"
        ),
        pytest.param(ENDED, RETENTION, 10 * DAY, None, Kept.YOUNG, id="content-is-due"),
        pytest.param(ENDED, RETENTION, 30 * DAY, None, None, id="all-is-due"),
        pytest.param(held(), RETENTION, 9000 * DAY, Kept.OPEN, Kept.OPEN, id="held"),
        pytest.param(delivering(), RETENTION, 9000 * DAY, Kept.OPEN, Kept.OPEN, id="on-its-way"),
        pytest.param(
            replace(ENDED, ended_at=None, changed_at=NOW + 5 * DAY),
            RETENTION,
            14 * DAY,
            Kept.YOUNG,
            Kept.YOUNG,
            id="old",
        ),
        pytest.param(ENDED, Retention(0, 0, 0), 9000 * DAY, Kept.FOR_EVER, Kept.FOR_EVER, id="for-ever"),
        pytest.param(ENDED, Retention(10, 0), 9000 * DAY, None, Kept.FOR_EVER, id="record-for-ever"),
        pytest.param(ENDED, Retention(0, 10), 9000 * DAY, Kept.FOR_EVER, Kept.FOR_EVER, id="never-before-its-content"),
        pytest.param(ENDED, holding(), 99 * DAY, Kept.LEGAL_HOLD, Kept.LEGAL_HOLD, id="hold-on-all"),
        pytest.param(
            ENDED, holding(addresses=("TARO+x@partner.example",)), 99 * DAY, None, None, id="hold-on-a-tag-of-another"
        ),
        pytest.param(
            ENDED,
            holding(addresses=("TARO@Partner.Example",)),
            99 * DAY,
            Kept.LEGAL_HOLD,
            Kept.LEGAL_HOLD,
            id="recipient",
        ),
        pytest.param(
            ENDED, holding(addresses=("@partner.example",)), 99 * DAY, Kept.LEGAL_HOLD, Kept.LEGAL_HOLD, id="domain"
        ),
        pytest.param(ENDED, holding(addresses=("@example",)), 99 * DAY, None, None, id="no-domain-above"),
        pytest.param(
            ENDED, holding(since=NOW, until=NOW + DAY), 99 * DAY, Kept.LEGAL_HOLD, Kept.LEGAL_HOLD, id="in-span"
        ),
        pytest.param(ENDED, holding(since=NOW + DAY), 99 * DAY, None, None, id="before-the-span"),
        pytest.param(ENDED, holding(until=NOW), 99 * DAY, None, None, id="after-the-span"),
        pytest.param(
            replace(ENDED, summary=replace(ENDED.summary, date=NOW - 50 * DAY)),
            holding(since=NOW - 51 * DAY, until=NOW - 49 * DAY),
            99 * DAY,
            Kept.LEGAL_HOLD,
            Kept.LEGAL_HOLD,
            id="by-its-date-field",
        ),
    ],
)
def test_what_is_due(
    record: MessageRecord, retention: Retention, age: timedelta, content: Kept | None, whole: Kept | None
) -> None:
    standing = standing_of(record)
    assert rule(What.CONTENT, standing, retention, NOW + age).kept is content
    assert rule(What.RECORD, standing, retention, NOW + age).kept is whole


def test_while_somebody_is_to_be_told_a_message_has_no_end() -> None:
    assert standing_of(ENDED).ended_at == NOW
    assert standing_of(ENDED, owed=True).ended_at is None


def test_the_end_is_written_down_by_the_change_that_brings_it() -> None:
    from shared.core.hold.state import discard

    done = discard(held(), SENDER, NOW + DAY).record
    assert done.outcome == Outcome("discard", SENDER, NOW + DAY)
    assert done.ended_at == NOW + DAY


ADDRESSES = st.sampled_from(["a@x.example", "b@x.example", "c@y.example"])
MOMENTS = st.integers(0, 100).map(lambda days: NOW + days * DAY)
HOLDS = st.builds(
    LegalHold,
    id=st.just("h"),
    addresses=st.lists(st.one_of(ADDRESSES, st.sampled_from(["@x.example", "@y.example"])), max_size=2).map(tuple),
    since=st.one_of(st.none(), MOMENTS),
    until=st.one_of(st.none(), MOMENTS),
)
STANDINGS = st.builds(
    Standing,
    st.one_of(st.none(), MOMENTS),
    st.frozensets(ADDRESSES, max_size=3),
    st.lists(MOMENTS, min_size=1, max_size=2).map(tuple),
)
DAYS = st.integers(0, 120)


@given(
    STANDINGS,
    st.lists(HOLDS, max_size=3),
    HOLDS,
    DAYS,
    DAYS,
    DAYS,
    MOMENTS,
    st.sampled_from([What.CONTENT, What.RECORD]),
)
def test_keeping_longer_or_holding_more_never_deletes_more(
    standing: Standing,
    holds: list[LegalHold],
    another: LegalHold,
    body: int,
    whole: int,
    more: int,
    now: object,
    what: What,
) -> None:
    assert isinstance(now, type(NOW))
    less = Retention(body, whole, 0, tuple(holds))
    longer = [
        Retention(body and body + more, whole and whole + more, 0, tuple(holds)),
        Retention(0, 0, 0, tuple(holds)),
        Retention(body, whole, 0, (*holds, another)),
    ]
    for settings in longer:
        if rule(what, standing, settings, now).kept is None:
            assert rule(what, standing, less, now).kept is None
    if rule(What.RECORD, standing, less, now).kept is None:
        assert rule(What.CONTENT, standing, less, now).kept is None, "no record goes before its content"
        assert standing.ended_at is not None
