"""`./dev test`: everything is run even when something fails; Debian packages are asked for in one place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local import debian_packages
from local.commands import test as command
from local.debian_packages import DebianProgram
from local.tools import ToolError
from tests.support.debian import require

PYTHON = ["ruff", "ruff", "mypy"]
PORTAL = ["tsc", "eslint.js", "vitest.mjs", "local.portal.size"]


def run_with_exit_codes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, codes: dict[str, int], arguments: list[str]
) -> tuple[int, list[str]]:
    """Run `./dev test` with programs that end as told; returns its exit code and the modules that it ran."""
    ran: list[str] = []

    def run(program: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        name = program[2] if program[1] == "-m" else Path(program[1]).name
        ran.append(name)
        return subprocess.CompletedProcess(program, codes.get(name, 0))

    def prepare() -> Path:
        if "prepare" in codes:
            raise ToolError("no packages")
        return tmp_path

    monkeypatch.setattr(command, "_prepare", lambda: None)
    monkeypatch.setattr(command, "prepare", prepare)
    monkeypatch.setattr(command, "node_path", lambda: tmp_path / "node")
    monkeypatch.setattr(command.subprocess, "run", run)
    return command.main(arguments), ran


def test_all_checks_are_run_and_one_failure_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, ran = run_with_exit_codes(monkeypatch, tmp_path, {"ruff": 1, "mypy": 1, "eslint.js": 1}, [])
    assert code == 1
    assert ran == [*PYTHON, *PORTAL, "pytest"]
    assert "failed: lint, format, types, portal lint" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("broken", PORTAL)
def test_each_check_of_the_portal_can_fail_the_whole(
    broken: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run_with_exit_codes(monkeypatch, tmp_path, {broken: 1}, [])[0] == 1


def test_a_portal_that_cannot_be_prepared_is_a_failure_and_the_rest_is_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, ran = run_with_exit_codes(monkeypatch, tmp_path, {"prepare": 1}, [])
    assert (code, ran) == (1, [*PYTHON, "pytest"])
    assert "failed: portal," in capsys.readouterr().out.splitlines()[-1]


def test_all_passed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_with_exit_codes(monkeypatch, tmp_path, {}, [])[0] == 0
    assert "all passed" in capsys.readouterr().out.splitlines()[-1]


def test_with_arguments_pytest_alone_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code, ran = run_with_exit_codes(monkeypatch, tmp_path, {"pytest": 5}, ["tests/core", "-k", "subject"])
    assert code == 1, "no test at all is a failure"
    assert ran == ["pytest"]


@pytest.fixture
def missing_program(monkeypatch: pytest.MonkeyPatch) -> str:
    item = DebianProgram("no-such-program", "no-such-package", "nothing")
    monkeypatch.setitem(debian_packages.PROGRAMS, item.program, item)
    return item.program


def test_missing_program_skips_with_the_reason_on_a_developers_machine(
    missing_program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Debian package no-such-package"):
        require(missing_program)


def test_missing_program_fails_in_ci(missing_program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Debian package no-such-package"):
        require(missing_program)


def test_missing_packages_are_named_once(missing_program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = DebianProgram("no-such-program-2", "no-such-package", "nothing")
    monkeypatch.setitem(debian_packages.PROGRAMS, other.program, other)
    assert list(debian_packages.missing_packages()).count("no-such-package") == 1


def test_program_outside_the_usual_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "smtp-something"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert debian_packages.find_program(program.name) is None
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert debian_packages.find_program(program.name) == str(program)


def test_packages_start_no_service_while_they_are_installed(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    with debian_packages._no_daemons(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert not policy.exists()


def test_policy_of_the_machine_stays_in_charge(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    with debian_packages._no_daemons(policy):
        assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert policy.exists()
