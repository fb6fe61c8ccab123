"""What every ``Secrets`` does: the fake and the one on files are held to the same."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from shared.adapters.secrets_file import FileSecrets
from shared.core.message.keys import SigningKey
from shared.errors import NotFound
from shared.ports import Secrets
from tests.fakes.secrets import DEFAULT_KEYS, FakeSecrets

PASSWORDS = {"next-hop": "p4ß wörd ✓", "empty": ""}


@pytest.fixture(params=["fake", "file"])
def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> Secrets:
    keys = {**DEFAULT_KEYS, "link": (*DEFAULT_KEYS["link"], SigningKey("link-0", b"the key before this one"))}
    if request.param == "fake":
        return FakeSecrets(PASSWORDS, keys)
    document = {
        purpose: [{"kid": key.kid, "secret": base64.b64encode(key.secret).decode()} for key in of_purpose]
        for purpose, of_purpose in keys.items()
    }
    (tmp_path / "keys.json").write_text(json.dumps(document))
    (tmp_path / "secrets.json").write_text(json.dumps(PASSWORDS))
    return FileSecrets(str(tmp_path / "keys.json"), str(tmp_path / "secrets.json"))


def test_keys_come_in_order_the_signing_one_first(secrets: Secrets) -> None:
    assert [key.kid for key in secrets.signing_keys("link")] == ["link-1", "link-0"]
    assert secrets.signing_keys("trace") == DEFAULT_KEYS["trace"]


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
