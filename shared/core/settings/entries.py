"""``Entry``: what a file says of one item, before it is known whether the item exists. CSV and JSON become the same. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.core.policy.address_patterns import plain_mistake
from shared.core.settings.cells import Column
from shared.core.settings.csv_text import Row, read_rows
from shared.core.settings.json_text import Placed, begins_array, read_array, read_document
from shared.core.settings.problem import ImportRefused, Problem, problem_of
from shared.core.settings.tables import Table

LIST_COLUMNS = ("id", "name", "entry")
"""The columns of address lists: a row is an entry; a row without one is a list, possibly empty."""


@dataclass(slots=True)
class Entry:
    """One item of a file. ``fields`` are plain data; ``reset`` names fields whose cells were empty.

    ``adds`` are list entries that come to those that are there. ``problems``: what is wrong with it; it is then incomplete.
    """

    line: int
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    reset: set[str] = field(default_factory=set)
    adds: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def csv_entries(table: Table, text: str) -> list[Entry]:
    """The entries of a CSV file. Raises ``ImportRefused`` for a file or a header that cannot be read at all."""
    rows = read_rows(text)
    if not rows:
        raise ImportRefused([Problem(1, "", f"the first line must name the columns: {', '.join(_names(table))}")])
    header, body = rows[0], rows[1:]
    names = [cell.strip().lower() for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    problems = [
        Problem(header.line, name, f"there is no such column; there are: {', '.join(_names(table))}")
        for name in names
        if name not in _names(table)
    ]
    problems += [
        Problem(header.line, name, "the column stands there twice") for name in set(names) if names.count(name) > 1
    ]
    if table.key not in names:
        problems.append(Problem(header.line, table.key, "the column is missing"))
    if problems:
        raise ImportRefused(problems)
    if not table.one_row_each:
        return _list_entries(names, body)
    columns = {column.name: column for column in table.columns}
    return _keyed(table, (_row_entry(table, [columns[name] for name in names], row) for row in body))


def json_entries(table: Table, text: str) -> list[Entry]:
    """The entries of a JSON file: an array of items, or an object with the table's name. Raises ``ImportRefused``."""
    if begins_array(text):
        return placed_entries(table, read_array(text))
    fields = read_document(text)
    problems = [
        Problem(found.line, name, f"only {table.name} are imported here")
        for name, found in fields.items()
        if name != table.name
    ]
    if table.name not in fields or fields[table.name].items is None:
        problems.append(Problem(1, table.name, "must be there, as an array"))
    if problems:
        raise ImportRefused(problems)
    return placed_entries(table, fields[table.name].items or ())


def placed_entries(table: Table, items: Sequence[Placed]) -> list[Entry]:
    """The entries of a JSON array."""
    return _keyed(table, (_object_entry(table, item) for item in items))


def _names(table: Table) -> Sequence[str]:
    return LIST_COLUMNS if not table.one_row_each else [column.name for column in table.columns]


def _row_entry(table: Table, columns: Sequence[Column], row: Row) -> Entry:
    entry = Entry(row.line, "")
    for index, column in enumerate(columns):
        value = column.read(row.cells[index] if index < len(row.cells) else "", row.line)
        if isinstance(value, Problem):
            entry.problems.append(value)
        elif value is msgspec.UNSET:
            entry.reset.add(column.name)
        else:
            entry.fields[column.name] = value
    _check_width(entry, len(columns), row)
    return _named(table, entry)


def _check_width(entry: Entry, width: int, row: Row) -> None:
    if any(cell.strip() for cell in row.cells[width:]):
        entry.problems.append(
            Problem(row.line, "", f"has {len(row.cells)} cells; the first line names {width} columns")
        )


def _object_entry(table: Table, placed: Placed) -> Entry:
    entry = Entry(placed.line, "")
    if not isinstance(placed.value, dict):
        entry.problems.append(Problem(placed.line, "", "must be an object in braces"))
        return entry
    columns = {column.name: column for column in table.columns}
    for name, value in placed.value.items():
        column = columns.get(name)
        if column is None:
            entry.problems.append(
                Problem(placed.line, name, f"there is no such field; there are: {', '.join(columns)}")
            )
            continue
        checked = plain_value(column, value, placed.line)
        if isinstance(checked, Problem):
            entry.problems.append(checked)
        else:
            entry.fields[name] = checked
    return _named(table, entry)


def plain_value(column: Column, value: Any, line: int) -> Any:
    """A value of a JSON document as plain data that fits its field, or a ``Problem``."""
    try:
        return msgspec.to_builtins(column.decoder.decode(msgspec.json.encode(value)))
    except (msgspec.DecodeError, msgspec.EncodeError, UnicodeEncodeError, RecursionError, OverflowError) as error:
        return problem_of(error, line, column.name, column.kind, value)


def _named(table: Table, entry: Entry) -> Entry:
    key = entry.fields.get(table.key)
    if key:
        entry.key = table.fold(str(key))
    elif not any(problem.field == table.key for problem in entry.problems):
        entry.problems.append(Problem(entry.line, table.key, "is required"))
    return entry


def _keyed(table: Table, entries: Iterable[Entry]) -> list[Entry]:
    """The entries; one whose key stood there before has a problem."""
    lines: dict[str, int] = {}
    found = []
    for entry in entries:
        if entry.key and entry.key in lines:
            text = f"{entry.fields[table.key]!r} stands on line {lines[entry.key]} too; each must be unique"
            entry.problems.append(Problem(entry.line, table.key, text))
        lines.setdefault(entry.key, entry.line)
        found.append(entry)
    return found


def _list_entries(names: Sequence[str], body: Sequence[Row]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for row in body:
        cells = dict(zip(names, row.cells, strict=False))
        key = cells.get("id", "")
        entry = found.setdefault(key, Entry(row.line, key, {"id": key}))
        entry.problems.extend(_row_problems(entry, cells, row, len(names)))
        if (text := cells.get("entry", "")).strip():
            entry.adds.append(text)
        if name := cells.get("name", ""):
            entry.fields.setdefault("name", name)
    return list(found.values())


def _row_problems(entry: Entry, cells: dict[str, str], row: Row, width: int) -> Iterator[Problem]:
    if not entry.key.strip():
        yield Problem(row.line, "id", "is required")
    if len(entry.key) > 200:
        yield Problem(row.line, "id", "must have at most 200 characters")
    text, name = cells.get("entry", ""), cells.get("name", "")
    if text.strip() and plain_mistake(text):
        yield Problem(
            row.line, "entry", "must be one address, domain (example.com, .example.com) or wildcard (*@*.example.com)"
        )
    if len(text) > 2000:
        yield Problem(row.line, "entry", "must have at most 2000 characters")
    if name and entry.fields.get("name", name) != name:
        yield Problem(row.line, "name", f"is {entry.fields['name']!r} on an earlier line of this list")
    if any(cell.strip() for cell in row.cells[width:]):
        yield Problem(row.line, "", f"has {len(row.cells)} cells; the first line names {width} columns")
