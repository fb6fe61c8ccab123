"""The Azurite that the other tests rely on."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from tests.support.azurite import Azurite


def test_all_three_services_answer_the_current_sdks(azurite: Azurite) -> None:
    name = f"t{uuid4().hex}"
    blobs = BlobServiceClient.from_connection_string(azurite.connection_string)
    container = blobs.create_container(name)
    container.upload_blob("a/b.eml", b"From: a@b\r\n\r\n")
    assert container.download_blob("a/b.eml").readall() == b"From: a@b\r\n\r\n"

    queue = QueueServiceClient.from_connection_string(azurite.connection_string).create_queue(name)
    queue.send_message("one")
    assert queue.receive_message().content == "one"

    table = TableServiceClient.from_connection_string(azurite.connection_string).create_table(name)
    table.create_entity({"PartitionKey": "p", "RowKey": "r", "n": 1})
    assert table.get_entity("p", "r")["n"] == 1


def test_data_and_ports_survive_stop_and_start(tmp_path: Path) -> None:
    instance = Azurite(tmp_path)
    instance.start()
    try:
        address = instance.connection_string
        with BlobServiceClient.from_connection_string(address) as client:
            client.create_container("kept").upload_blob("m.eml", b"x" * 100_000)
        instance.stop()
        instance.start()
        assert instance.connection_string == address
        with BlobServiceClient.from_connection_string(address) as client:
            assert client.get_container_client("kept").download_blob("m.eml").readall() == b"x" * 100_000
    finally:
        instance.stop()
