"""`./dev` before it hands over: virtual environment, packages, locks. Run on a copy with no packages to install."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from local.tools import ROOT

_CLI = """
import os, sys
def main(arguments):
    print("HANDED OVER", sys.prefix, os.getcwd(), arguments)
    return int(arguments[0]) if arguments and arguments[0].isdigit() else 0
"""


def copy_of_dev(directory: Path, requirements: str = "") -> Path:
    """A tree with the real `dev` and nothing else of ours."""
    root = directory / "tree with space"
    (root / "local").mkdir(parents=True)
    (root / "smtp_relay").mkdir()
    shutil.copy(ROOT / "dev", root / "dev")
    (root / "local" / "__init__.py").touch()
    (root / "local" / "cli.py").write_text(_CLI)
    (root / "requirements-dev.txt").write_text(requirements)
    (root / "requirements.txt").touch()
    (root / "smtp_relay" / "requirements.txt").touch()
    return root


def run(root: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, str(root / "dev"), *arguments],
        capture_output=True,
        text=True,
        cwd=cwd or root,
        env=environment | {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
        timeout=100,
        check=False,
    )


def test_first_start_sets_up_and_second_start_does_not(tmp_path: Path) -> None:
    root = copy_of_dev(tmp_path)
    first = run(root, "7", "two words", cwd=tmp_path)
    assert first.returncode == 7, first.stderr
    assert "✓ virtual environment" in first.stdout
    assert "✓ Python packages" in first.stdout
    assert f"HANDED OVER {root / '.venv'} {tmp_path} ['7', 'two words']" in first.stdout

    started = time.monotonic()
    second = run(root, "0")
    assert second.stdout.startswith("HANDED OVER")
    assert time.monotonic() - started < 10  # generous: another job may have the processor

    (root / "requirements.txt").write_text("# changed\n")
    third = run(root, "0")
    assert "✓ Python packages" in third.stdout
    assert "virtual environment" not in third.stdout


def test_two_first_starts_at_once_set_up_once(tmp_path: Path) -> None:
    root = copy_of_dev(tmp_path)
    command = [sys.executable, str(root / "dev"), "0"]
    environment = os.environ | {"PIP_NO_INDEX": "1"}
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=100)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], outputs
    assert sum("✓ virtual environment" in output for output in outputs) == 1
    assert all("HANDED OVER" in output for output in outputs)


def test_failed_installation_shows_the_log_and_is_tried_again(tmp_path: Path) -> None:
    root = copy_of_dev(tmp_path, "no-such-package==1.0\n")
    for _ in range(2):
        failed = run(root, "0")
        assert failed.returncode == 1
        assert "Python packages failed" in failed.stderr
        assert "no-such-package==1.0" in failed.stderr
        assert "HANDED OVER" not in failed.stdout
    assert "no-such-package" in (root / ".tools" / "pip.log").read_text()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_needs_no_set_up(tmp_path: Path, arguments: list[str]) -> None:
    root = copy_of_dev(tmp_path)
    assert "HANDED OVER" in run(root, *arguments).stdout
    assert not (root / ".venv").exists()


def load_dev() -> ModuleType:
    loader = SourceFileLoader("dev_under_test", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader("dev_under_test", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_too_old_python_without_another_one_says_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dev = load_dev()
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(dev, "other_pythons", lambda: iter(()))
    with pytest.raises(SystemExit):
        dev.use_fitting_python()
    assert "Python 3.11, 3.12 or 3.13 is needed; this is 3.9" in capsys.readouterr().err


def test_too_old_python_goes_on_in_a_fitting_one(monkeypatch: pytest.MonkeyPatch) -> None:
    dev = load_dev()
    monkeypatch.setattr(dev.sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(dev, "other_pythons", lambda: iter(("/nowhere/python", sys.executable)))
    started: list[list[str]] = []
    monkeypatch.setattr(dev.os, "execvp", lambda file, arguments: started.append(arguments))
    monkeypatch.setattr(dev.sys, "argv", ["dev", "up", "--fresh"])
    monkeypatch.setattr(dev, "fail", lambda text: None)
    dev.use_fitting_python()
    assert started[0] == [sys.executable, str(ROOT / "dev"), "up", "--fresh"]
