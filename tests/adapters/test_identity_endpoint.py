"""One question to the identity endpoint: what is asked, and every way in which the answer may be bad."""

from __future__ import annotations

import json
import logging

import pytest

from shared.adapters import identity_endpoint as asking
from shared.adapters.identity_endpoint import NoToken, fetch_token
from shared.errors import TemporaryError
from tests.support.identity_endpoint import HEADER, identity_endpoint
from tests.support.web_server import Reply, web_server

RESOURCE = "https://storage.azure.com/"


@pytest.mark.parametrize("client_id", ["", "22222222-2222-2222-2222-222222222222"])
def test_a_token_of_the_identity_that_was_named(monkeypatch: pytest.MonkeyPatch, client_id: str) -> None:
    with identity_endpoint(client_id) as endpoint:
        for name, value in endpoint.environment.items():
            monkeypatch.setenv(name, value)
        token = fetch_token(RESOURCE, client_id)
    assert [token.value] == endpoint.tokens
    assert endpoint.resources == [RESOURCE]
    assert token.value not in repr(token)


def test_an_identity_that_the_app_has_not_got_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    with identity_endpoint("some") as endpoint:
        for name, value in endpoint.environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(NoToken, match="400 'UserAssignedIdentityNotFound'"):
            fetch_token(RESOURCE, "other")


@pytest.mark.parametrize("missing", ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"])
def test_a_process_without_identity_is_told_so(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/")
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    monkeypatch.delenv(missing)
    with pytest.raises(NoToken, match="no managed identity"):
        fetch_token(RESOURCE, "")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "ftp://127.0.0.1/", "127.0.0.1", "http://h:port/", "http:///x"]
)
def test_an_endpoint_that_is_none_is_a_temporary_error(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", address)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    with pytest.raises(TemporaryError):
        fetch_token(RESOURCE, "")


def said(**changes: object) -> bytes:
    return json.dumps({"access_token": "secret-token", "expires_on": "1999999999"} | changes).encode()


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(500, said()), id="an error"),
        pytest.param(Reply(302, said(), {"Location": "http://127.0.0.1:9/"}), id="a redirection is not followed"),
        pytest.param(Reply(200, b"secret-token {"), id="no JSON"),
        pytest.param(Reply(200, b"[]"), id="no object"),
        pytest.param(Reply(200, said(access_token=None)), id="no token"),
        pytest.param(Reply(200, said(access_token="a\r\nX-Own: b")), id="a token of two lines"),
        pytest.param(Reply(200, said(access_token="待")), id="a token that is no header"),
        pytest.param(Reply(200, said(expires_on="tomorrow")), id="no time"),
        pytest.param(Reply(200, said(rest="x" * 70_000)), id="too large"),
        pytest.param(Reply(200, said(), cut=20), id="cut short"),
        pytest.param(Reply(silent=True), id="not a word"),
        pytest.param(Reply(200, said(), delay=1.0), id="too slow"),
    ],
)
def test_a_bad_answer_is_a_temporary_error_that_tells_no_token(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(asking, "_SECONDS", 0.3)
    with web_server(lambda asked: reply) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", HEADER)
        with pytest.raises(NoToken) as raised:
            fetch_token(RESOURCE, "")
    assert "secret-token" not in caplog.text + str(raised.value) + repr(raised.value.__cause__)
    assert HEADER not in caplog.text + str(raised.value)
