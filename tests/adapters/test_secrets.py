"""What every ``Secrets`` does: the fake, the one on files and the one on a vault are held to the same."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path

import pytest

from shared.adapters.secrets_file import FileSecrets
from shared.adapters.secrets_vault import VaultSecrets
from shared.adapters.secrets_vault_names import key_name, secret_name
from shared.core.message.keys import PURPOSES, SigningKey
from shared.errors import NotFound
from shared.ports import Secrets
from shared.settings import ProcessSettings
from tests.fakes.secrets import DEFAULT_KEYS, FakeSecrets
from tests.support.key_vault import KeyVault

PASSWORDS = {"next-hop": "p4ß wörd ✓", "empty": ""}


@pytest.fixture(params=["fake", "file", "vault"])
def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> Secrets:
    keys = {**DEFAULT_KEYS, "link": (*DEFAULT_KEYS["link"], SigningKey("link-0", b"the key before this one"))}
    if request.param == "fake":
        return FakeSecrets(PASSWORDS, keys)
    if request.param == "vault":
        vault: KeyVault = request.getfixturevalue("vault")
        for purpose, of_purpose in keys.items():
            for age, key in enumerate(of_purpose):
                vault.now = lambda age=age: time.time() - 10_000 * (age + 1)  # type: ignore[misc]  # bound at once
                vault.set(key_name(purpose), base64.b64encode(key.secret).decode())
        for name, value in PASSWORDS.items():
            vault.set(secret_name(name), value)
        return VaultSecrets(ProcessSettings(storage="none", key_vault_url=vault.url))
    document = {
        purpose: [{"kid": key.kid, "secret": base64.b64encode(key.secret).decode()} for key in of_purpose]
        for purpose, of_purpose in keys.items()
    }
    (tmp_path / "keys.json").write_text(json.dumps(document))
    (tmp_path / "secrets.json").write_text(json.dumps(PASSWORDS))
    return FileSecrets(str(tmp_path / "keys.json"), str(tmp_path / "secrets.json"))


def test_keys_come_in_order_the_signing_one_first(secrets: Secrets) -> None:
    first, second = secrets.signing_keys("link")
    assert (first.secret, second.secret) == (DEFAULT_KEYS["link"][0].secret, b"the key before this one")
    assert first.kid != second.kid
    assert [key.secret for key in secrets.signing_keys("trace")] == [key.secret for key in DEFAULT_KEYS["trace"]]


def test_a_key_keeps_its_name(secrets: Secrets) -> None:
    assert secrets.signing_keys("link") == secrets.signing_keys("link")
    assert all(re.fullmatch(r"[0-9A-Za-z._-]{1,64}", key.kid) for key in secrets.signing_keys("link"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_there_are_keys_for_every_purpose(secrets: Secrets, purpose: str) -> None:
    assert secrets.signing_keys(purpose)


def test_a_purpose_without_keys_is_not_found(secrets: Secrets) -> None:
    with pytest.raises(NotFound):
        secrets.signing_keys("cookie")


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_named_secret_is_exact(secrets: Secrets, name: str) -> None:
    assert secrets.secret(name) == PASSWORDS[name]


def test_an_unknown_secret_is_not_found_and_no_other_secret_is_told(secrets: Secrets) -> None:
    with pytest.raises(NotFound) as raised:
        secrets.secret("other")
    assert PASSWORDS["next-hop"] not in str(raised.value)
