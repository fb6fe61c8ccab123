"""`./dev backup`: read an instance's settings, people, states and records, and its mail if wished, into one file.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from local import endpoints
from local.layout import DEFAULT_DIRECTORY, Layout
from shared.errors import MattaError
from shared.settings import ProcessSettings, read_process_settings

_FAILED = 1
_BAD_INPUT = 2
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SECONDS = 60.0


def main(argv: Sequence[str]) -> int:
    """Returns 0, 1 where storage or the file fails, 2 for bad input or where no instance runs."""
    options = _parser().parse_args(argv)
    if options.tenant and not _TENANT.fullmatch(options.tenant):
        return _fail(f"{options.tenant!r} is no tenant id", _BAD_INPUT)
    process = process_of(options)
    if process is None:
        return _fail(f"nothing is running in {options.data}; name its --data DIR, or use --environment", _BAD_INPUT)
    # Storage's clients take a while to load; the help needs none of them.
    from local.backup.save import back_up

    begun = time.monotonic()
    try:
        manifest = back_up(process, options.to, tenant=options.tenant, with_mail=options.with_mail, tell=told)
    except MattaError as error:
        return _fail(str(error), _FAILED)
    except OSError as error:
        return _fail(f"cannot write {options.to}: {error.strerror or error}", _FAILED)
    stored = options.to.stat().st_size
    print(f"{options.to}: {stored / 1e6:.1f} MB of {manifest.size / 1e6:.1f} MB in {time.monotonic() - begun:.1f} s")
    for name, count in manifest.counts.items():
        print(f"  {name:12} {count:>9,}")
    print(
        "Signing and sealing keys are not in it: without them sealed passwords stay sealed and links count for nothing."
    )
    return 0


def process_of(options: argparse.Namespace) -> ProcessSettings | None:
    """The storage that the options name: the environment's (as the functions have it), or a running instance's.

    Raises ``MisconfiguredProcess``.
    """
    if options.environment:
        return read_process_settings()
    found = endpoints.read(Layout(options.data.absolute()).endpoints)
    if found is None:
        return None
    return ProcessSettings(
        storage=str(found["connection_string"]),
        keys_file=str(Layout(options.data.absolute()).data / "keys.json"),
        storage_timeout=_SECONDS,
        settings_cache_seconds=3600.0,
    )


def told(what: str, count: int) -> None:
    """One line on standard error that shows how far it is, where somebody looks."""
    if what and sys.stderr.isatty():
        print(f"\r{what}: {count:,}\033[K", end="\n" if os.environ.get("TERM") == "dumb" else "", file=sys.stderr)


def add_place(parser: argparse.ArgumentParser) -> None:
    """Options that say which storage."""
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    parser.add_argument(
        "--environment", action="store_true", help="the storage that MattaStorage names, on Azure or anywhere"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev backup",
        description="Read settings with all their versions, people, states, lists, audit log and proofs of deletion into "
        "one file, while the instance runs. docs/BACKUP.md says what comes back from it.",
    )
    parser.add_argument("--to", type=Path, required=True, metavar="FILE.tar.gz", help="replaced when all is well")
    parser.add_argument("--tenant", default="", metavar="T", help="this tenant alone (default: all)")
    parser.add_argument("--with-mail", action="store_true", help="the messages' bytes, too")
    add_place(parser)
    return parser


def _fail(why: str, code: int) -> int:
    print(f"./dev backup: {why}", file=sys.stderr)
    return code
