"""Requests to a storage service: what goes over the wire, tokens, TLS, bounds of time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from shared.adapters.identity_endpoint import NoToken
from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_service import StorageService, storage_service
from shared.errors import PermanentError, StorageUnavailable
from shared.settings import ProcessSettings
from tests.support.certificates import AUTHORITY, CertificateFiles, issued
from tests.support.storage_tokens import GivenTokens
from tests.support.web_server import Asked, Reply, web_server


def test_a_request_goes_out_as_it_was_made() -> None:
    with web_server(lambda asked: Reply(201, b"", {"ETag": "x"})) as server:
        service = StorageService(StorageAccount(f"{server.url}/base", "a", b"key"), "queue", 2.0)
        answer = service.request("POST", "/q/messages", query={"a": "1 2"}, headers={"X-Own": "y"}, body=b"content")
    [asked] = server.asked
    assert (answer.status, answer.headers["etag"]) == (201, "x")
    assert (asked.method, asked.path, asked.body) == ("POST", "/base/q/messages?a=1%202", b"content")
    assert asked.headers["host"] == server.host
    assert asked.headers["x-own"] == "y"
    assert asked.headers["authorization"].startswith("SharedKey a:")


def test_everybody_in_a_process_shares_the_connections(process: ProcessSettings) -> None:
    assert storage_service(process, "table") is storage_service(process, "table")
    assert storage_service(process, "table") is not storage_service(process, "queue")


def test_tokens_never_go_over_an_open_line() -> None:
    with pytest.raises(PermanentError, match="TLS"):
        StorageService(StorageAccount("http://h", "a", tokens=GivenTokens(["secret"])), "table", 1.0)


def test_a_token_goes_to_the_server_that_proves_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = issued(tmp_path, "127.0.0.1")
    with web_server(lambda asked: Reply(), certificate) as server:
        account = StorageAccount(server.url, "a", tokens=GivenTokens(["token-of-today"]))
        with pytest.raises(OSError, match="certificate"):
            StorageService(account, "table", 2.0).request("GET", "/t()")
        assert server.asked == []
        AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        service = StorageService(account, "table", 2.0)
        assert [service.request("GET", "/t()").status for _ in range(3)] == [200] * 3
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer token-of-today"}


def test_no_token_no_request() -> None:
    class NoTokens(GivenTokens):
        def value(self) -> str:
            raise NoToken("the endpoint is away")

    account = StorageAccount("https://127.0.0.1:9", "a", tokens=NoTokens([]))
    with pytest.raises(StorageUnavailable, match="the endpoint is away"):
        StorageService(account, "table", 1.0).request("GET", "/t()")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CertificateFiles:
    """Of a server that this process trusts."""
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return issued(tmp_path, "127.0.0.1")


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(Reply(401, b"", {"WWW-Authenticate": "Bearer"}), id="401"),
        pytest.param(Reply(403, b"", {"x-ms-error-code": "AuthenticationFailed"}), id="403 that says so"),
        pytest.param(Reply(403, b'{"odata.error":{"code":"AuthenticationFailed"}}'), id="403 of a table"),
    ],
)
def test_a_refused_token_is_replaced_once(certificate: CertificateFiles, refusal: Reply) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(201) if asked.headers["authorization"] == "Bearer new" else refusal

    tokens = GivenTokens(["old", "new"])
    with web_server(answer, certificate) as server:
        service = StorageService(StorageAccount(server.url, "a", tokens=tokens), "table", 2.0)
        assert service.request("POST", "/t", body=b"row").status == 201
    assert [asked.body for asked in server.asked] == [b"row", b"row"]
    assert tokens.refusals == ["old"]


def test_a_token_that_stays_refused_is_an_answer_and_no_circle(certificate: CertificateFiles) -> None:
    for tokens, requests in ((["only"], 1), (["one", "two", "three"], 2)):
        with web_server(lambda asked: Reply(401), certificate) as server:
            service = StorageService(StorageAccount(server.url, "a", tokens=GivenTokens(tokens)), "blob", 2.0)
            assert service.request("GET", "/c/b").status == 401
        assert len(server.asked) == requests


def test_a_missing_role_asks_for_no_other_token(certificate: CertificateFiles) -> None:
    tokens = GivenTokens(["one", "two"])
    refusal = Reply(403, b"", {"x-ms-error-code": "AuthorizationPermissionMismatch"})
    with web_server(lambda asked: refusal, certificate) as server:
        service = StorageService(StorageAccount(server.url, "a", tokens=tokens), "queue", 2.0)
        assert service.request("POST", "/q/messages").status == 403
    assert tokens.refusals == []


@pytest.mark.parametrize("endpoint", ["ftp://h/a", "h", "https://"])
def test_an_endpoint_that_is_no_http_is_refused(endpoint: str) -> None:
    with pytest.raises(PermanentError):
        StorageService(StorageAccount(endpoint, "a", b"key"), "table", 1.0)


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    with web_server(lambda asked: Reply(delay=1.5)) as server:
        service = StorageService(StorageAccount(server.url, "a", b"key"), "table", 0.2)
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            service.request("GET", "/t()")
        assert time.monotonic() - begun < 1
