"""`./dev settings`: settings of the running instance: show, history, diff, bring-back, import, export; and their schema."""

from __future__ import annotations

import argparse
import getpass
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from local import endpoints
from local.demo_tenant import TENANT
from local.layout import DEFAULT_DIRECTORY, Layout
from local.settings_report import difference_lines, effective_lines, history_lines
from shared.app import App
from shared.core.settings.problem import ImportRefused
from shared.core.settings.schema import write_schema
from shared.core.settings.scope import Level, Scope, read_scope_name
from shared.core.settings.stale_edit import StaleEdit
from shared.core.settings.tables import TABLES
from shared.errors import MattaError
from shared.settings import ProcessSettings
from shared.usecases.change_settings import bring_back
from shared.usecases.compare_settings import compare_versions, list_versions, see_version
from shared.usecases.effective_settings import effective_settings
from shared.usecases.export_settings import export_settings
from shared.usecases.import_settings import ImportFile, import_settings
from shared.wiring import connect

_STANDARD_STREAM = "-"
_REFUSED = 1
_BAD_INPUT = 2
MOST_SHOWN = 50
"""Problems and differences that are printed; the number of the others is told."""


class _NotRunning(Exception):
    """No instance lives in the directory."""


def main(argv: Sequence[str]) -> int:
    """Returns 0, or 1 where the settings refuse what is asked for, or 2 where a file or the instance cannot be reached."""
    options = _parser().parse_args(argv)
    # Texts are Japanese as well; a terminal that cannot show a character gets its number and no traceback.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        work: Callable[[argparse.Namespace], int] = options.work
        return work(options)
    except ImportRefused as refused:
        return _refused(_problem_lines(refused))
    except StaleEdit as stale:
        return _refused(
            [stale.public, "What differs from the present version:", *_bounded(difference_lines(stale.differences))]
        )
    except MattaError as error:
        return _refused([error.public])
    except _NotRunning as error:
        print(f"./dev settings: {error}", file=sys.stderr)
    except OSError as error:
        print(f"./dev settings: cannot use {error.filename}: {error.strerror or error}", file=sys.stderr)
    return _BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev settings",
        description="Look at and change the settings of the running instance. docs/SETTINGS.md tells what they mean.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--tenant", default=TENANT, help=f"(default: {TENANT})")
    common.add_argument(
        "--scope", default="tenant", metavar="SCOPE", help="tenant, group:ID or user:ADDRESS (default: tenant)"
    )
    common.add_argument(
        "--data", type=Path, default=DEFAULT_DIRECTORY, metavar="DIR", help="the instance's directory (default: .run)"
    )
    change = argparse.ArgumentParser(add_help=False)
    change.add_argument("--author", default=_who(), help="who is noted in the history (default: you)")
    change.add_argument("--comment", default="", help="why, for the history")
    change.add_argument("--base", type=int, metavar="N", help="refuse if the present version is not N any more")
    commands = parser.add_subparsers(metavar="WHAT", required=True)

    def add(
        name: str, work: Callable[[argparse.Namespace], int], text: str, *, changes: bool = False
    ) -> argparse.ArgumentParser:
        parents = [common, change] if changes else [common]
        made = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.", parents=parents)
        made.set_defaults(work=work)
        return made

    show = add("show", _show, "print a document, or what counts for one sender and where it came from")
    show.add_argument("version", type=int, nargs="?", default=0, help="(default: the present one)")
    show.add_argument("--for", dest="sender", metavar="ADDRESS", help="the effective settings of this sender")
    history = add("history", _history, "list the versions: who changed what and when")
    history.add_argument("--limit", type=int, default=20)
    diff = add("diff", _diff, "tell what differs between two versions")
    diff.add_argument("old", type=int, nargs="?", help="(default: the one before the other)")
    diff.add_argument("new", type=int, nargs="?", default=0, help="(default: the present one)")
    back = add("bring-back", _bring_back, "make an older version the next one", changes=True)
    back.add_argument("version", type=int)
    load = add("import", _import, "add and update, or replace, from a file; all or nothing", changes=True)
    load.add_argument("file", metavar="FILE", help="CSV or JSON, by its name; - is standard input")
    load.add_argument("--table", choices=[*TABLES], help="what the file holds (default: a whole document, JSON)")
    load.add_argument("--format", choices=["csv", "json"], help="(default: by the file's name)")
    load.add_argument("--replace", action="store_true", help="leave nothing but what the file holds")
    load.add_argument("--dry-run", action="store_true", help="only say what would change")
    save = add("export", _export, "write a file that import reads as the same")
    save.add_argument("--table", choices=[*TABLES], help="what to write (default: the whole document, JSON)")
    save.add_argument("--format", choices=["csv", "json"], help="(default: by the file's name, else JSON)")
    save.add_argument("-o", "--out", default=_STANDARD_STREAM, metavar="FILE", help="(default: standard output)")
    schema = commands.add_parser(
        "schema", help="print the JSON Schema of all settings", description="Print the JSON Schema of all settings."
    )
    schema.set_defaults(work=_schema)
    return parser


