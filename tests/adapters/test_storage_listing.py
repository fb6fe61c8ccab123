"""Listings of a container: against real storage, over pages, and answers that are none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters import storage_listing
from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_listing import list_blobs, list_folders
from shared.adapters.storage_service import StorageService, storage_service
from shared.errors import StorageUnavailable
from shared.settings import ProcessSettings
from tests.support.web_server import Reply, web_server

NAMES = ["2026112109/acme/a.eml", "2026112109/acme/b&<>.eml", "2026112109/other/日本 語.eml", "2026112110/acme/c.eml"]


def once(call: Callable[[], str]) -> str:
    return call()


@pytest.fixture
def container(process: ProcessSettings, own_name: str) -> str:
    client = container_client(process, own_name)
    client.create_container()
    for name in NAMES:
        client.upload_blob(name, b"x")
    return own_name


@pytest.mark.parametrize("page", [1, 2, 5000])
def test_names_below_a_prefix_over_any_number_of_pages(
    process: ProcessSettings, container: str, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_listing, "PAGE", page)
    found = list(list_blobs(storage_service(process, "blob"), container, "2026112109/", once))
    assert [blob.name for blob in found] == NAMES[:3]
    now = datetime.now(UTC)
    assert all(abs(blob.modified - now) < timedelta(minutes=2) for blob in found)


def test_an_empty_folder_lists_nothing(process: ProcessSettings, container: str) -> None:
    assert list(list_blobs(storage_service(process, "blob"), container, "2026112111/", once)) == []


def test_the_folders_at_the_top(process: ProcessSettings, container: str) -> None:
    assert list(list_folders(storage_service(process, "blob"), container, once)) == ["2026112109", "2026112110"]


def test_a_container_that_is_missing_is_no_empty_one(process: ProcessSettings, own_name: str) -> None:
    with pytest.raises(StorageUnavailable, match="ContainerNotFound"):
        list(list_blobs(storage_service(process, "blob"), own_name, "", once))


WHOLE = b"<EnumerationResults><Blobs><Blob><Name>a</Name><Properties><Last-Modified>%s</Last-Modified></Properties></Blob></Blobs>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(WHOLE % b"Sun, 22 Nov 2026 01:00:00 GMT", id="cut-off"),
        pytest.param(WHOLE % b"yesterday" + b"</EnumerationResults>", id="no-time"),
        pytest.param(b"\xff</EnumerationResults>", id="no-utf-8"),
    ],
)
def test_an_answer_that_is_no_whole_listing_is_storage_that_does_not_answer(body: bytes) -> None:
    with web_server(lambda asked: Reply(200, body)) as server:
        service = StorageService(StorageAccount(server.url, "a", b"key"), "blob", 2.0)
        with pytest.raises(StorageUnavailable):
            list(list_blobs(service, "c", "", once))
