"""What every ``WorkQueue`` does: the fake and the one in Storage queues are held to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from shared.adapters.storage_clients import queue_client
from shared.adapters.work_queue_storage import StorageWorkQueue
from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import WorkItem, read_work_item
from shared.errors import StorageUnavailable
from shared.ports import WorkQueue
from shared.settings import ProcessSettings
from tests.fakes.clock import FakeClock
from tests.fakes.work_queue import FakeWorkQueue
from tests.support.azurite import Azurite
from tests.support.records import make_ref
from tests.support.storage_proxy import StorageProxy
from tests.support.threads import at_once


@dataclass
class Setting:
    """A queue, its clock, and how a trigger takes the next body from ``deliver`` or ``notify``."""

    queue: WorkQueue
    clock: FakeClock
    take: Callable[[str], bytes | None]


@pytest.fixture(params=["fake", "storage"])
def setting(request: pytest.FixtureRequest) -> Setting:
    clock = FakeClock()
    if request.param == "fake":
        fake = FakeWorkQueue(clock)
        return Setting(fake, clock, fake.take)
    process: ProcessSettings = request.getfixturevalue("process")
    prefix: str = request.getfixturevalue("own_name")
    for name in ("deliver", "notify"):
        queue_client(process, prefix + name).create_queue()

    def take(name: str) -> bytes | None:
        client = queue_client(process, prefix + name)
        for message in client.receive_messages(max_messages=1):
            client.delete_message(message)
            return str(message.content).encode()
        return None

    return Setting(StorageWorkQueue(process, clock, prefix=prefix), clock, take)


@pytest.mark.parametrize(
    ("kind", "queue"),
    [(OutboxKind.DELIVER, "deliver"), (OutboxKind.HOLD_NOTICE, "notify"), (OutboxKind.DSN, "notify")],
)
def test_each_kind_goes_to_its_queue(setting: Setting, kind: OutboxKind, queue: str) -> None:
    entry = OutboxEntry(kind, 3, setting.clock.now())
    setting.queue.send(make_ref(), entry)
    other = "notify" if queue == "deliver" else "deliver"
    assert setting.take(other) is None
    body = setting.take(queue)
    assert body is not None
    assert read_work_item(body) == WorkItem(make_ref(), entry)
    assert setting.take(queue) is None


def test_a_moment_that_has_passed_shows_at_once(setting: Setting) -> None:
    setting.queue.send(make_ref(), OutboxEntry(OutboxKind.DELIVER, 0, setting.clock.now() - timedelta(days=30)))
    assert setting.take("deliver") is not None


def test_a_moment_to_come_does_not_show_yet(setting: Setting) -> None:
    for pause in (timedelta(minutes=1), timedelta(days=30)):
        setting.queue.send(make_ref(), OutboxEntry(OutboxKind.DELIVER, 0, setting.clock.now() + pause))
    assert setting.take("deliver") is None


def test_second_run_sends_a_second_message(setting: Setting) -> None:
    entry = OutboxEntry(OutboxKind.DELIVER, 0, setting.clock.now())
    for _ in range(2):
        setting.queue.send(make_ref(), entry)
    assert setting.take("deliver") == setting.take("deliver") != None  # noqa: E711  # chained on purpose


def test_twenty_at_once_are_twenty_messages(setting: Setting) -> None:
    now = setting.clock.now()
    work = lambda number: setting.queue.send(make_ref(number), OutboxEntry(OutboxKind.DSN, 0, now))  # noqa: E731
    assert at_once(20, work) == [None] * 20
    taken = [setting.take("notify") for _ in range(21)]
    assert taken[20] is None
    assert {read_work_item(body).ref for body in taken[:20] if body} == {make_ref(number) for number in range(20)}


class TestStorage:
    @pytest.fixture
    def proxy(self, azurite: Azurite) -> Iterator[StorageProxy]:
        with StorageProxy(azurite, "queue") as running:
            yield running

    def test_a_lost_answer_may_send_twice_but_never_not_at_all(
        self, process: ProcessSettings, own_name: str, proxy: StorageProxy
    ) -> None:
        client = queue_client(process, own_name + "deliver")
        client.create_queue()
        clock = FakeClock()
        queue = StorageWorkQueue(replace(process, storage=proxy.connection_string), clock, prefix=own_name)
        proxy.lose_answer("/messages")
        proxy.lose_request("/messages")
        queue.send(make_ref(), OutboxEntry(OutboxKind.DELIVER, 0, clock.now()))
        assert client.get_queue_properties().approximate_message_count == 2

    def test_a_message_appears_when_its_moment_comes(self, process: ProcessSettings, own_name: str) -> None:
        client = queue_client(process, own_name + "notify")
        client.create_queue()
        clock = FakeClock()
        entry = OutboxEntry(OutboxKind.DSN, 0, clock.now() + timedelta(seconds=120))
        StorageWorkQueue(process, clock, prefix=own_name).send(make_ref(), entry)
        assert list(client.receive_messages()) == []
        assert client.get_queue_properties().approximate_message_count == 1

    def test_storage_down_or_no_queue_is_temporary(
        self, process: ProcessSettings, own_name: str, proxy: StorageProxy
    ) -> None:
        clock = FakeClock()
        entry = OutboxEntry(OutboxKind.DELIVER, 0, clock.now())
        with pytest.raises(StorageUnavailable):
            StorageWorkQueue(process, clock, prefix=own_name).send(make_ref(), entry)
        proxy.lose_request("/", times=10)
        with pytest.raises(StorageUnavailable):
            StorageWorkQueue(replace(process, storage=proxy.connection_string), clock).send(make_ref(), entry)
