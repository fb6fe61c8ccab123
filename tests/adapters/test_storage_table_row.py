"""Rows as JSON: every type there and back, what cannot be kept, and what the SDK reads and writes alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import pytest

from shared.adapters.storage_clients import table_client
from shared.adapters.storage_table import storage_table
from shared.adapters.storage_table_row import read_row, write_row
from shared.settings import ProcessSettings

MOMENT = datetime(2026, 11, 21, 9, 30, 15, 250001, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "text": "見積書 \" \\ \n '",
    "empty": "",
    "bytes": bytes(range(256)),
    "no_bytes": b"",
    "flag": True,
    "no_flag": False,
    "small": -(2**31),
    "zero": 0,
    "large": 2**31,
    "largest": 2**63 - 1,
    "moment": MOMENT,
    "whole_second": MOMENT.replace(microsecond=0),
}


def test_every_type_comes_back() -> None:
    assert read_row(msgspec.json.decode(write_row(VALUES))) == VALUES


def test_a_time_elsewhere_is_the_same_moment() -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=9)))
    assert read_row(msgspec.json.decode(write_row({"at": elsewhere})))["at"] == MOMENT


def test_nothing_is_not_written() -> None:
    assert write_row({"a": None, "b": 1}) == b'{"b":1}'


@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param(2**63, ValueError, id="more than 64 bits"),
        pytest.param(datetime(2026, 1, 1), ValueError, id="a time without a zone"),
        pytest.param("\udc80", ValueError, id="no Unicode"),
        pytest.param(object(), TypeError, id="an object"),
        pytest.param(["a"], TypeError, id="a list"),
        pytest.param(1.5, TypeError, id="a fraction, which Matta never stores"),
    ],
)
def test_what_cannot_be_kept_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        write_row({"x": value})


def test_types_that_others_write_are_read() -> None:
    row = read_row(
        {
            "odata.metadata": "…",
            "odata.etag": 'W/"1"',
            "Timestamp": "2026-11-21T09:30:15.2500011Z",
            "finer": "2026-11-21T09:30:15.2500019Z",
            "finer@odata.type": "Edm.DateTime",
            "number": 1.5,
            "word@odata.type": "Edm.Double",
            "word": "Infinity",
            "id@odata.type": "Edm.Guid",
            "id": "c9da6455-213d-42c9-9a79-3e9149a57833",
            "named@odata.type": "Edm.String",
            "named": "x",
        }
    )
    assert row == {
        "finer": MOMENT,
        "number": 1.5,
        "word": float("inf"),
        "id": UUID("c9da6455-213d-42c9-9a79-3e9149a57833"),
        "named": "x",
    }
    assert row.etag == 'W/"1"'


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Edm.Binary", "not base64!"),
        ("Edm.Binary", 5),
        ("Edm.DateTime", "yesterday"),
        ("Edm.Int64", "many"),
        ("Edm.Guid", "x"),
        ("Edm.Unheard", "x"),
    ],
)
def test_values_that_do_not_fit_their_type_are_errors(kind: str, value: object) -> None:
    with pytest.raises(ValueError):
        read_row({"x": value, "x@odata.type": kind})


def test_the_sdk_and_this_client_read_each_others_rows(process: ProcessSettings, own_name: str) -> None:
    sdk, ours = table_client(process, own_name), storage_table(process, own_name)
    sdk.create_table()
    keys = {"PartitionKey": "it's:a", "RowKey": "r é%"}
    ours.insert({**keys, **VALUES})
    theirs = sdk.get_entity(keys["PartitionKey"], keys["RowKey"])
    plain = {name: getattr(value, "value", value) for name, value in theirs.items()}
    assert plain == {**keys, **VALUES}
    sdk.create_entity({**theirs, "RowKey": "other"})
    again = ours.get(keys["PartitionKey"], "other")
    assert again == {**keys, **VALUES, "RowKey": "other"}
    assert again is not None
    assert again.etag == sdk.get_entity(keys["PartitionKey"], "other").metadata["etag"]
