"""`./dev keys`: keys are shown by name alone, rotated and retired; what cannot be done is said."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from local.commands.keys import main
from shared.adapters.secrets_file import create_keys_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_keys_file(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def keys_in(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(path.read_text())["link"]
    return found


def test_a_key_is_rotated_and_the_old_one_retired(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [old] = keys_in(path)
    assert main(["rotate", "--purpose", "link", "--file", str(path)]) == 0
    assert "signs in 900 seconds" in capsys.readouterr().out
    assert main(["retire", "--purpose", "link", "--file", str(path), old["kid"]]) == 1
    assert "rotate first" in capsys.readouterr().err
    assert main(["rotate", "--purpose", "link", "--delay", "0", "--file", str(path)]) == 0
    assert main(["retire", "--purpose", "link", "--file", str(path), old["kid"]]) == 0
    assert old not in keys_in(path)


def test_the_list_names_keys_and_shows_none(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["rotate", "--purpose", "link", "--file", str(path)])
    capsys.readouterr()
    assert main(["list", "--file", str(path)]) == 0
    shown = capsys.readouterr().out
    new, old = keys_in(path)
    lines = [line.split() for line in shown.splitlines()]
    assert ["link", new["kid"], "signs", "from"] in [line[:4] for line in lines]
    assert ["link", old["kid"], "signs"] in lines
    for key in (new, old):
        assert key["secret"] not in shown
        assert base64.b64decode(key["secret"]).hex() not in shown


def test_the_instances_own_file_is_the_default(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--data", str(tmp_path)]) == 2
    assert "keys.json" in capsys.readouterr().err


def test_a_file_of_something_else_is_not_quoted(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text('{"link": ["hunter2"]}')
    assert main(["rotate", "--purpose", "link", "--file", str(path)]) == 2
    assert "hunter2" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "shown"), [(["Kunde 1"], "matta-secret--x4bunde-x201\n"), ([], "matta-key-link\n")]
)
def test_names_in_the_vault_are_told(arguments: list[str], shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vault-name", *arguments]) == 0
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize("delay", ["-5", "soon", "nan", "inf"])
def test_a_delay_that_is_none_adds_no_key(path: Path, delay: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    with pytest.raises(SystemExit) as stopped:
        main(["rotate", "--purpose", "link", f"--delay={delay}", "--file", str(path)])
    assert stopped.value.code == 2
    assert "is no number of seconds from 0 on" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_missing_file_is_told_with_what_to_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--data", str(tmp_path)]) == 2
    assert "name the instance's --data DIR, or --file FILE" in capsys.readouterr().err
