"""`./dev`'s subcommands: listed, found, and a wrong one is explained."""

from __future__ import annotations

import importlib

import pytest

from local.cli import COMMANDS, main
from local.tools import ToolError


@pytest.mark.parametrize("arguments", [[], ["--help"], ["help"], ["-h"]])
def test_help_lists_every_command_on_a_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    for name, text in COMMANDS.items():
        assert any(line.split() == [name, *text.split()] for line in shown.splitlines())


@pytest.mark.parametrize(
    ("wrong", "hint"), [pytest.param("tset", "did you mean test?", id="typo"), pytest.param("x", "", id="far off")]
)
def test_unknown_command_is_explained(wrong: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([wrong]) == 2
    shown = capsys.readouterr().err
    assert f"there is no command '{wrong}'" in shown
    assert hint in shown
    assert "usage: ./dev" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"./dev {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        pytest.param(ToolError("no Node.js"), 1, "./dev setup: no Node.js", id="tool missing"),
        pytest.param(KeyboardInterrupt(), 130, "stopped", id="Ctrl-C"),
    ],
)
def test_failures_of_a_command_become_an_exit_code(
    error: BaseException, code: int, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr(importlib.import_module("local.commands.setup"), "main", fail)
    assert main(["setup"]) == code
    assert text in capsys.readouterr().err
