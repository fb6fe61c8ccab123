"""Containers, queues and tables are made where they are missing, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.storage_clients import container_client, queue_client, table_client
from shared.adapters.storage_setup import CONTAINERS, QUEUES, TABLES, prepare_storage
from shared.errors import StorageUnavailable
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.threads import at_once


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[ProcessSettings]:
    instance = Azurite(tmp_path)
    instance.start()
    try:
        yield ProcessSettings(storage=instance.connection_string, storage_timeout=5.0)
    finally:
        instance.stop()


def test_everything_is_made_also_by_several_at_once_and_a_second_time(empty: ProcessSettings) -> None:
    assert at_once(4, lambda _: prepare_storage(empty)) == [None] * 4
    prepare_storage(empty)
    for name in CONTAINERS:
        assert container_client(empty, name).exists()
    for name in QUEUES:
        assert queue_client(empty, name).get_queue_properties().approximate_message_count == 0
    for name in TABLES:
        assert list(table_client(empty, name).list_entities()) == []


def test_storage_down_is_temporary() -> None:
    closed = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:9/a"
    with pytest.raises(StorageUnavailable):
        prepare_storage(ProcessSettings(storage=closed, storage_timeout=0.5))
