"""Connection strings, signatures that a real server accepts, and errors."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.endpoints import AZURITE_ACCOUNT as ACCOUNT
from local.endpoints import AZURITE_KEY as KEY
from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_rest import Answer, BlobRest, account_from
from shared.errors import PermanentError, StorageUnavailable
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.certificates import AUTHORITY, issued
from tests.support.storage_tokens import GivenTokens
from tests.support.web_server import Asked, Reply, web_server

ENDPOINTS = [
    pytest.param("UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1", id="development storage"),
    pytest.param(f"AccountName=a;AccountKey={KEY}", "https://a.blob.core.windows.net", id="account name"),
    pytest.param(
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn",
        "https://a.blob.core.chinacloudapi.cn",
        id="another cloud",
    ),
    pytest.param(f"AccountName=a;AccountKey={KEY};BlobEndpoint=http://h:1/a/;", "http://h:1/a", id="endpoint"),
    pytest.param("BlobEndpoint=https://h/;SharedAccessSignature=?sv=1&sig=x", "https://h", id="signature"),
]


@pytest.mark.parametrize(("text", "endpoint"), ENDPOINTS)
def test_connection_string_is_read(text: str, endpoint: str) -> None:
    account = account_from(text)
    assert account.endpoint == endpoint
    assert KEY not in repr(account)
    assert "sig" not in repr(account)


@pytest.mark.parametrize(
    "text",
    ["", "x", "AccountName=a", f"AccountKey={KEY}", "AccountName=a;AccountKey=%%%secret%%%", "BlobEndpoint=https://h"],
)
def test_unusable_connection_string_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(PermanentError) as failure:
        account_from(text)
    assert "secret" not in str(failure.value)


def test_endpoint_that_is_no_http_is_refused() -> None:
    with pytest.raises(PermanentError):
        BlobRest(account_from(f"AccountName=a;AccountKey={KEY};BlobEndpoint=ftp://h/a"), timeout_seconds=1)


def ask(connection_string: str, method: str, path: str, timeout: float = 5.0, **more: object) -> Answer:
    async def run() -> Answer:
        rest = BlobRest(account_from(connection_string), timeout_seconds=timeout)
        try:
            return await rest.request(method, path, **more)  # type: ignore[arg-type]  # what a test passes
        finally:
            await rest.close()

    return asyncio.run(run())


NAMES = ["plain.eml", "2026112109/acme-1/x.eml", "with space", "日本語", "per%cent", "plus+and&and?query", "a=b;c"]


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_right_for_any_name_and_metadata(process: ProcessSettings, own_name: str, name: str) -> None:
    container_client(process, own_name).create_container()
    headers = {
        "x-ms-blob-type": "BlockBlob",
        "x-ms-meta-spooled": "eyJh+/==",
        "If-None-Match": "*",
        "Content-Type": "text/plain",
    }
    answer = ask(process.storage, "PUT", f"{own_name}/{name}", headers=headers, body=b"content")
    assert (answer.status, answer.error) == (201, "")
    again = ask(process.storage, "PUT", f"{own_name}/{name}", headers=headers, body=b"content")
    assert (again.status, again.error) == (409, "BlobAlreadyExists")
    blob = container_client(process, own_name).get_blob_client(name)
    assert blob.download_blob().readall() == b"content"
    assert blob.get_blob_properties().metadata == {"spooled": "eyJh+/=="}


def test_query_is_signed(process: ProcessSettings, own_name: str) -> None:
    container_client(process, own_name).create_container()
    for number in range(3):
        container_client(process, own_name).upload_blob(f"{number} ü.json", b"x")
    query = {"restype": "container", "comp": "list", "prefix": "1 ü", "maxresults": "10"}
    answer = ask(process.storage, "GET", own_name, query=query)
    assert answer.status == 200
    assert answer.body.count(b"<Blob>") == 1


def test_shared_access_signature_works_like_a_key(azurite: Azurite, process: ProcessSettings, own_name: str) -> None:
    from azure.storage.blob import ContainerSasPermissions, generate_container_sas

    container_client(process, own_name).create_container()
    signature = generate_container_sas(
        ACCOUNT,
        own_name,
        account_key=KEY,
        permission=ContainerSasPermissions(read=True, write=True, create=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
        version="2021-12-02",
    )
    text = f"BlobEndpoint={azurite.blob_url};SharedAccessSignature={signature}"
    answer = ask(text, "PUT", f"{own_name}/x", headers={"x-ms-blob-type": "BlockBlob"}, body=b"content")
    assert answer.status == 201
    block = ask(text, "PUT", f"{own_name}/y", query={"comp": "block", "blockid": "AAAA"}, body=b"content")
    assert block.status == 201


def test_wrong_key_is_answered_with_an_error_that_names_no_secret(azurite: Azurite, own_name: str) -> None:
    answer = ask(azurite.connection_string.replace(KEY, "c2VjcmV0"), "GET", own_name, query={"restype": "container"})
    assert answer.status == 403
    failure = answer.unexpected("doing something")
    assert "403" in str(failure)
    assert "c2VjcmV0" not in str(failure)


def test_storage_that_is_down_or_silent_is_unavailable_in_time(azurite: Azurite) -> None:
    with pytest.raises(StorageUnavailable, match="reached"):
        ask(azurite.connection_string.replace(azurite.blob_url, "http://127.0.0.1:1/a"), "GET", "spool")

    async def silent() -> float:
        server = await asyncio.start_server(lambda *_: asyncio.sleep(3600), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        rest = BlobRest(
            account_from(f"AccountName=a;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:{port}/a"), timeout_seconds=0.2
        )
        loop = asyncio.get_running_loop()
        started = loop.time()
        with pytest.raises(StorageUnavailable, match=r"within 0\.2"):
            await rest.request("GET", "spool")
        await rest.close()
        server.close()
        return loop.time() - started

    assert asyncio.run(silent()) < 2


def test_a_refused_token_is_replaced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tokens = GivenTokens(["old", "new"])

    def answer(asked: Asked) -> Reply:
        good = asked.headers["authorization"] == "Bearer new" and asked.path != "/never"
        return Reply(201) if good else Reply(401)

    async def put(url: str) -> list[int]:
        rest = BlobRest(StorageAccount(url, "a", tokens=tokens), timeout_seconds=5)
        statuses = [(await rest.request("PUT", path, body=b"content")).status for path in ("c/b", "c/d", "never")]
        await rest.close()
        return statuses

    with web_server(answer, issued(tmp_path, "127.0.0.1")) as server:
        assert asyncio.run(put(server.url)) == [201, 201, 401]
    assert [asked.body for asked in server.asked] == [b"content"] * 4
    assert tokens.refusals == ["old", "new"]


def test_tokens_never_go_over_an_open_line() -> None:
    with pytest.raises(PermanentError, match="TLS"):
        BlobRest(StorageAccount("http://h", "a", tokens=GivenTokens(["secret"])), timeout_seconds=1)
