"""What every ``ParkedWork`` does: the fake and the one on Storage queues are held to the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from shared.adapters.parked_work_storage import StorageParkedWork
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
    assert [one.parked for one in setting.parked.lengths()] == [2, 0]


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
