"""What is asked of a vault, and every way in which its answer may be bad. Tokens go to the vault and nowhere else."""

from __future__ import annotations

import json
import logging

import pytest

from shared.adapters import secrets_vault_rest
from shared.adapters.identity_tokens import identity_tokens
from shared.adapters.secrets_vault_rest import VaultAway, VaultRest, vault_resource
from shared.errors import NotFound, TemporaryError
from shared.settings import MisconfiguredProcess
from tests.support.identity_endpoint import IdentityEndpoint
from tests.support.key_vault import KeyVault
from tests.support.web_server import Reply, web_server


def rest_of(vault: KeyVault) -> VaultRest:
    return VaultRest(vault.url, identity_tokens(vault_resource(vault.url), ""))


@pytest.mark.parametrize(
    ("url", "resource"),
    [
        ("https://kv-matta.vault.azure.net/", "https://vault.azure.net"),
        ("https://KV-MATTA.vault.azure.net", "https://vault.azure.net"),
        ("https://kv.vault.usgovcloudapi.net/", "https://vault.usgovcloudapi.net"),
        ("https://127.0.0.1:4433", "https://vault.azure.net"),
    ],
)
def test_a_vaults_address_names_what_tokens_are_for(url: str, resource: str) -> None:
    assert vault_resource(url) == resource


@pytest.mark.parametrize(
    "url",
    [
        "",
        "kv-matta",
        "http://kv.vault.azure.net/",
        "http://127.0.0.1:80",
        "https://vault.azure.net/",
        "https://vault.azure.net.example/",
        "https://kv.vault.azure.net@example.com/",
        "https://example.com/#.vault.azure.net",
        "https://example.com/.vault.azure.net",
        "https://example.com/?x=.vault.azure.net",
        "https://kv.vault.azure.net:port/",
    ],
)
def test_a_token_goes_to_no_other_place(url: str) -> None:
    with pytest.raises(MisconfiguredProcess, match="MATTA_KEY_VAULT_URL"):
        vault_resource(url)


def test_a_value_the_newest_or_one_that_is_named(vault: KeyVault, identity: IdentityEndpoint) -> None:
    old = vault.set("a", "öld")
    vault.set("a", "new")
    assert rest_of(vault).value("a") == "new"
    assert rest_of(vault).value("a", old.id) == "öld"
    assert identity.resources == ["https://vault.azure.net"]


def test_all_versions_of_many_pages(vault: KeyVault) -> None:
    made = {vault.set("a", str(number)).id for number in range(60)}
    assert {version.id for version in rest_of(vault).versions("a")} == made
    assert len(vault.asked) == 3


def test_a_list_without_end_is_an_error_and_no_half_truth(vault: KeyVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets_vault_rest, "_MOST_PAGES", 5)
    vault.page_size = 1
    for number in range(6):
        vault.set("a", str(number))
    with pytest.raises(VaultAway, match="more versions"):
        rest_of(vault).versions("a")
    assert len(vault.asked) == 5


@pytest.mark.parametrize(
    "link", ["https://127.0.0.1:9/x", "http://127.0.0.1/x", "https://evil.example/", "file:///etc"]
)
def test_a_list_that_goes_on_elsewhere_gets_no_token(vault: KeyVault, link: str) -> None:
    vault.page_size, vault.next_link = 1, link
    vault.set("a", "1")
    vault.set("a", "2")
    with pytest.raises(VaultAway, match="another server"):
        rest_of(vault).versions("a")
    assert len(vault.asked) == 1


def test_what_is_not_there_or_disabled_is_not_found(vault: KeyVault) -> None:
    vault.set("off", "x", enabled=False)
    for name in ("none", "off"):
        with pytest.raises(NotFound):
            rest_of(vault).value(name)
    with pytest.raises(NotFound):
        rest_of(vault).versions("none")


def test_a_refused_token_is_replaced_once(vault: KeyVault, identity: IdentityEndpoint) -> None:
    vault.set("a", "x")
    vault.token = lambda: "one that nobody has"
    with pytest.raises(VaultAway, match="401 Unauthorized"):
        rest_of(vault).value("a")
    assert len(vault.asked) <= 2


@pytest.mark.parametrize(
    ("reply", "said", "pause"),
    [
        pytest.param(Reply(429, b"", {"Retry-After": "7"}), "429", 7.0, id="throttled"),
        pytest.param(Reply(429, b"", {"Retry-After": "9999"}), "429", 60.0, id="throttled for too long"),
        pytest.param(Reply(429, b"", {"Retry-After": "soon"}), "429", 0.0, id="throttled without a number"),
        pytest.param(Reply(503, b"hunter2"), "503", 0.0, id="away"),
        pytest.param(
            Reply(403, b'{"error":{"code":"Forbidden","message":"hunter2","innererror":{"code":"ForbiddenByRbac"}}}'),
            "403 ForbiddenByRbac",
            0.0,
            id="no role",
        ),
        pytest.param(Reply(302, b"", {"Location": "https://evil.example/"}), "302", 0.0, id="redirected"),
        pytest.param(Reply(200, b'{"value": "hunter2"'), "cannot be read", 0.0, id="cut JSON"),
        pytest.param(Reply(200, b'{"value": 5}'), "cannot be read", 0.0, id="no text"),
        pytest.param(Reply(200, json.dumps({"value": "hunter2" * 50_000}).encode()), "200", 0.0, id="too large"),
        pytest.param(Reply(200, b'{"value": "hunter2"}', cut=12), "200", 0.0, id="cut off"),
        pytest.param(Reply(silent=True), "no answer", 0.0, id="not a word"),
    ],
)
def test_a_bad_answer_is_temporary_and_tells_nothing(
    vault: KeyVault, caplog: pytest.LogCaptureFixture, reply: Reply, said: str, pause: float
) -> None:
    caplog.set_level(logging.DEBUG)
    vault.answer_instead = reply
    with pytest.raises(TemporaryError, match=said) as raised:
        rest_of(vault).value("a")
    assert getattr(raised.value, "pause", 0.0) == pause
    assert "hunter2" not in caplog.text + str(raised.value) + repr(raised.value.__cause__)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"value": [{"id": "https://h/secrets/other/1", "attributes": {"enabled": true}}]}',
        b'{"value": [{"id": "https://h/secrets/a/1%2F2", "attributes": {"enabled": true}}]}',
        b'{"value": [{"id": "x", "attributes": {"enabled": true}}]}',
        b'{"value": [{"id": "https://h/secrets/a/1"}]}',
    ],
)
def test_a_list_that_makes_no_sense_is_temporary(vault: KeyVault, body: bytes) -> None:
    vault.answer_instead = Reply(200, body)
    with pytest.raises(VaultAway):
        rest_of(vault).versions("a")


def test_a_vault_that_cannot_prove_its_name_gets_no_token(identity: IdentityEndpoint) -> None:
    with web_server(lambda asked: Reply()) as server:
        address = server.url.replace("http://", "https://")
        with pytest.raises(TemporaryError):
            VaultRest(address, identity_tokens("https://vault.azure.net", "")).value("a")
    assert server.asked == []
