"""What was found with other makers' programs, as lines of a table.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HEADINGS = ("with", "as", "TLS", "what was exercised", "result")


@dataclass(frozen=True)
class Finding:
    """One line. ``program`` has its version, ``tls`` the version of TLS or a dash."""

    program: str
    direction: str
    tls: str
    exercised: str
    result: str


def read_findings(path: Path) -> Sequence[Finding]:
    """What the tests wrote, one JSON object a line; nothing where there is no file."""
    if not path.exists():
        return ()
    return [Finding(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def table(findings: Iterable[Finding]) -> str:
    """The findings as a table in Markdown, those of one program together."""
    rows = sorted(findings, key=lambda finding: (finding.direction, finding.program, finding.exercised))
    lines = [HEADINGS, ("---",) * len(HEADINGS)]
    lines += [(row.program, row.direction, row.tls, row.exercised, row.result) for row in rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
