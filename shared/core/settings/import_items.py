"""From what a file says of items to the items themselves: added, updated, replaced; all that is wrong told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from shared.core.settings.entries import Entry, csv_entries, json_entries
from shared.core.settings.problem import Problem, problem_of
from shared.core.settings.tables import TABLES, Table

Mode = Literal["update", "replace"]
"""``update`` adds what is new and changes the named fields of what is there; ``replace`` leaves nothing else."""
FileFormat = Literal["csv", "json"]

# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODERS = {name: msgspec.json.Decoder(table.model) for name, table in TABLES.items()}


@dataclass(slots=True)
class Items:
    """The items of a table after an import. ``lines`` are those of the file, by key, for what is found later."""

    table: Table
    items: tuple[Any, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def from_file(self) -> Iterable[tuple[int, Any]]:
        """The items that the file names, with their lines."""
        return ((self.lines[key], item) for item in self.items if (key := self.table.key_of(item)) in self.lines)


def read_entries(table: Table, text: str, file_format: FileFormat) -> list[Entry]:
    """The entries of a file. Raises ``ImportRefused`` for a file that cannot be read at all."""
    return csv_entries(table, text) if file_format == "csv" else json_entries(table, text)


def import_items(table: Table, present: Sequence[Any], entries: Sequence[Entry], mode: Mode) -> Items:
    """The items as they would be. Those that are there keep their places; new ones come behind, as the file has them.

    An entry with problems is left out, but for its key in ``lines``: others may name it.
    """
    known = {table.key_of(item): item for item in present}
    result = Items(table)
    made: dict[str, Any] = {}
    for entry in entries:
        result.problems += entry.problems
        if entry.key:
            result.lines.setdefault(entry.key, entry.line)
        if entry.problems:
            continue
        item = _made(table, known.get(entry.key) if mode == "update" else None, entry)
        if isinstance(item, Problem):
            result.problems.append(item)
        else:
            made[entry.key] = item
    if mode == "replace":
        result.items = tuple(made.values())
    else:
        kept = {key: made.pop(key, item) for key, item in known.items()}
        result.items = (*kept.values(), *made.values())
    return result


def _made(table: Table, base: Any | None, entry: Entry) -> Any:
    plain: dict[str, Any] = {} if base is None else msgspec.to_builtins(base)
    for name in entry.reset:
        plain.pop(name, None)
    plain.update(entry.fields)
    if entry.adds:
        there = dict.fromkeys(plain.get("entries", ()))
        plain["entries"] = [*plain.get("entries", ()), *(text for text in entry.adds if text not in there)]
    try:
        return _DECODERS[table.name].decode(msgspec.json.encode(plain))
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        return problem_of(error, entry.line, "", table.model, plain)
