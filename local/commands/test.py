"""`./dev test`: lint, types and all tests, with what they need installed first."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from local.debian_packages import can_install, install, is_running_in_ci, missing_packages
from local.progress import say, step
from local.py313 import environment_python
from local.tools import ROOT, ToolError, node_modules

_MOST_WORKERS = 4


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


def _pytest(arguments: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--durations=10"]
    chosen = any(item.startswith(("-n", "--numprocesses", "--pdb", "--trace")) for item in arguments)
    if not chosen:
        # A file's tests stay in one process, because some share an instance that is slow to start.
        workers = min(_MOST_WORKERS, os.cpu_count() or 1)
        command += ["-n", str(workers), "--dist", "loadfile"]
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
    runs = [
        ("lint", [sys.executable, "-m", "ruff", "check", "."]),
        ("format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
        ("types", [sys.executable, "-m", "mypy"]),
    ]
    runs = ([] if pytest_arguments else runs) + [("tests", _pytest(pytest_arguments))]
    failed = []
    for name, command in runs:
        say(f"\n— {name}: {' '.join(['python', *command[1:]])}")
        if subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode:
            failed.append(name)
    took = time.monotonic() - started
    say(f"./dev test: {'failed: ' + ', '.join(failed) if failed else 'all passed'}, {took:.0f} s")
    return 1 if failed else 0
