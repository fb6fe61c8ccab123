"""`./dev interop`: the tests with other makers' servers and clients, and a flood; prints what was found as a table."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.debian_packages import can_install, install, missing_packages
from local.interop.findings import read_findings, table
from local.progress import say, step
from local.tools import ROOT, node_modules

MESSAGES, SESSIONS = 2000, 50


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when everything went as it must, 1 otherwise."""
    parser = argparse.ArgumentParser(
        prog="./dev interop",
        description="Mail to and from Postfix, Exim, swaks, smtp-source and smtp-sink, with SMTP smuggling among it. "
        "docs/INTEROP.md has the last results.",
    )
    parser.add_argument(
        "--messages", type=int, default=MESSAGES, metavar="N", help="of the flood (default %(default)s)"
    )
    parser.add_argument(
        "--sessions", type=int, default=SESSIONS, metavar="N", help="of the flood (default %(default)s)"
    )
    parser.add_argument("--no-flood", action="store_true", help="only the tests")
    options = parser.parse_args(arguments)
    missing = missing_packages()
    if missing and can_install():
        with step(f"Debian packages {', '.join(missing)}"):
            install(missing)
    with tempfile.TemporaryDirectory(prefix="matta-interop-") as folder:
        file = Path(folder) / "findings.jsonl"
        environment = dict(os.environ, MATTA_INTEROP_FINDINGS=str(file))
        tests = subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/interop"], cwd=ROOT, env=environment)
        findings = list(read_findings(file))
        whole = True
        if not options.no_flood:
            from local.interop.flood import flood  # pulls in storage and what else an instance needs

            with step("tools"):
                node_modules()
            found = flood(Path(folder) / "flood", messages=options.messages, sessions=options.sessions)
            whole = " 0 lost, 0 doubled" in found.result
            findings.append(found)
    say("\n" + table(findings))
    return 0 if tests.returncode == 0 and whole else 1
