"""What is particular to secrets in files: making them, rotation, damage, and that nothing leaks."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from shared.adapters.secrets_file import KEY_BYTES, FileSecrets, create_keys_file
from shared.errors import SecretsUnreadable
from shared.settings import MisconfiguredProcess
from tests.support.threads import at_once

GOOD_KEY = {"kid": "k1", "secret": "MDEyMzQ1Njc4OWFiY2RlZg=="}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


class TestCreateKeysFile:
    def test_a_fresh_file_holds_a_strong_key_for_each_purpose_and_only_its_owner_reads_it(self, path: Path) -> None:
        assert create_keys_file(path)
        assert path.stat().st_mode & 0o777 == 0o600
        secrets = FileSecrets(str(path), "")
        [link], [trace] = secrets.signing_keys("link"), secrets.signing_keys("trace")
        assert len(link.secret) == len(trace.secret) == KEY_BYTES
        assert link.secret != trace.secret
        assert link.kid != trace.kid

    def test_second_run_leaves_the_keys_and_no_rubbish(self, path: Path) -> None:
        create_keys_file(path)
        before = path.read_bytes()
        assert not create_keys_file(path)
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]

    def test_a_file_from_before_a_purpose_was_known_gets_a_key_for_it_and_keeps_the_others(self, path: Path) -> None:
        path.write_text(json.dumps({"link": [GOOD_KEY], "own": [GOOD_KEY]}))
        assert not create_keys_file(path)
        secrets = FileSecrets(str(path), "")
        assert [key.kid for key in secrets.signing_keys("link")] == ["k1"]
        assert [len(secrets.signing_keys(purpose)) for purpose in ("trace", "seal", "own")] == [1, 1, 1]
        assert path.stat().st_mode & 0o777 == 0o600
        assert list(path.parent.iterdir()) == [path]

    def test_twenty_at_once_make_one_file(self, path: Path) -> None:
        assert sorted(at_once(20, lambda _: create_keys_file(path)), key=bool) == [False] * 19 + [True]
        assert list(path.parent.iterdir()) == [path]

    def test_two_files_differ(self, tmp_path: Path) -> None:
        create_keys_file(tmp_path / "a" / "keys.json")
        create_keys_file(tmp_path / "b" / "keys.json")
        assert (tmp_path / "a" / "keys.json").read_text() != (tmp_path / "b" / "keys.json").read_text()


class TestRotation:
    def test_a_new_key_is_used_without_a_restart(self, path: Path) -> None:
        create_keys_file(path)
        secrets = FileSecrets(str(path), "")
        [old] = secrets.signing_keys("link")
        document = json.loads(path.read_text())
        document["link"].insert(0, GOOD_KEY)
        replacement = path.with_name("new")
        replacement.write_text(json.dumps(document))
        replacement.replace(path)
        assert [key.kid for key in secrets.signing_keys("link")] == ["k1", old.kid]

    def test_a_password_that_is_overwritten_in_place_is_seen(self, path: Path) -> None:
        path.write_text('{"a": "one"}')
        secrets = FileSecrets("", str(path))
        assert secrets.secret("a") == "one"
        path.write_text('{"a": "other"}')
        assert secrets.secret("a") == "other"


class TestDamage:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param("", id="empty"),
            pytest.param('{"link": [', id="cut short"),
            pytest.param("[]", id="no object"),
            pytest.param(json.dumps({"link": ["x"]}), id="a key that is a text"),
            pytest.param(json.dumps({"link": [{"kid": "k"}]}), id="a key without secret"),
            pytest.param(json.dumps({"link": [{"kid": "", "secret": GOOD_KEY["secret"]}]}), id="a key without kid"),
            pytest.param(json.dumps({"link": [{"kid": "k", "secret": "not base64!"}]}), id="not base64"),
            pytest.param(json.dumps({"link": [{"kid": "k", "secret": "c2hvcnQ="}]}), id="too short a key"),
        ],
    )
    def test_a_damaged_file_is_a_temporary_error(self, path: Path, content: str) -> None:
        path.write_text(content)
        secrets = FileSecrets(str(path), "")
        with pytest.raises(SecretsUnreadable):
            secrets.signing_keys("link")
        path.write_text(json.dumps({"link": [GOOD_KEY]}))
        assert [key.kid for key in secrets.signing_keys("link")] == ["k1"]

    def test_damage_after_a_good_read_leaves_the_good_keys_in_use(self, path: Path) -> None:
        create_keys_file(path)
        secrets = FileSecrets(str(path), "")
        before = secrets.signing_keys("link")
        path.write_text('{"link": [')
        assert secrets.signing_keys("link") == before
        path.unlink()
        assert secrets.signing_keys("link") == before

    def test_passwords_that_are_no_texts_are_a_temporary_error(self, path: Path) -> None:
        path.write_text('{"a": 5}')
        with pytest.raises(SecretsUnreadable):
            FileSecrets("", str(path)).secret("a")

    def test_a_missing_file_is_temporary_and_a_missing_variable_is_named(self, path: Path) -> None:
        with pytest.raises(SecretsUnreadable):
            FileSecrets(str(path), "").signing_keys("link")
        with pytest.raises(MisconfiguredProcess, match="MATTA_KEYS_FILE"):
            FileSecrets("", "").signing_keys("link")
        with pytest.raises(MisconfiguredProcess, match="MATTA_SECRETS_FILE"):
            FileSecrets("", "").secret("a")


class TestNothingLeaks:
    def test_no_log_or_error_holds_a_secret(self, path: Path, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        path.write_text('{"a": "hunter2-hunter2", "b": 5}')
        with pytest.raises(SecretsUnreadable) as raised:
            FileSecrets("", str(path)).secret("a")
        path.write_text('{"a": "hunter2-hunter2"')
        with pytest.raises(SecretsUnreadable) as cut:
            FileSecrets("", str(path)).secret("a")
        assert "hunter2" not in caplog.text + repr(raised.value) + repr(cut.value)
        assert cut.value.__cause__ is None

    def test_a_file_that_others_can_read_is_warned_of(self, path: Path, caplog: pytest.LogCaptureFixture) -> None:
        path.write_text('{"a": "x"}')
        path.chmod(0o644)
        assert FileSecrets("", str(path)).secret("a") == "x"
        assert "MATTA_SECRETS_FILE" in caplog.text
