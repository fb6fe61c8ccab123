"""`./dev judge`: files in, verdicts out, and a clear word about what cannot be read."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from local.commands.judge import main

MESSAGE = (
    "From: 佐藤 <sato@acme.example>\r\nTo: tanaka@out.example\r\nCc: suzuki@acme.example\r\n"
    "Subject: お見積書\r\n\r\nこんにちは\r\n"
).encode()
RULES = {"rules": [{"id": "a", "rule": "subject-blank"}], "version": 5}


@pytest.fixture
def eml(tmp_path: Path) -> str:
    path = tmp_path / "見積.eml"
    path.write_bytes(MESSAGE)
    return str(path)


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(RULES))
    return str(path)


def judged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_one_file_is_one_line_of_json(eml: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([eml, "--json"]) == 0
    (judgement,) = judged(capsys)
    assert judgement["file"] == eml
    assert judgement["facts"]["envelope"]["reverse_path"] == "sato@acme.example"
    (part,) = judgement["parts"]
    assert part["recipients"] == ["tanaka@out.example", "suzuki@acme.example"]
    assert part["disposition"] == "hold"
    assert [reason["code"] for reason in part["reasons"]] == ["rule.recipient-external"]


def test_several_files_give_one_line_each_in_order(
    eml: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "b.eml"
    other.write_bytes(MESSAGE.replace(b"tanaka@out", b"tanaka@acme"))
    assert main(["--json", eml, str(other), eml]) == 0
    found = judged(capsys)
    assert [judgement["file"] for judgement in found] == [eml, str(other), eml]
    assert [judgement["disposition"] for judgement in found] == ["hold", "deliver", "hold"]


@pytest.mark.parametrize(
    ("arguments", "reverse_path", "recipients", "disposition"),
    [
        pytest.param(["--to", "x@acme.example"], "sato@acme.example", ["x@acme.example"], "deliver", id="--to"),
        pytest.param(
            ["--to", "x@acme.example", "<y@acme.example>", "--to", "z@acme.example"],
            "sato@acme.example",
            ["x@acme.example", "y@acme.example", "z@acme.example"],
            "deliver",
            id="several recipients",
        ),
        pytest.param(
            ["--to", "x@acme.example", "x@acme.example"],
            "sato@acme.example",
            ["x@acme.example"],
            "deliver",
            id="a repeated recipient",
        ),
        pytest.param(
            ["--from", "a@out.example"],
            "a@out.example",
            ["tanaka@out.example", "suzuki@acme.example"],
            "hold",
            id="--from changes whose domain is internal",
        ),
        pytest.param(
            ["--from", "<>"], "", ["tanaka@out.example", "suzuki@acme.example"], "deliver", id="--from null sender"
        ),
        pytest.param(["--from", ""], "", ["tanaka@out.example", "suzuki@acme.example"], "deliver", id="--from nothing"),
    ],
)
def test_envelope_of_the_command_line_wins_over_the_header(
    arguments: list[str],
    reverse_path: str,
    recipients: list[str],
    disposition: str,
    eml: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([eml, "--json", *arguments]) == 0
    (judgement,) = judged(capsys)
    assert judgement["facts"]["envelope"]["reverse_path"] == reverse_path
    assert judgement["parts"][0]["recipients"] == recipients
    assert judgement["disposition"] == disposition


def test_file_after_the_recipients_is_still_a_file(eml: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "--to", "x@acme.example", eml]) == 0
    (judgement,) = judged(capsys)
    assert (judgement["file"], judgement["parts"][0]["recipients"]) == (eml, ["x@acme.example"])


def test_under_a_null_sender_the_authors_domain_is_internal(eml: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([eml, "--json", "--from", "<>"])
    (judgement,) = judged(capsys)
    assert [item["external"] for item in judgement["facts"]["recipients"]] == [True, False]


def test_settings_judge_in_place_of_the_new_tenants(eml: str, rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([eml, "--json", "--settings", rules]) == 0
    (judgement,) = judged(capsys)
    assert (judgement["disposition"], judgement["settings_version"]) == ("deliver", 5)


def test_file_of_the_spool_keeps_its_queue_id(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spooled = tmp_path / "01hv0000000000000000000000.eml"
    impossible = tmp_path / "zzzzzzzzzzzzzzzzzzzzzzzzzz.eml"
    for path in (spooled, impossible):
        path.write_bytes(MESSAGE)
    main([str(spooled), str(impossible), "--json"])
    named, unnamed = judged(capsys)
    assert named["queue_id"] == spooled.stem
    assert unnamed["queue_id"].startswith("0000000000")


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MESSAGE)))
    assert main(["-", "--json"]) == 0
    (judgement,) = judged(capsys)
    assert (judgement["file"], judgement["facts"]["subject"]) == ("-", "お見積書")


def test_what_cannot_be_read_is_told_and_the_others_are_judged(
    eml: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "missing.eml")
    assert main([missing, eml, str(tmp_path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert [json.loads(line)["file"] for line in out.splitlines()] == [eml]
    assert f"cannot read {missing}: No such file or directory" in err
    assert f"cannot read {tmp_path}: Is a directory" in err


@pytest.mark.parametrize(
    ("document", "told"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param("{", "truncated", id="no JSON"),
        pytest.param('{"rulez": 1}', "unknown field `rulez`", id="unknown field"),
        pytest.param('{"rules": [{"id": "a", "rule": "x"}]}', "$.rules[0].rule", id="unknown rule"),
    ],
)
def test_settings_that_are_none_are_told(
    document: str | None, told: str, eml: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    if document is not None:
        path.write_text(document)
    assert main([eml, "--json", "--settings", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert str(path) in err


def test_no_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--to", "a@x.example"]) == 2
    assert "FILE.eml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variables", "arguments", "told"),
    [
        pytest.param({"LANG": "ja_JP.UTF-8"}, [], "社外の宛先が1件", id="by the environment"),
        pytest.param(
            {"LANG": "ja_JP.UTF-8", "LC_ALL": "en_US.UTF-8"}, [], "outside your organisation", id="LC_ALL first"
        ),
        pytest.param({"LANG": "C"}, [], "outside your organisation", id="no language of ours"),
        pytest.param({"LANG": "C"}, ["--lang", "ja"], "社外の宛先が1件", id="asked for"),
    ],
)
def test_language_of_the_texts(
    variables: dict[str, str],
    arguments: list[str],
    told: str,
    eml: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main([eml, *arguments]) == 0
    assert told in capsys.readouterr().out


def test_people_get_a_report_for_each_file(eml: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([eml, eml, "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.count("HOLD") == 2
    assert out.count("\n\n") == 1


def test_directory_and_time_decide_what_they_are_asked_about(
    eml: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, directory = tmp_path / "settings.json", tmp_path / "people.json"
    settings.write_text(
        json.dumps(
            {
                "domains": ["acme.example"],
                "rules": [],
                "policies": [
                    {"id": "p", "when": {"type": "time", "since": "22:00"}, "actions": [{"type": "boss-copy"}]}
                ],
            }
        )
    )
    directory.write_text(json.dumps({"people": [{"address": "sato@acme.example", "manager": "boss@acme.example"}]}))
    told = ["--json", "--explain", eml, "--settings", str(settings), "--directory", str(directory), "--at"]
    assert main([*told, "2026-11-20T22:00+09:00"]) == 0
    assert main([*told, "2026-11-20T12:00"]) == 0  # UTC: 21:00 in Tokyo
    night, evening = judged(capsys)
    assert night["parts"][0]["added_recipients"] == ["boss@acme.example"]
    assert night["explanation"]["policies"][0]["when"]["value"] == ["fri 22:00"]
    assert evening["parts"][0]["added_recipients"] == []
    assert evening["explanation"]["policies"][0]["when"]["value"] == ["fri 21:00"]


def test_directory_that_cannot_be_read_is_told(eml: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "people.json"
    bad.write_text("[]")
    assert main([eml, "--directory", str(bad)]) == 2
    assert main([eml, "--directory", str(tmp_path / "none.json")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert "The directory is not valid" in told[0]
    assert "cannot read" in told[1]


def test_time_that_is_none_is_refused(eml: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([eml, "--at", "noon"])
    assert stopped.value.code == 2
    assert "--at" in capsys.readouterr().err
