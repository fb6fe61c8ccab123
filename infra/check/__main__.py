"""``python -m infra.check``: print what is wrong in the templates; exit status 1 where anything is."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.check.run import check, read

TEMPLATES = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """``arguments``: one folder, else this repository's own."""
    folder = Path(arguments[0]) if arguments else TEMPLATES
    findings = check(folder)
    for finding in findings:
        print(finding)
    if not findings:
        print(f"{len(read(folder)[0].files)} files, nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
