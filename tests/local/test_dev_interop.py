"""`./dev interop`: findings become a table, and anything that went wrong makes it fail."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from local import debian_packages
from local.commands import interop
from local.debian_packages import DebianProgram
from local.interop import flood
from local.interop.findings import Finding, read_findings, table

FOUND = Finding("exim 4.96", "next hop", "TLSv1.3", "STARTTLS | AUTH", "delivered")
GOOD = Finding("smtp-source", "from end to end", "–", "flood", "2,000 arrived, 0 lost, 0 doubled; accepted in 9 s")
BAD = Finding("smtp-source", "from end to end", "–", "flood", "1,999 arrived, 1 lost, 0 doubled; accepted in 9 s")


def test_findings_that_tests_wrote_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "findings.jsonl"
    assert read_findings(file) == ()
    file.write_text("".join(json.dumps(asdict(finding)) + "\n" for finding in (FOUND, GOOD)))
    assert read_findings(file) == [FOUND, GOOD]


def test_a_table_has_one_line_for_each_whatever_stands_in_it() -> None:
    lines = table([FOUND, GOOD]).splitlines()
    assert lines[2:] == [
        f"| smtp-source | from end to end | – | flood | {GOOD.result} |",
        "| exim 4.96 | next hop | TLSv1.3 | STARTTLS / AUTH | delivered |",
    ]


@pytest.mark.parametrize(
    ("tests", "flooded", "code"),
    [(0, GOOD, 0), (1, GOOD, 1), (0, BAD, 1)],
    ids=["all well", "a test failed", "a message was lost"],
)
def test_anything_that_went_wrong_fails(
    tests: int, flooded: Finding, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(command: list[str], *, env: dict[str, str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        Path(env["MATTA_INTEROP_FINDINGS"]).write_text(json.dumps(asdict(FOUND)) + "\n")
        return subprocess.CompletedProcess(command, tests)

    monkeypatch.setattr(interop, "missing_packages", list)
    monkeypatch.setattr(interop, "node_modules", lambda: None)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(flood, "flood", lambda *arguments, **options: flooded)
    assert interop.main([]) == code
    shown = capsys.readouterr().out
    assert "| exim 4.96 |" in shown
    assert flooded.result in shown


def test_a_package_that_is_unpacked_only_is_found_in_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = DebianProgram("no-such-server", "no-such-package", "nothing", unpacked_at="usr/sbin/no-such-server")
    monkeypatch.setitem(debian_packages.PROGRAMS, item.program, item)
    monkeypatch.setattr(debian_packages, "UNPACKED", tmp_path)
    assert "no-such-package" in debian_packages.missing_packages()
    program = tmp_path / "no-such-package" / "usr" / "sbin" / "no-such-server"
    program.parent.mkdir(parents=True)
    program.write_text("")
    assert debian_packages.find_program("no-such-server") == str(program)
    monkeypatch.setitem(
        debian_packages.PROGRAMS,
        item.program,
        DebianProgram(item.program, item.package, "", unpacked_at=item.unpacked_at, user="no-such-user"),
    )
    assert debian_packages.find_program("no-such-server") is None, "its user is missing"
