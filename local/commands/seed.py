"""`./dev seed`: fill the demo tenant of the running instance with a month of traffic. Local tooling; no stage of the mail
flow.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from local import endpoints
from local.demo_tenant import TENANT
from local.layout import DEFAULT_DIRECTORY, Layout
from shared.errors import MattaError
from shared.settings import ProcessSettings

MESSAGES = 600
DAYS = 30
_MOST_MESSAGES = 200_000
_MOST_DAYS = 90
_FRESH = 20
"""One of so many messages is among the last ones, many of which still wait."""
_REFUSED = 1
_BAD_INPUT = 2


def main(argv: Sequence[str]) -> int:
    """Returns 0, or 1 where storage refuses, or 2 where no instance runs."""
    options = _parser().parse_args(argv)
    layout = Layout(options.data)
    found = endpoints.read(layout.endpoints)
    if found is None:
        print(f"./dev seed: no instance runs with the data in {options.data}; start one with ./dev up", file=sys.stderr)
        return _BAD_INPUT
    process = ProcessSettings(
        storage=str(found["connection_string"]), keys_file=str(layout.data / "keys.json"), storage_timeout=30.0
    )
    begun = time.monotonic()
    try:
        states = seed_traffic(process, options.messages, options.days, options.seed)
    except MattaError as error:
        print(f"./dev seed: {error.public}", file=sys.stderr)
        return _REFUSED
    print(f"{options.messages} messages of {options.days} days in {time.monotonic() - begun:.1f} s:")
    for state, count in sorted(states.items(), key=lambda item: -item[1]):
        print(f"  {state:18} {count}")
    return 0


def seed_traffic(process: ProcessSettings, messages: int, days: int, seed: int) -> dict[str, int]:
    """Make and store them; returns how many ended in which state. Raises ``NotFound`` without the demo tenant, and
    ``TemporaryError``.
    """
    # Adapters pull in the storage SDKs; the help needs none of them.
    from local.traffic.life import Lives
    from local.traffic.working_days import moments
    from local.traffic.write import write_lives
    from shared.adapters.message_lists_table import TableMessageLists
    from shared.wiring import connect

    process = replace(process, settings_cache_seconds=3600.0)
    app = connect(process)
    settings = app.settings.tenant(TENANT)
    # The same seed gives the same traffic; nothing here keeps a secret.
    random = Random(seed)  # noqa: S311
    now = datetime.now(UTC)
    lives = Lives(app, settings, random, now)
    zone = ZoneInfo(settings.time_zone)
    when = moments(random, messages, days, now, zone)
    fresh_from = len(when) - max(1, messages // _FRESH)
    made = (lives.make(at.astimezone(UTC), fresh=number >= fresh_from) for number, at in enumerate(when))
    return write_lives(app, process, TableMessageLists(process), made)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev seed",
        description="Fill the demo tenant of the running instance with a month of plausible traffic: held, released, "
        "approved, expired, delivered and bounced messages with their history, lists and reports.",
    )
    parser.add_argument(
        "--messages", type=_bounded(_MOST_MESSAGES), default=MESSAGES, metavar="N", help=f"(default: {MESSAGES})"
    )
    parser.add_argument("--days", type=_bounded(_MOST_DAYS), default=DAYS, metavar="N", help=f"(default: {DAYS})")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number makes other traffic")
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    return parser


def _bounded(most: int) -> Callable[[str], int]:
    """Reads a whole number from 1 to the most."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a number from 1 to {most}")
        return int(text)

    return number
