"""`./dev purge`: what retention would delete now, or delete it now. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from local.commands.backup import add_place, process_of
from local.demo_tenant import TENANT
from shared.errors import MattaError, NotFound
from shared.settings import ProcessSettings

_FAILED = 1
_BAD_INPUT = 2


def main(argv: Sequence[str]) -> int:
    """Returns 0, 1 where storage refuses, 2 where no instance runs or there is no such tenant."""
    options = _parser().parse_args(argv)
    process = process_of(options)
    if process is None:
        return _fail(f"nothing is running in {options.data}; name its --data DIR, or use --environment", _BAD_INPUT)
    try:
        return _dry_run(process, options.tenant) if options.dry_run else _purge(process)
    except NotFound:
        return _fail(f"there is no tenant {options.tenant!r} here; name one with --tenant", _BAD_INPUT)
    except MattaError as error:
        return _fail(error.public, _FAILED)


def _dry_run(process: ProcessSettings, tenant_id: str) -> int:
    # Storage's clients take a while to load; the help needs none of them.
    from shared.usecases.preview_purge import preview_purge
    from shared.wiring import connect

    found = preview_purge(connect(replace(process, settings_cache_seconds=3600.0)), tenant_id)
    for one in found:
        print(f"{one.what:8} {one.due:>8,} would go ({one.size / 1e6:.1f} MB in {one.blobs:,} blobs)")
        for name, count in one.kept:
            print(f"{'':8} {count:>8,} stay: {name}")
        for name, count in one.holds:
            print(f"{'':8} {count:>8,} of them by the legal hold {name}")
    return 0


def _purge(process: ProcessSettings) -> int:
    from shared.usecases.purge import purge
    from shared.wiring import connect

    run = purge(connect(process))
    print(f"{run.messages:,} messages in {run.batches:,} batches, {run.audit_rows:,} rows of the audit log")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev purge",
        description="Do what the timer does every quarter of an hour: delete what retention says is due, for all tenants. "
        "With --dry-run say for one tenant what would go, and delete nothing.",
    )
    parser.add_argument("--dry-run", action="store_true", help="delete nothing")
    parser.add_argument("--tenant", default=TENANT, metavar="T", help=f"of --dry-run (default: {TENANT})")
    add_place(parser)
    return parser


def _fail(why: str, code: int) -> int:
    print(f"./dev purge: {why}", file=sys.stderr)
    return code
