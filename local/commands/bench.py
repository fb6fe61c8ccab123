"""`./dev bench`: run the benchmarks, print one table against the goals, and write `bench/results.json`.

A benchmark is a module of `bench/` with ``run() -> list[Row]``; one that knows a shorter form takes ``quick``. A missed
goal is a result and no failure; a benchmark that breaks is one.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import platform
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from bench.rows import Row
from local.progress import say, step
from local.tools import ROOT

_RESULTS = ROOT / "bench" / "results.json"
_HEADINGS = ("what", "ours", "baseline", "ratio", "spread", "goal", "")


def benchmarks() -> Sequence[str]:
    """Names of the modules in `bench/` that can be run."""
    names = []
    for path in sorted((ROOT / "bench").glob("*.py")):
        # By its text: importing a module only to look at it may cost a second.
        if "\ndef run(" in path.read_text("utf-8"):
            names.append(path.stem)
    return names


def measure(name: str, *, quick: bool) -> Sequence[Row]:
    """Run one benchmark. Raises whatever goes wrong in it."""
    run = importlib.import_module(f"bench.{name}").run
    rows: Sequence[Row] = run(quick=quick) if "quick" in inspect.signature(run).parameters else run()
    return rows


def verdict(row: Row) -> str:
    """The last column: whether the goal is met."""
    return {True: "met", False: "MISSED", None: ""}[row.met]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, notes below."""
    lines = [_HEADINGS] + [
        (
            row.name,
            row.ours,
            row.baseline,
            "–" if row.ratio is None else f"{row.ratio:.3g}",
            row.spread,
            row.goal,
            verdict(row),
        )
        for row in rows
    ]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    text = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    text.insert(1, "  ".join("-" * width for width in widths).rstrip())
    notes = [f"{row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*text, *([""] if notes else []), *notes])


def machine() -> Mapping[str, Any]:
    """What the numbers were measured on."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _write(path: Path, rows: Sequence[Row], failed: Sequence[str], *, quick: bool) -> None:
    content = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": machine(),
        "rows": [{**asdict(row), "met": row.met} for row in rows],
        "failed": list(failed),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when every benchmark ran, 1 when one broke, 2 for a name that there is not."""
    names = benchmarks()
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Measure speed and memory against the baselines, side by side.",
        epilog=f"Benchmarks: {', '.join(names)}.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller numbers: shows that it works")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where the numbers go (default: %(default)s)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks")
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in names:
            print(f"./dev bench: there is no benchmark {name!r}; there are {', '.join(names)}", file=sys.stderr)
            return 2
    rows: list[Row] = []
    failed = []
    for name in options.names or names:
        try:
            with step(name):
                rows += measure(name, quick=options.quick)
        except Exception:  # the others are still worth measuring
            failed.append(name)
            traceback.print_exc()
    say("\n" + table(rows))
    _write(options.results, rows, failed, quick=options.quick)
    say(f"\nwritten to {options.results}" + (f"; broke: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0