def _app(options: argparse.Namespace) -> App:
    found = endpoints.read(Layout(options.data).endpoints)
    if found is None:
        raise _NotRunning(f"no instance runs with the data in {options.data}; start one with ./dev up")
    return connect(ProcessSettings(storage=str(found["connection_string"])))


def _scope(options: argparse.Namespace) -> Scope:
    return read_scope_name(options.scope)


def _show(options: argparse.Namespace) -> int:
    app = _app(options)
    if options.sender is not None:
        _print(effective_lines(effective_settings(app, options.tenant, options.sender), Level.TENANT))
        return 0
    if options.version:
        _write(_STANDARD_STREAM, _document(see_version(app, options.tenant, _scope(options), options.version)))
    else:
        _write(_STANDARD_STREAM, export_settings(app, options.tenant, _scope(options)))
    return 0


def _document(document: Any) -> bytes:
    from shared.core.settings.export_file import export_document

    return export_document(document)


def _history(options: argparse.Namespace) -> int:
    entries = list_versions(_app(options), options.tenant, _scope(options), limit=options.limit)
    _print(history_lines(entries) or ["nothing was ever set here"])
    return 0


def _diff(options: argparse.Namespace) -> int:
    app, scope = _app(options), _scope(options)
    old = options.old
    if old is None:
        old = max(see_version(app, options.tenant, scope).version - 1, 0)
    _print(list(difference_lines(compare_versions(app, options.tenant, scope, old, options.new))) or ["no difference"])
    return 0


def _bring_back(options: argparse.Namespace) -> int:
    app, scope = _app(options), _scope(options)
    base = see_version(app, options.tenant, scope).version if options.base is None else options.base
    done = bring_back(app, options.tenant, scope, options.version, base, options.author, options.comment)
    _print([f"version {done.version} now says what version {options.version} said"])
    return 0


def _import(options: argparse.Namespace) -> int:
    app, scope = _app(options), _scope(options)
    data = sys.stdin.buffer.read() if options.file == _STANDARD_STREAM else Path(options.file).read_bytes()
    file = ImportFile(
        data, _format(options, options.file), options.table or "", "replace" if options.replace else "update"
    )
    done = import_settings(
        app,
        options.tenant,
        scope,
        file,
        options.author,
        comment=options.comment,
        base=options.base,
        dry_run=options.dry_run,
    )
    _print(_bounded(difference_lines(done.differences)))
    if not done.differences:
        _print(["nothing changes: all of it is there"])
    elif options.dry_run:
        _print([f"{len(done.differences)} differences; nothing was changed, as this was a dry run"])
    elif done.document is not None:
        _print([f"{len(done.differences)} differences, saved as version {done.document.version}"])
    else:
        _print([f"{len(done.differences)} differences, saved"])
    return 0


def _export(options: argparse.Namespace) -> int:
    data = export_settings(
        _app(options), options.tenant, _scope(options), options.table or "", _format(options, options.out)
    )
    _write(options.out, data)
    return 0


def _schema(options: argparse.Namespace) -> int:
    print(write_schema(), end="")
    return 0


def _format(options: argparse.Namespace, file: str) -> Any:
    return options.format or ("csv" if file.lower().endswith((".csv", ".txt", ".tsv")) else "json")


def _write(file: str, data: bytes) -> None:
    if file != _STANDARD_STREAM:
        Path(file).write_bytes(data)
        return
    print(data.decode("utf-8-sig"), end="")


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return "somebody on this machine"


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        print(line)


def _refused(lines: Sequence[str]) -> int:
    for line in lines:
        print(f"./dev settings: {line}", file=sys.stderr)
    return _REFUSED


def _problem_lines(refused: ImportRefused) -> list[str]:
    return [f"nothing was imported; {refused.count} problems:", *_bounded(map(str, refused.problems), refused.count)]


def _bounded(lines: Iterator[str] | map[str], count: int = 0) -> list[str]:
    found = list(lines)
    rest = max(count, len(found)) - MOST_SHOWN
    return found if rest <= 0 else [*found[:MOST_SHOWN], f"… and {rest} more"]
