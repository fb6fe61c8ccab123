"""Files: settings, people and groups exported as CSV or JSON, and imported, all or nothing, after a preview if wished."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.problem import FieldProblem, Refusal
from functions.api.route import Answer, Call, Routes
from functions.api.scopes import LARGEST_SETTINGS, Comment, ScopeQuery, scope_in, stale, version_in
from shared.core.access.roles import Right
from shared.core.settings.compare import Difference
from shared.core.settings.import_items import FileFormat, Mode
from shared.core.settings.problem import ImportRefused
from shared.core.settings.stale_edit import StaleEdit
from shared.usecases.exchange_settings import export_as, import_as
from shared.usecases.import_settings import ImportFile

routes = Routes("Import and export")

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes: people of a tenant of a hundred thousand fit into it."""
MOST_SHOWN = 1000
"""Differences and problems that one answer names; their number is told."""
_OF_THE_DIRECTORY = ("people", "groups")
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}

TableName = Annotated[
    str, msgspec.Meta(max_length=20, pattern="^(rules|policies|lists|templates|people|groups)?$", examples=["people"])
]


class ExportQuery(ScopeQuery, frozen=True, kw_only=True):
    """``table`` empty: the whole document, which only JSON can hold. ``people`` and ``groups`` are the tenant's."""

    table: TableName = ""
    format: FileFormat = "json"


class ImportQuery(ScopeQuery, frozen=True, kw_only=True):
    """As for the export; ``mode`` ``update`` adds and changes, ``replace`` leaves nothing else.

    With ``preview`` nothing is saved. ``comment`` is why, for the history.
    """

    table: TableName = ""
    mode: Mode = "update"
    preview: bool = False
    comment: Comment = ""


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What changed, or in a preview would. ``count`` is the number of all differences, of which the first are named.

    ``version`` is the one that was stored; 0 where none was: a preview, nothing to change, people and groups.
    """

    differences: tuple[Difference, ...]
    count: int
    saved: bool
    version: int


@routes.add(
    "GET",
    "/export",
    Right.OWN,
    Right.READ_SETTINGS,
    Right.READ_PEOPLE,
    summary="Settings, people or groups as a file",
    query=ExportQuery,
    returns=bytes,
    problems=(422,),
    cost=20,
)
def export_file(call: Call) -> Answer:
    """Import reads it as the same. What holds passwords is for those who may change it."""
    asked: ExportQuery = call.query
    scope = scope_in(call)
    data = export_as(call.app, call.principal, scope, asked.table, asked.format)
    name = f"{asked.table or 'settings'}.{asked.format}"
    return Answer(file=data, file_name=name, media_type=_MEDIA_TYPES[asked.format])


@routes.add(
    "POST",
    "/import",
    Right.OWN,
    Right.WRITE_SETTINGS,
    Right.WRITE_PEOPLE,
    summary="Import a file, or see what it would change",
    query=ImportQuery,
    returns=ImportResult,
    raw_body=("text/csv", "application/json"),
    largest_body=LARGEST_FILE,
    problems=(412,),
    cost=20,
)
def import_file(call: Call) -> ImportResult:
    """All or nothing: 422 names every line that is wrong (``fields``). If-Match, where it is sent, guards settings."""
    asked: ImportQuery = call.query
    if asked.table not in _OF_THE_DIRECTORY and len(call.body) > LARGEST_SETTINGS:
        raise Refusal(413, "too-large", f"At most {LARGEST_SETTINGS} bytes of settings.")
    file = ImportFile(call.body, _format(call), asked.table, asked.mode)
    try:
        done = import_as(
            call.app,
            call.principal,
            scope_in(call),
            file,
            call.peer,
            comment=asked.comment,
            base=version_in(call) if call.if_match else None,
            preview=asked.preview,
        )
    except ImportRefused as error:
        shown = tuple(
            FieldProblem(at=_place(problem.line, problem.field), problem=problem.text)
            for problem in error.problems[:MOST_SHOWN]
        )
        raise Refusal(422, "invalid", error.public, fields=shown) from None
    except StaleEdit as error:
        raise stale(call, error) from None
    return ImportResult(
        differences=done.differences[:MOST_SHOWN],
        count=len(done.differences),
        saved=bool(done.differences) and not asked.preview,
        version=done.document.version if done.document is not None else 0,
    )


def _format(call: Call) -> FileFormat:
    return "csv" if call.media_type == "text/csv" else "json"


def _place(line: int, field: str) -> str:
    """``line 12, manager``; a problem of the whole file has no place."""
    return ", ".join(filter(None, (f"line {line}" if line else "", field)))
