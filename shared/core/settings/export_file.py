"""Settings and people as files: CSV for one table, JSON for one table or a whole document. Pure.

What is exported is imported again as the same: ``import_document.py`` and ``import_items.py`` read exactly this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from shared.core.settings.csv_text import write_rows
from shared.core.settings.entries import LIST_COLUMNS
from shared.core.settings.scope_settings import Document
from shared.core.settings.tables import Table


def export_csv(table: Table, items: Sequence[Any]) -> bytes:
    """The items of one table, a row each; address lists with a row for each entry."""
    if not table.one_row_each:
        return write_rows([LIST_COLUMNS, *_list_rows(items)])
    header = [column.name for column in table.columns]
    rows = ([column.write(plain[column.name]) for column in table.columns] for plain in map(msgspec.to_builtins, items))
    return write_rows([header, *rows])


def export_json(table: Table, items: Sequence[Any]) -> bytes:
    """The items of one table as an object with its name."""
    return msgspec.json.format(msgspec.json.encode({table.name: items}), indent=2) + b"\n"


def export_document(document: Document) -> bytes:
    """The whole document."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _list_rows(lists: Sequence[Any]) -> Iterator[Sequence[str]]:
    for item in lists:
        if not item.entries:
            yield (item.id, item.name, "")
        for entry in item.entries:
            yield (item.id, item.name, entry)
