"""`./dev test`: lint, types and all tests of Python and of the portal, with what they need installed first."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.debian_packages import can_install, install, is_running_in_ci, missing_packages
from local.portal.build import PORTAL, prepare
from local.progress import say, step
from local.py313 import environment_python
from local.tools import ROOT, ToolError, node_modules, node_path

_MOST_WORKERS = 4


@dataclass(frozen=True)
class Check:
    """A program that must end with 0. ``shown`` is its command as people would type it."""

    name: str
    command: Sequence[str]
    directory: Path = ROOT

    @property
    def shown(self) -> str:
        return " ".join([Path(self.command[0]).name, *self.command[1:]]).replace(f"{ROOT}{os.sep}", "")


def _prepare() -> None:
    """Install what tests need; say what is missing where that is not possible."""
    with step("Node packages (Azurite)"):
        node_modules()
    try:
        with step("Python 3.13 with Azure's runtime"):
            environment_python()
    except ToolError as error:
        say(f"! Without Python 3.13 the tests in tests/conformance fail: {error}")
    missing = missing_packages()
    if missing and can_install():
        with step(f"Debian packages {', '.join(missing)}"):
            install(missing)
    elif missing:
        say(
            f"! Debian packages are missing, tests that need them are {'failed' if is_running_in_ci() else 'skipped'}: "
            f"sudo apt-get install --no-install-recommends {' '.join(missing)}"
        )


def _python_checks() -> Sequence[Check]:
    return (
        Check("lint", [sys.executable, "-m", "ruff", "check", "."]),
        Check("format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
        Check("types", [sys.executable, "-m", "mypy"]),
    )


def _portal_checks() -> Sequence[Check]:
    """The portal's: strict types, lint without warnings, its unit tests, and a build that a first visit loads quickly.

    :raises ToolError: its packages could not be installed, or the API has no document to make types from.
    """
    with step("Node packages (portal) and the API's types"):
        modules = prepare()

    def node(name: str, script: str, *arguments: str) -> Check:
        return Check(name, [str(node_path()), str(modules / script), *arguments], PORTAL)

    return (
        node("portal types", "typescript/bin/tsc", "--noEmit"),
        node("portal lint", "eslint/bin/eslint.js", "--max-warnings", "0", "."),
        node("portal tests", "vitest/vitest.mjs", "run"),
        Check("portal size", [sys.executable, "-m", "local.portal.size"]),
    )


def _pytest(arguments: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--durations=10"]
    chosen = any(item.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for item in arguments)
    if not chosen:
        # A file's tests stay in one process, because some share an instance that is slow to start. The order is that of
        # tests/conftest.py: xdist's own, files with many tests first, would leave the longest single tests to the end.
        workers = min(_MOST_WORKERS, os.cpu_count() or 1)
        command += ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]
    return [*command, *arguments]


def main(arguments: Sequence[str]) -> int:
    """Returns 0 if everything passed. With arguments, pytest alone is run, with these arguments."""
    parser = argparse.ArgumentParser(
        prog="./dev test",
        description="Run lint, types and all tests. Arguments go to pytest, and then only pytest is run: "
        "./dev test tests/core -k subject",
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("-h", "--help", action="help")
    _, pytest_arguments = parser.parse_known_args(arguments)
    started = time.monotonic()
    _prepare()
    checks: list[Check] = []
    failed = []
    if not pytest_arguments:
        checks += _python_checks()
        try:
            checks += _portal_checks()
        except ToolError as error:
            say(f"! {error}")
            failed.append("portal")
    checks.append(Check("tests", _pytest(pytest_arguments)))
    for check in checks:
        say(f"\n— {check.name}: {check.shown}")
        if subprocess.run(check.command, cwd=check.directory, stdin=subprocess.DEVNULL, check=False).returncode:
            failed.append(check.name)
    took = time.monotonic() - started
    say(f"./dev test: {'failed: ' + ', '.join(failed) if failed else 'all passed'}, {took:.0f} s")
    return 1 if failed else 0
