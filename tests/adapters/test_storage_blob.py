"""Pieces of blobs: ranges of a real blob, and answers with other bytes than were asked for."""

from __future__ import annotations

import pytest

from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_blob import read_piece
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import RefusedRequest
from shared.adapters.storage_service import StorageService, storage_service
from shared.settings import ProcessSettings
from tests.support.web_server import Reply, web_server


@pytest.mark.parametrize("name", ["plain", "2026112109/acme-1/x.eml", "日本 語%41+&?"])
def test_pieces_of_a_blob_with_its_metadata(process: ProcessSettings, own_name: str, name: str) -> None:
    container = container_client(process, own_name)
    container.create_container()
    container.upload_blob(name, b"0123456789", metadata={"spooled": "eyJh+/=="})
    service = storage_service(process, "blob")
    pieces = [read_piece(service, own_name, name, offset, 4, "spooled") for offset in (0, 4, 8)]
    assert [piece.data for piece in pieces] == [b"0123", b"4567", b"89"]
    assert {(piece.size, piece.metadata) for piece in pieces} == {(10, "eyJh+/==")}
    assert read_piece(service, own_name, name, 0, 100, "other").metadata == ""
    with pytest.raises(RefusedRequest) as raised:
        read_piece(service, own_name, name, 50, 4, "spooled")
    assert raised.value.error_code == "InvalidRange"


def test_what_is_missing_has_a_name(process: ProcessSettings, own_name: str) -> None:
    service = storage_service(process, "blob")
    with pytest.raises(RefusedRequest) as raised:
        read_piece(service, own_name, "x", 0, 4, "spooled")
    assert raised.value.error_code == "ContainerNotFound"
    container_client(process, own_name).create_container()
    with pytest.raises(RefusedRequest) as raised:
        read_piece(service, own_name, "x", 0, 4, "spooled")
    assert raised.value.error_code == "BlobNotFound"


@pytest.mark.parametrize(
    "said", ["", "bytes 0-3/4", "bytes 2-6/9", "bytes 2-5/x", "bytes */9", "2-5/9", "bytes 2-5/" + "9" * 40]
)
def test_other_bytes_than_were_asked_for_are_no_answer(said: str) -> None:
    with web_server(lambda asked: Reply(206, b"2345", {"Content-Range": said} if said else {})) as server:
        service = StorageService(StorageAccount(server.url, "a", b"key"), "blob", 2.0)
        with pytest.raises(ConnectionError):
            read_piece(service, "c", "b", 2, 4, "spooled")


def test_a_whole_blob_in_place_of_a_piece_is_refused() -> None:
    with web_server(lambda asked: Reply(200, b"0123456789")) as server:
        service = StorageService(StorageAccount(server.url, "a", b"key"), "blob", 2.0)
        with pytest.raises(RefusedRequest):
            read_piece(service, "c", "b", 2, 4, "spooled")
