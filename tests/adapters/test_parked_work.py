"""What every ``ParkedWork`` does: the fake and the one on Storage queues are held to the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.adapters.parked_work_storage import BLOB_POISON, StorageParkedWork
from shared.adapters.storage_clients import queue_client
from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import read_work_item, write_work_item
from shared.errors import NotFound
from shared.ports_operator import ParkedWork
from shared.settings import ProcessSettings
from tests.fakes.parked_work import FakeParkedWork
from tests.support.records import NOW, make_ref

QUEUES = ("deliver", "notify")


@dataclass
class Setting:
    """The port, and how the functions host parks an item (``None``: text that is no work item)."""

    parked: ParkedWork
    park: Callable[[str, int | None], None]
    waiting: Callable[[str], int]


def _entry(number: int) -> OutboxEntry:
    return OutboxEntry(OutboxKind.DELIVER, number, NOW)


@pytest.fixture(params=["fake", "storage"])
def setting(request: pytest.FixtureRequest) -> Setting:
    if request.param == "fake":
        fake = FakeParkedWork()

        def park_fake(queue: str, number: int | None) -> None:
            if number is None:
                fake.park(queue, None, None, NOW)
            else:
                fake.park(queue, make_ref(number), _entry(number), NOW)

        return Setting(fake, park_fake, lambda queue: sum(item.queue == queue for item in fake.retried))
    process: ProcessSettings = request.getfixturevalue("process")
    prefix: str = request.getfixturevalue("own_name")
    for name in QUEUES:
        for queue in (name, f"{name}-poison"):
            queue_client(process, prefix + queue).create_queue()
    queue_client(process, prefix + BLOB_POISON).create_queue()

    def park(queue: str, number: int | None) -> None:
        body = "no work item" if number is None else write_work_item(make_ref(number), _entry(number)).decode()
        queue_client(process, f"{prefix}{queue}-poison").send_message(body)

    def waiting(queue: str) -> int:
        messages = queue_client(process, prefix + queue).peek_messages(32)
        return sum(read_work_item(str(message.content).encode()).ref is not None for message in messages)

    return Setting(StorageParkedWork(process, prefix=prefix), park, waiting)


def test_nothing_is_parked_at_first(setting: Setting) -> None:
    assert [(one.queue, one.waiting, one.parked) for one in setting.parked.lengths()] == [
        ("deliver", 0, 0),
        ("notify", 0, 0),
        ("evaluate", 0, 0),
    ]
    assert setting.parked.parked("deliver") == ()
    assert setting.parked.retry("deliver", frozenset({"x"})) == frozenset()


def test_parked_items_name_message_and_work(setting: Setting) -> None:
    setting.park("deliver", 1)
    setting.park("deliver", None)
    found = setting.parked.parked("deliver")
    assert {(item.ref, item.kind) for item in found} == {(make_ref(1), "deliver"), (None, "")}
    assert all(item.queue == "deliver" and item.parked_at.tzinfo for item in found)
    assert setting.parked.parked("notify") == ()
    assert [one.parked for one in setting.parked.lengths()] == [2, 0, 0]


def test_what_is_retried_goes_back_to_work_and_the_others_stay(setting: Setting) -> None:
    for number in range(40):
        setting.park("notify", number)
    wanted = next(item for item in setting.parked.parked("notify") if item.ref == make_ref(3))
    assert setting.parked.retry("notify", frozenset({wanted.id})) == {wanted.id}
    assert setting.waiting("notify") == 1
    assert setting.waiting("deliver") == 0
    left = setting.parked.parked("notify")
    assert len(left) == 32, "the others can be seen at once"
    assert wanted.id not in {item.id for item in left}
    assert setting.parked.retry("notify", frozenset({wanted.id})) == frozenset()


def test_there_are_no_other_queues(setting: Setting) -> None:
    for call in (lambda: setting.parked.parked("x"), lambda: setting.parked.retry("x", frozenset({"1"}))):
        with pytest.raises(NotFound):
            call()


def test_a_blob_that_could_not_be_judged_is_parked_by_the_host_and_goes_to_be_judged(
    process: ProcessSettings, own_name: str
) -> None:
    for name in ("deliver", "notify", "deliver-poison", "notify-poison", BLOB_POISON):
        queue_client(process, own_name + name).create_queue()
    poison = queue_client(process, own_name + BLOB_POISON)
    told = {"FunctionId": "f", "BlobType": "BlockBlob", "ContainerName": "spool", "BlobName": make_ref(1).blob_name}
    poison.send_message(json.dumps(told))
    poison.send_message(base64.b64encode(json.dumps(told | {"BlobName": make_ref(2).blob_name}).encode()).decode())
    poison.send_message(json.dumps(told | {"BlobName": "else.txt"}))
    parked = StorageParkedWork(process, prefix=own_name)
    found = parked.parked("evaluate")
    assert {(item.ref, item.kind) for item in found} == {
        (make_ref(1), "evaluate"),
        (make_ref(2), "evaluate"),
        (None, ""),
    }
    assert parked.retry("evaluate", frozenset(item.id for item in found)) == {item.id for item in found}
    assert parked.parked("evaluate") == ()
    messages = queue_client(process, own_name + "deliver").peek_messages(32)
    items = [read_work_item(base64.b64decode(message.content)) for message in messages]
    assert {(item.ref, item.entry.kind) for item in items} == {
        (make_ref(number), OutboxKind.GATHER) for number in (1, 2)
    }
