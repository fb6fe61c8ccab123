"""Finding a Python 3.13 that really runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import py313
from local.tools import ToolError


def _program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH, pyenv and tools folder are empty folders."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(py313, "TOOLS", tmp_path / "tools")
    return tmp_path


def test_a_shim_that_refuses_to_run_is_passed_over(bare_machine: Path) -> None:
    _program(bare_machine / "bin/python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    _program(bare_machine / "pyenv/versions/3.13.0/bin/python", "echo 3.13")
    newer = _program(bare_machine / "pyenv/versions/3.13.9/bin/python", "echo 3.13")
    assert py313.find_python() == newer


def test_an_interpreter_of_another_version_is_passed_over(bare_machine: Path) -> None:
    _program(bare_machine / "bin/python3.13", "echo 3.11")
    right = _program(bare_machine / "pyenv/versions/3.13.1/bin/python", "echo 3.13")
    assert py313.find_python() == right


def test_path_comes_first(bare_machine: Path) -> None:
    first = _program(bare_machine / "bin/python3.13", "echo 3.13")
    _program(bare_machine / "pyenv/versions/3.13.1/bin/python", "echo 3.13")
    assert py313.find_python() == first


def test_uv_brings_one_where_there_is_none(bare_machine: Path) -> None:
    installed = bare_machine / "tools/python/cpython-3.13/bin/python3.13"
    install = f"mkdir -p {installed.parent} && printf '#!/bin/sh\\necho 3.13\\n' > {installed} && chmod +x {installed}"
    _program(bare_machine / "bin/uv", f'if [ "$2" = install ]; then {install}; else echo {installed}; fi')
    assert py313.find_python() == installed


def test_without_any_the_error_says_where_it_was_looked_for(bare_machine: Path) -> None:
    _program(bare_machine / "bin/uv", "echo 'no network' >&2; exit 2")
    with pytest.raises(ToolError) as error:
        py313.find_python()
    text = str(error.value)
    assert "no Python 3.13 on PATH or in" in text
    assert "no network" in text
    assert "Install Python 3.13" in text
