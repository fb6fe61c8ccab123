"""`./dev replay`: what draft settings would have decided about the running instance's recent mail. Acts on nothing."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from local import endpoints
from local.demo_tenant import TENANT
from local.layout import DEFAULT_DIRECTORY, Layout
from local.message_files import language_of, read_file
from local.replay_report import replay_report
from local.terminal_text import one_line
from shared.core.text.language import LANGUAGES
from shared.errors import InvalidSettings, MattaError, NotFound
from shared.settings import ProcessSettings
from shared.usecases.replay_traffic import MOST_MESSAGES, Replay, draft_settings, replay_traffic
from shared.wiring import connect

_BAD_INPUT = 2
_DAYS = 90


def main(argv: Sequence[str]) -> int:
    """Returns 0 with figures, 1 when nothing runs or storage does not answer, 2 for a draft that cannot be used."""
    options = _parser().parse_args(argv)
    # The texts are Japanese as well; a terminal that cannot show a character gets its number and no traceback.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if options.json else None, errors="backslashreplace")
    try:
        document = read_file(options.settings)
    except OSError as error:
        return _fail(f"cannot read {one_line(options.settings)}: {error.strerror or error}", _BAD_INPUT)
    running = endpoints.read(Layout(options.data.absolute()).endpoints)
    if running is None:
        return _fail(f"nothing is running in {options.data}; start it with ./dev up, or name its --data DIR", 1)
    app = connect(ProcessSettings(storage=running["connection_string"], settings_cache_seconds=3600.0))
    progress = _Progress()
    try:
        present = app.settings.tenant(options.tenant)
        draft = draft_settings(document, present)
        zone = ZoneInfo(draft.time_zone)
        until = _aware(options.until, zone) or datetime.now(UTC)
        since = _aware(options.since, zone) or until - timedelta(days=_DAYS)
        if since >= until:
            return _fail("--since must be before --until", _BAD_INPUT)
        found = replay_traffic(
            app, draft, since, until, limit=options.limit, examples=options.examples, progress=progress.tell
        )
    except NotFound:
        return _fail(f"there is no tenant {one_line(options.tenant)}; the demo tenant is {TENANT}", _BAD_INPUT)
    except InvalidSettings as error:
        return _fail(f"{one_line(options.settings)}: {one_line(error.public)}", _BAD_INPUT)
    except MattaError as error:
        return _fail(f"{one_line(str(error))}; look into {running['logs']} and at ./dev up", 1)
    finally:
        progress.end()
    print(_shown(found, options), end="")
    return 0


def _shown(found: Replay, options: argparse.Namespace) -> str:
    if options.json:
        return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    return replay_report(found, options.settings, options.lang or language_of(os.environ))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev replay",
        description="Judge the running instance's recent mail, as it is stored, by draft settings, and show what would "
        "have been different. Nothing is changed, sent or stored.",
        epilog="Bodies, header fields and archives are not stored: what depends on them is counted apart. "
        "docs/DRY_RUN.md explains the figures and the JSON.",
    )
    parser.add_argument("--settings", required=True, metavar="DRAFT.json", help="the draft; - is standard input")
    parser.add_argument("--tenant", default=TENANT, metavar="T", help=f"whose mail (default {TENANT})")
    parser.add_argument("--since", type=_time, metavar="TIME", help=f"default: {_DAYS} days before --until")
    parser.add_argument("--until", type=_time, metavar="TIME", help="ISO 8601 (default: now)")
    parser.add_argument(
        "--limit", type=_whole(1), default=MOST_MESSAGES, metavar="N", help="at most so many messages, the oldest"
    )
    parser.add_argument("--examples", type=_whole(0), default=5, metavar="N", help="of each difference (default 5)")
    parser.add_argument("--json", action="store_true", help="all figures as JSON")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the report (default: as the environment says)")
    parser.add_argument("--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's --data")
    return parser


def _whole(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= MOST_MESSAGES:
            raise argparse.ArgumentTypeError(f"must be between {least} and {MOST_MESSAGES}")
        return value

    return number


def _time(text: str) -> datetime:
    """A day or a time of ISO 8601. Raises ``ValueError``, which argparse tells."""
    return datetime.fromisoformat(text)


def _aware(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A time without a zone is one of the tenant's."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone)


def _fail(why: str, code: int) -> int:
    print(f"./dev replay: {why}", file=sys.stderr)
    return code


class _Progress:
    """One line on standard error: live in a terminal, and now and then elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._pause = 0.2 if self._live else 5.0
        self._begun = self._told = time.monotonic()
        self._open = False

    def tell(self, read: int, moment: datetime) -> None:
        """See ``Progress`` of the use case."""
        now = time.monotonic()
        if now - self._told < self._pause:
            return
        self._told = now
        rate = read / max(now - self._begun, 0.001)
        line = f"{read:,} messages, up to {moment:%Y-%m-%d %H:%M} UTC, {rate:,.0f}/s"
        print(f"\r{line}\033[K" if self._live else line, end="" if self._live else "\n", file=sys.stderr, flush=True)
        self._open = self._live

    def end(self) -> None:
        """Leave the terminal with an empty line to write on."""
        if self._open:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
