"""Ticks for people: what is being done, and how long it took.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Print a line; a terminal that went away is no reason to fail."""
    try:
        print(text, flush=True)
    except OSError:
        return


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show ``title`` while the block runs, then a tick and the time; a cross if the block raises."""
    started = time.monotonic()
    live = sys.stdout.isatty()
    if live:
        print(f"… {title}", end="", flush=True)
    back = "\r" if live else ""
    try:
        yield
    except BaseException:
        say(f"{back}✗ {title}  {time.monotonic() - started:.1f} s")
        raise
    say(f"{back}✓ {title}  {time.monotonic() - started:.1f} s")
