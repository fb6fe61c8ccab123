"""`./dev restore`: check a backup, write it into empty storage, and let chosen messages go on. Local tooling; no stage of
the mail flow.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.commands.backup import add_place, process_of, told
from shared.core.hold.record import State
from shared.core.message.identity import QUEUE_ID, MessageRef
from shared.errors import MattaError
from shared.settings import ProcessSettings

_FAILED = 1
_BAD_INPUT = 2
_SHOWN = 20
_ALL = "all"


def main(argv: Sequence[str]) -> int:
    """Returns 0, 1 where storage, the file or its check fails, 2 for bad input or where no instance runs."""
    options = _parser().parse_args(argv)
    if (options.source is None) == (options.open is False and not options.resume):
        return _fail("name a backup with --from, or use --open or --resume", _BAD_INPUT)
    process = process_of(options)
    if process is None:
        return _fail(f"nothing is running in {options.data}; name its --data DIR, or use --environment", _BAD_INPUT)
    try:
        if options.source is None:
            return _resume(process, options.resume) if options.resume else _open(process)
        return _restore(process, options)
    except MattaError as error:
        return _fail(str(error), _FAILED)
    except OSError as error:
        return _fail(f"{options.source}: {error.strerror or error}", _FAILED)


def _restore(process: ProcessSettings, options: argparse.Namespace) -> int:
    # Storage's clients take a while to load; the help needs none of them.
    from local.backup.check import check
    from local.backup.contents import BadBackup
    from local.backup.load import NotEmpty, restore
    from shared.adapters.storage_setup import prepare_storage

    begun = time.monotonic()
    try:
        manifest = check(options.source)
        of = manifest.tenant or "all tenants"
        print(f"{options.source}: whole; of {of}, taken {manifest.begun_at:%Y-%m-%d %H:%M:%S} UTC")
        for name, count in manifest.counts.items():
            print(f"  {name:12} {count:>9,}")
        if options.dry_run:
            return 0
        prepare_storage(process)
        done = restore(process, options.source, manifest, merge=options.merge, unjudged=options.unjudged, tell=told)
    except BadBackup as error:
        return _fail(f"{options.source}: {error}", _FAILED)
    except NotEmpty:
        return _fail("storage holds an instance's data; --merge adds what is not there", _BAD_INPUT)
    print(f"restored in {time.monotonic() - begun:.1f} s:")
    for name, count in sorted(done.counts.items()):
        if name:
            print(f"  {name:12} {count:>9,}" + (f"   ({done.there[name]:,} were there)" if done.there[name] else ""))
    if any(done.there.values()):
        print(
            "What was there was kept, and the backup's own of the same name was not used, settings and people among it."
        )
    if done.unjudged:
        print(
            f"{len(done.unjudged)} messages had no decision when the backup was taken, and were left out (--unjudged):"
        )
        for name in done.unjudged[:_SHOWN]:
            print(f"  {name}")
    return _open(process)


def _open(process: ProcessSettings) -> int:
    from local.backup.resume import open_messages

    counted: Counter[tuple[str, str]] = Counter()
    for number, message in enumerate(open_messages(process)):
        counted[message.ref.tenant_id, message.state] += 1
        if number < _SHOWN:
            at = f"{message.changed_at:%Y-%m-%d %H:%M}" if message.changed_at else ""
            print(f"  {message.ref.tenant_id:16} {message.ref.queue_id} {message.state:18} {at}")
    for (tenant_id, state), count in sorted(counted.items()):
        print(f"{tenant_id}: {count:,} {state}")
    print(
        "Nothing of these moves by itself before ./dev restore --resume STATE or QUEUE_ID."
        if counted
        else "None is open."
    )
    return 0


def _resume(process: ProcessSettings, wanted: Sequence[str]) -> int:
    from local.backup.resume import OWED, open_messages, resume
    from shared.wiring import connect

    def chosen() -> Iterator[MessageRef]:
        for message in open_messages(process):
            if _ALL in wanted or message.state in wanted or message.ref.queue_id in wanted:
                yield message.ref

    states = (*(state.value for state in State if not state.is_final), OWED, _ALL)
    for one in wanted:
        if one not in states and not QUEUE_ID.fullmatch(one):
            return _fail(f"--resume {one!r} is no queue id, and none of {', '.join(states)}", _BAD_INPUT)
    print(f"{resume(connect(process), chosen()):,} messages go on with the next run of the timer.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev restore",
        description="Check a backup, and write it into empty storage. Messages that were not at their end stay as they "
        "were and move no more, since they may have been delivered after the backup: --open lists them, --resume lets "
        "some go on. docs/BACKUP.md has the whole drill.",
    )
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE.tar.gz", help="the backup")
    parser.add_argument("--dry-run", action="store_true", help="check the backup and say what it holds")
    parser.add_argument("--merge", action="store_true", help="into storage that is not empty: what is there stays")
    parser.add_argument("--unjudged", action="store_true", help="also mail without a decision: it is judged and sent")
    parser.add_argument("--open", action="store_true", help="list messages that are not at their end")
    parser.add_argument(
        "--resume",
        nargs="+",
        default=[],
        metavar="STATE|QUEUE_ID",
        help="let these go on: held, delivering, owed, all …",
    )
    add_place(parser)
    return parser


def _fail(why: str, code: int) -> int:
    print(f"./dev restore: {why}", file=sys.stderr)
    return code
