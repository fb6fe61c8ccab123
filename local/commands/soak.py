"""`./dev soak`: steady mail at four fifths of what an instance can do; whether its memory and open files stay flat."""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.commands.bench import machine
from local.instance import PartFailedError
from local.layout import Layout, LayoutError, Ports
from local.progress import say, step
from local.tools import ROOT, node_modules

_RESULTS = ROOT / "bench" / "soak.json"


def _rate(text: str) -> float:
    try:
        value = 0.0 if text == "auto" else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError("auto, or messages a second")
    return value


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when memory and open files were flat and everything arrived, else 1."""
    parser = argparse.ArgumentParser(
        prog="./dev soak",
        description="Send steadily to an instance of its own and watch memory, open files and threads. "
        "docs/CHAOS.md tells how to read the result.",
    )
    parser.add_argument("--minutes", type=float, default=30.0, metavar="M", help="default %(default)g")
    parser.add_argument(
        "--rate",
        type=_rate,
        default=0.0,
        metavar="auto|N",
        help="messages a second (default: 80 %% of what is measured)",
    )
    parser.add_argument("--port-base", type=int, metavar="N", help="default: free ports")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a new directory to keep (default: a temporary one)")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where the numbers go (default: %(default)s)")
    options = parser.parse_args(arguments)
    if not Path("/proc/self/fd").is_dir():
        print("./dev soak: it reads /proc, which only Linux has", file=sys.stderr)
        return 1
    from local.soak.run import content, soak  # pulls in storage and what else an instance needs

    with ExitStack() as stack:
        try:
            directory = (
                Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matta-soak-")))
                if options.data is None
                else options.data.absolute()
            )
            ports = Ports.free() if options.port_base is None else Ports.from_base(options.port_base)
            with step("tools"):
                node_modules()
            found = soak(Layout(directory), ports, minutes=options.minutes, rate=options.rate, say=say)
        except (LayoutError, PartFailedError, OSError) as error:
            print(f"./dev soak: {error}", file=sys.stderr)
            return 1
    written = {"run": datetime.now(UTC).isoformat(timespec="seconds"), **content(found, machine())}
    options.results.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")
    say("\n" + _table(written))
    say(f"\nwritten to {options.results}")
    return 0 if found.is_flat and not found.lost else 1


def _table(content: dict[str, Any]) -> str:
    lines = [
        f"{content['accepted']} accepted, {content['arrived']} arrived, {content['lost']} missing, "
        f"{content['failed_tries']} tries failed; {content['rate']}/s of {content['measured_rate']}/s"
    ]
    for part, figures in content["trends"].items():
        for what, item in figures.items():
            shown = item["median"] / 2**20 if what == "resident" else item["median"]
            unit = " MiB" if what == "resident" else ""
            verdict = "flat" if item["flat"] else "GROWS"
            lines.append(
                f"{part:10} {what:9} {shown:9.1f}{unit:4}  {item['percent_per_hour']:+7.2f} % an hour  {verdict}"
            )
    lines.append("memory and open files of relay and functions are flat" if content["flat"] else "NOT flat")
    return "\n".join(lines)
