"""Queue messages: what is written can be read, and nothing else can."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import UnreadableWorkItem, WorkItem, read_work_item, write_work_item
from tests.support.records import make_ref

AT = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(OutboxKind))
def test_a_work_item_comes_back_as_it_was_written(kind: OutboxKind) -> None:
    entry = OutboxEntry(kind, 12, AT)
    assert read_work_item(write_work_item(make_ref(), entry)) == WorkItem(make_ref(), entry)


def test_the_body_is_json_with_the_documented_keys() -> None:
    ref = make_ref()
    assert json.loads(write_work_item(ref, OutboxEntry(OutboxKind.DSN, 3, AT))) == {
        "tenant": "demo",
        "queue_id": ref.queue_id,
        "kind": "dsn",
        "number": 3,
        "at": "2026-11-21T09:30:15.123456Z",
    }


def test_a_moment_of_another_time_zone_is_read_as_utc() -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    read = read_work_item(write_work_item(make_ref(), OutboxEntry(OutboxKind.DELIVER, 0, tokyo)))
    assert read.entry.at == AT
    assert read.entry.at.tzinfo is UTC


def changed(**fields: object) -> bytes:
    document = json.loads(write_work_item(make_ref(), OutboxEntry(OutboxKind.DELIVER, 0, AT))) | fields
    return json.dumps({name: value for name, value in document.items() if value is not None}).encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(b"[]", id="not an object"),
        pytest.param(b'{"x": ' + b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"tenant": "demo"', id="cut short"),
        pytest.param(changed(tenant=None), id="no tenant"),
        pytest.param(changed(tenant="../x"), id="tenant with a path"),
        pytest.param(changed(tenant="demo:1"), id="tenant with a key separator"),
        pytest.param(changed(tenant=5), id="tenant that is a number"),
        pytest.param(changed(queue_id="short"), id="queue id too short"),
        pytest.param(changed(queue_id="u" * 26), id="queue id of other letters"),
        pytest.param(changed(kind="delete-all"), id="unknown kind"),
        pytest.param(changed(number=-1), id="negative number"),
        pytest.param(changed(number="1"), id="number as text"),
        pytest.param(changed(at="yesterday"), id="no moment"),
        pytest.param(changed(at="2026-11-21T09:30:15"), id="moment without time zone"),
    ],
)
def test_anything_else_is_refused_for_good(body: bytes) -> None:
    with pytest.raises(UnreadableWorkItem):
        read_work_item(body)
