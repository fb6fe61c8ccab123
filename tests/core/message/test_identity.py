"""Queue ids and blob names: sortable, derivable, and no way in for foreign path pieces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.identity import (
    QUEUE_ID,
    RANDOM_BYTES,
    MessageRef,
    derived_queue_id,
    new_queue_id,
    ref_from_blob_name,
)

moments = st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC))
randoms = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


@given(moments, randoms)
def test_a_queue_id_carries_its_moment_to_the_millisecond(moment: datetime, random: bytes) -> None:
    ref = MessageRef("demo", new_queue_id(moment, random))
    assert timedelta(0) <= moment - ref.received_at < timedelta(milliseconds=1)
    assert ref.hour == moment.strftime("%Y%m%d%H")


@given(moments, moments, randoms, randoms)
def test_ids_sort_by_time(one: datetime, other: datetime, random_one: bytes, random_other: bytes) -> None:
    earlier, later = sorted((one, other))
    if later - earlier >= timedelta(milliseconds=1):
        assert new_queue_id(earlier, random_one) < new_queue_id(later, random_other)


@given(moments, randoms)
def test_a_blob_name_leads_back_to_its_message(moment: datetime, random: bytes) -> None:
    ref = MessageRef("demo-1", new_queue_id(moment, random))
    assert ref_from_blob_name(ref.blob_name) == ref


def test_own_mail_about_one_message_for_one_purpose_has_one_id() -> None:
    parent = MessageRef("demo", new_queue_id(datetime(2026, 11, 21, tzinfo=UTC), b"0123456789"))
    first = derived_queue_id(parent, "hold-notice-0")
    assert QUEUE_ID.fullmatch(first)
    assert first == derived_queue_id(parent, "hold-notice-0")
    assert first != derived_queue_id(parent, "hold-notice-1")
    assert first != derived_queue_id(MessageRef("other", parent.queue_id), "hold-notice-0")


@pytest.mark.parametrize(
    ("tenant", "queue_id"),
    [
        pytest.param("../demo", "0" * 26, id="path"),
        pytest.param("demo", "0" * 25, id="short"),
        pytest.param("demo", "u" * 26, id="letter-outside-the-alphabet"),
        pytest.param("Demo", "0" * 26, id="capital"),
        pytest.param("demo\n", "0" * 26, id="line-end"),
        pytest.param("", "0" * 26, id="no-tenant"),
        pytest.param("demo", "z" * 26, id="beyond-the-year-9999"),
    ],
)
def test_an_id_of_another_shape_is_no_reference(tenant: str, queue_id: str) -> None:
    with pytest.raises(ValueError, match="not a message reference"):
        MessageRef(tenant, queue_id)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("2026112119/demo/x.eml", id="no-queue-id"),
        pytest.param("demo/00000000000000000000000000.eml", id="no-hour"),
        pytest.param("2026112119/demo/00000000000000000000000000.eml", id="hour-of-another-time"),
        pytest.param("1970010100/demo/00000000000000000000000000.json", id="sidecar"),
        pytest.param("1970010100/../00000000000000000000000000.eml", id="parent-folder"),
    ],
)
def test_another_blob_is_no_message(name: str) -> None:
    with pytest.raises(ValueError, match="not "):
        ref_from_blob_name(name)
