"""Changing the keys file: which key signs when, and what cannot be taken away."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.secrets_file import FileSecrets, create_keys_file
from shared.adapters.secrets_file_rotation import KeyInUse, add_key, remove_key
from shared.errors import NotFound, SecretsUnreadable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_keys_file(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def kids(path: Path, purpose: str = "link") -> list[str]:
    return [key.kid for key in FileSecrets(str(path), "").signing_keys(purpose)]


def test_a_new_key_verifies_and_waits_before_it_signs(path: Path) -> None:
    [old] = kids(path)
    new = add_key(path, "link", delay_seconds=900)
    assert kids(path) == [old, new]
    document = json.loads(path.read_text())
    waits_until = datetime.fromisoformat(document["link"][0]["signs_from"])
    assert timedelta(seconds=890) < waits_until - datetime.now(UTC) <= timedelta(seconds=900)
    document["link"][0]["signs_from"] = "2026-01-01T00:00:00Z"
    path.write_text(json.dumps(document))
    assert kids(path) == [new, old]


def test_a_process_that_runs_goes_over_to_it_without_a_look_at_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = add_key(path, "link", delay_seconds=900)
    secrets = FileSecrets(str(path), "")
    later = datetime.now(UTC).timestamp() + 901
    assert secrets.signing_keys("link")[0].kid != new
    monkeypatch.setattr("shared.adapters.secrets_file.time.time", lambda: later)
    assert secrets.signing_keys("link")[0].kid == new


def test_without_delay_it_signs_at_once(path: Path) -> None:
    assert add_key(path, "link", delay_seconds=0) == kids(path)[0]


def test_other_purposes_keep_their_keys_and_only_the_owner_reads_the_file(path: Path) -> None:
    before = kids(path, "seal")
    add_key(path, "link", delay_seconds=1)
    assert kids(path, "seal") == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_first_key_of_a_purpose_does_not_wait(path: Path) -> None:
    document = json.loads(path.read_text())
    del document["seal"]
    path.write_text(json.dumps(document))
    kid = add_key(path, "seal", delay_seconds=900)
    assert kids(path, "seal") == [kid]
    assert "signs_from" not in json.loads(path.read_text())["seal"][0]


def test_what_signs_is_not_taken_away(path: Path) -> None:
    [old] = kids(path)
    with pytest.raises(KeyInUse):
        remove_key(path, "link", old)
    new = add_key(path, "link", delay_seconds=900)
    with pytest.raises(KeyInUse):
        remove_key(path, "link", old)
    remove_key(path, "link", new)
    add_key(path, "link", delay_seconds=0)
    remove_key(path, "link", old)
    assert old not in kids(path)
    with pytest.raises(NotFound):
        remove_key(path, "link", old)


@pytest.mark.parametrize("moment", ["soon", "2026-11-22T03:00:00", 5, "2026-13-01T00:00:00Z"])
def test_a_moment_that_is_none_is_damage(path: Path, moment: object) -> None:
    document = json.loads(path.read_text())
    document["link"][0]["signs_from"] = moment
    path.write_text(json.dumps(document))
    with pytest.raises(SecretsUnreadable):
        kids(path)
