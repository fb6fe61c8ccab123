"""`./dev apply`: the files it writes, and what it says when it cannot."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
import pyzipper

from local.commands.apply import main
from tests.support.app import INSIDE, OUTSIDE, SENDER
from tests.usecases.test_make_variant import with_attachment

SETTINGS = {
    "domains": ["aozora.example"],
    "policies": [
        {
            "id": "z",
            "when": {"type": "recipient-domain", "operator": "is-external"},
            "actions": [{"type": "zip", "method": "zipcrypto"}],
        }
    ],
}


@pytest.fixture
def message(tmp_path: Path) -> Path:
    path = tmp_path / "estimate.eml"
    path.write_bytes(with_attachment(OUTSIDE, INSIDE))
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    return path


def test_each_form_is_written_with_what_belongs_to_it(message: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([str(message), "--settings", str(tmp_path / "settings.json"), "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        f"estimate.variant-{number}.{ending}" for number in (1, 2) for ending in ("eml", "json")
    ]
    about = {number: json.loads((out / f"estimate.variant-{number}.json").read_text()) for number in (1, 2)}
    by_recipient = {document["envelope"]["recipients"][0]: (number, document) for number, document in about.items()}
    number, plain = by_recipient[INSIDE]
    assert (plain["transforms"], plain["password"]) == ([], "")
    assert (out / f"estimate.variant-{number}.eml").read_bytes() == message.read_bytes()
    number, encrypted = by_recipient[OUTSIDE]
    assert encrypted["envelope"]["reverse_path"] == SENDER
    assert [call["name"] for call in encrypted["transforms"]] == ["zip"]
    assert len(encrypted["password"]) == 12
    assert encrypted["file_name"].startswith("enc_2")
    assert (out / f"estimate.variant-{number}.json").stat().st_mode & 0o077 == 0


def test_the_password_that_is_written_opens_the_archive(message: Path, tmp_path: Path) -> None:
    import email

    out = tmp_path / "out"
    main([str(message), "--settings", str(tmp_path / "settings.json"), "--out", str(out), "--to", OUTSIDE])
    about = json.loads((out / "estimate.variant-1.json").read_text())
    parsed = email.message_from_bytes((out / "estimate.variant-1.eml").read_bytes())
    (archive,) = [part for part in parsed.walk() if part.get_content_type() == "application/zip"]
    payload = archive.get_payload(decode=True)
    assert isinstance(payload, bytes)
    with pyzipper.ZipFile(io.BytesIO(payload)) as opened:
        opened.setpassword(about["password"].encode())
        assert opened.testzip() is None


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param('{"domains": []}', "$.domains", id="empty-domains"),
        pytest.param('{"polices": []}', "polices", id="misspelt"),
        pytest.param("{", "not valid", id="no-json"),
    ],
)
def test_settings_that_are_wrong_are_named(
    message: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: str, says: str
) -> None:
    (tmp_path / "bad.json").write_text(settings)
    assert main([str(message), "--settings", str(tmp_path / "bad.json"), "--out", str(tmp_path / "out")]) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_is_missing_does_not_stop_the_others(
    message: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([str(tmp_path / "nowhere.eml"), str(message), "--out", str(out)]) == 2
    assert "nowhere.eml" in capsys.readouterr().err
    assert (out / "estimate.variant-1.eml").exists()


def test_two_files_of_one_name_have_forms_of_their_own(message: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / message.name
    other.parent.mkdir()
    other.write_bytes(with_attachment(INSIDE))
    out = tmp_path / "out"
    assert main([str(message), str(other), "--out", str(out)]) == 0
    assert (out / "estimate.variant-1.eml").read_bytes() == message.read_bytes()
    assert (out / "estimate-2.variant-1.eml").read_bytes() == other.read_bytes()


def test_a_hostile_file_name_moves_no_cursor(message: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = message.with_name(os.fsdecode(b"a\x1b[31mb\xff.eml"))
    hostile.write_bytes(message.read_bytes())
    out = tmp_path / "out"
    assert main([str(hostile), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert ".variant-1" in said
    assert "\x1b" not in said
    [about] = out.glob("*.json")
    assert json.loads(about.read_bytes())["file"].endswith("a\x1b[31mb\ufffd.eml")


def test_a_message_for_nobody_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.eml"
    draft.write_bytes(b"From: hanako@aozora.example\r\nSubject: not yet addressed\r\n\r\n")
    assert main([str(draft), "--out", str(tmp_path / "out")]) == 0
    assert "names no recipients" in capsys.readouterr().out
    assert not list((tmp_path / "out").iterdir())


def test_the_manager_of_the_directory_file_gets_a_copy(message: Path, tmp_path: Path) -> None:
    (tmp_path / "boss.json").write_text(
        json.dumps({"domains": ["aozora.example"], "policies": [{"id": "b", "actions": [{"type": "boss-copy"}]}]})
    )
    (tmp_path / "people.json").write_text(
        json.dumps({"people": [{"address": SENDER, "manager": "kacho@aozora.example"}]})
    )
    out = tmp_path / "out"
    wishes = ["--settings", str(tmp_path / "boss.json"), "--directory", str(tmp_path / "people.json")]
    assert main([str(message), *wishes, "--out", str(out)]) == 0
    about = json.loads((out / "estimate.variant-1.json").read_text())
    assert about["envelope"]["recipients"] == [OUTSIDE, INSIDE, "kacho@aozora.example"]
    assert b"\r\nCc: kacho@aozora.example\r\n" in (out / "estimate.variant-1.eml").read_bytes()
