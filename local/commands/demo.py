"""`./dev demo`: play the whole story and show what happens at each step, against the running instance or its own."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local import endpoints
from local.demo.acts import StepFailed
from local.demo.desk import Desk, Refused
from local.demo.story import Story
from local.demo.texts import DEMO
from local.instance import Instance, PartFailedError
from local.layout import DEFAULT_DIRECTORY, Layout, LayoutError, Ports
from local.probes import http_answers
from local.progress import say
from shared.core.text.language import LANGUAGES, Language


def play(where: Mapping[str, Any], language: Language) -> int:
    """Play every step and print it; returns how many failed. A failed step does not stop the others."""
    story = Story(Desk(where), language)
    steps = story.steps()
    failed = 0
    for number, (title, action) in enumerate(steps, start=1):
        started = time.perf_counter()
        say(f"\n{number:2}. {title}")
        try:
            told, mark = action(), "✓"
        except (StepFailed, Refused, OSError, ValueError, LookupError, RuntimeError) as error:
            failed += 1
            told, mark = DEMO.text("failed", language, why=f"{error}" or type(error).__name__), "✗"
        say(f"    {mark} {told}  ({time.perf_counter() - started:.1f} s)")
    key = "summary.bad" if failed else "summary.good"
    say("\n" + DEMO.text(key, language, count=len(steps), failed=failed))
    return failed


def _running(directory: Path) -> Mapping[str, Any] | None:
    """Endpoints of the instance with the data in ``directory``, if it is alive and answers."""
    found = endpoints.read(Layout(directory).endpoints)
    if found is None:
        return None
    port = int(str(found["api"]).rpartition(":")[2])
    return found if http_answers(port, "/api/health") else None


@contextmanager
def _own(language: Language) -> Iterator[Mapping[str, Any]]:
    """An instance that lives as long as the block, on free ports, with its data in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="matta-demo-") as directory, contextlib.ExitStack() as stack:
        say(DEMO.text("starting", language))
        yield stack.enter_context(Instance(Layout(Path(directory)), Ports.free())).endpoints


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when every step went as it should, 1 when one did not or nothing could be started."""
    parser = argparse.ArgumentParser(
        prog="./dev demo",
        description="Play the whole story against the running instance; where none runs, against one of its own.",
    )
    parser.add_argument("--lang", choices=LANGUAGES, default="ja", help="language of the story and of its sender")
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    parser.add_argument("--own", action="store_true", help="start an instance for this play even where one runs")
    options = parser.parse_args(arguments)
    language: Language = options.lang
    running = None if options.own else _running(options.data)
    try:
        if running is not None:
            where = DEMO.text("running", language, smtp=str(running["smtp"]))
            say(DEMO.text("start", language, where=where))
            return 1 if play(running, language) else 0
        say(DEMO.text("start", language, where=DEMO.text("own", language)))
        with _own(language) as own:
            return 1 if play(own, language) else 0
    except (LayoutError, PartFailedError) as error:
        print(f"./dev demo: {error}", file=sys.stderr)
        return 1
