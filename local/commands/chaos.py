"""`./dev chaos`: mail flows while parts are killed, paused, slowed, cut and made to answer nonsense; then the books are checked."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from local.commands.bench import machine
from local.instance import PartFailedError
from local.layout import Layout, LayoutError, Ports
from local.locks import LockHeldError, exclusive_lock
from local.progress import say, step
from local.tools import ROOT, node_modules

_RESULTS = ROOT / "bench" / "chaos.json"
MESSAGES = 5000
ROUNDS = 200


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when nothing was lost, changed or doubled; 1 when something was, or the run could not be made."""
    parser = argparse.ArgumentParser(
        prog="./dev chaos",
        description="Break the parts of an instance of its own at random while mail flows, and check that none is lost, "
        "changed or doubled. docs/CHAOS.md tells how to read the result.",
    )
    parser.add_argument("--seed", type=int, help="faults and letters follow from it (default: a random one)")
    parser.add_argument("--messages", type=_positive, default=MESSAGES, metavar="N", help="default %(default)s")
    parser.add_argument("--rounds", type=_positive, default=ROUNDS, metavar="N", help="default %(default)s")
    parser.add_argument("--minutes", type=float, default=0.0, metavar="M", help="begin no round after this time")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="play this plan (plan.json of an earlier run)")
    parser.add_argument("--port-base", type=int, metavar="N", help="default: free ports")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a new directory to keep (default: a temporary one)")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where the numbers go (default: %(default)s)")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        try:
            if options.data is None:
                directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matta-chaos-")))
            else:
                directory = options.data.absolute()
                if (directory / "data").exists():
                    print(f"./dev chaos: {directory} is in use or was; give a new directory", file=sys.stderr)
                    return 1
                directory.mkdir(parents=True, exist_ok=True)
            layout = Layout(directory)
            stack.enter_context(exclusive_lock(layout.lock, wait=False))
            ports = Ports.free() if options.port_base is None else Ports.from_base(options.port_base)
            with step("tools"):
                node_modules()
            return _play(options, layout, ports)
        except (LayoutError, LockHeldError, PartFailedError, TimeoutError, ValueError, OSError) as error:
            print(f"./dev chaos: {error}", file=sys.stderr)
            return 1


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number above 0")
    return number


def _play(options: argparse.Namespace, layout: Layout, ports: Ports) -> int:
    from local.chaos.check import check  # the harness pulls in storage and what else an instance needs
    from local.chaos.plan import make_plan, read_plan, write_plan
    from local.chaos.report import figures, table
    from local.chaos.run import run

    if options.replay is not None:
        plan = read_plan(options.replay)
    else:
        seed = options.seed if options.seed is not None else secrets.randbelow(10**9)
        plan = make_plan(seed, options.messages, options.rounds)
    write_plan(plan, layout.directory / "plan.json")
    say(f"seed {plan.seed}: {len(plan.letters)} letters, {plan.rounds} rounds, {len(plan.faults)} faults")
    outcome = run(plan, layout, ports, minutes=options.minutes, say=say)
    if options.data is not None:  # so that a finding can be looked at again
        ledgers = json.dumps(asdict(outcome.books), ensure_ascii=False, default=sorted)
        (layout.directory / "books.json").write_text(ledgers, "utf-8")
    verdict = check(outcome.books)
    content = figures(plan, outcome, verdict, dict(machine()))
    say("\n" + table(content))
    options.results.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    say(f"\nwritten to {options.results}")
    if options.data is not None:
        say(f"plan, logs and data are in {layout.directory}")
    return 0 if verdict.innocent and not outcome.refused else 1
