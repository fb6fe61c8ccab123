"""Rows of Table storage as JSON: types that JSON does not have are named beside the value.

Source: learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations (minimal metadata) and
…/understanding-the-table-service-data-model. Read are all types; written those that Matta's rows hold.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

_TYPE = "@odata.type"
_ETAG = "odata.etag"
_TIMESTAMP = "Timestamp"
_INT32, _INT64 = 2**31, 2**63


class StoredRow(dict[str, Any]):
    """A row as storage gave it: columns by name, its own time left out. ``etag`` is ``""`` where storage named none."""

    __slots__ = ("etag",)

    def __init__(self, columns: Mapping[str, Any], etag: str) -> None:
        super().__init__(columns)
        self.etag = etag


def write_row(row: Mapping[str, Any]) -> bytes:
    """The JSON of a row. Columns that are ``None`` are left out.

    Raises ``TypeError`` for a type that no row of Matta's has, ``ValueError`` for a number or time that cannot be kept.
    """
    document: dict[str, Any] = {}
    for name, value in row.items():
        kind = type(value)
        if kind is str or kind is bool:
            document[name] = value
        elif kind is bytes:
            document[name + _TYPE] = "Edm.Binary"
            document[name] = base64.b64encode(value).decode("ascii")
        elif kind is int:
            if -_INT32 <= value < _INT32:
                document[name] = value
            elif -_INT64 <= value < _INT64:
                document[name + _TYPE] = "Edm.Int64"
                document[name] = str(value)
            else:
                raise ValueError(f"column {name}: the number has more than 64 bits")
        elif isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"column {name}: a time without a time zone")
            document[name + _TYPE] = "Edm.DateTime"
            document[name] = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        elif value is not None:
            raise TypeError(f"column {name}: {kind.__name__} cannot be stored")
    return msgspec.json.encode(document)


def read_row(document: Mapping[str, Any], etag: str = "") -> StoredRow:
    """A row from its JSON object. ``etag`` is that of the answer's header. Raises ``ValueError`` for what is no row."""
    columns: dict[str, Any] = {}
    for name, value in document.items():
        if name.startswith("odata.") or name == _TIMESTAMP or _TYPE in name:
            continue
        kind = document.get(name + _TYPE)
        columns[name] = value if kind is None else _read_value(kind, value)
    return StoredRow(columns, str(document.get(_ETAG) or etag))


def _read_value(kind: object, value: Any) -> Any:
    if kind in ("Edm.Int32", "Edm.Boolean"):
        return value
    if not isinstance(value, str):
        if kind == "Edm.Double" and isinstance(value, (int, float)):
            return float(value)
        raise ValueError(f"a value of type {kind} that is no text")
    match kind:
        case "Edm.String":
            return value
        case "Edm.Binary":
            return base64.b64decode(value, validate=True)
        case "Edm.DateTime":
            return datetime.fromisoformat(value).astimezone(UTC)
        case "Edm.Int64":
            return int(value)
        case "Edm.Double":
            return float(value)
        case "Edm.Guid":
            return UUID(value)
    raise ValueError(f"a value of an unknown type {kind}")
