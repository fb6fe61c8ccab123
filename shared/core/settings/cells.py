"""Columns of a CSV table: what a field of a model looks like in a cell, and back. Pure; used by import and export.

An empty cell is an unset field. A list of texts is written with semicolons between them; where that would not be clear,
and for an empty list that is not the default, the cell holds a JSON array. Condition trees and actions are JSON.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args, get_origin

import msgspec

from shared.core.settings.problem import problem_of

_YES = frozenset({"true", "1", "yes", "on", "はい", "○", "〇"})
_NO = frozenset({"false", "0", "no", "off", "いいえ", "×"})
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SEPARATORS = (";", "\n")


class _Form(Enum):
    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    LIST = "list"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a model. ``default`` is ``NODEFAULT`` for a field that must be there.

    ``may_be_empty``: it is a text that must be there and may have no characters, so that an empty cell is one.
    """

    name: str
    kind: Any
    form: _Form
    default: Any
    decoder: msgspec.json.Decoder[Any]
    may_be_empty: bool = False

    def read(self, cell: str, line: int) -> Any:
        """The value as plain data, ``UNSET`` for an empty cell, a ``Problem`` for one that is none."""
        text = cell if self.form is _Form.TEXT else cell.strip()
        if not text:
            return "" if self.may_be_empty else msgspec.UNSET
        try:
            document = self._document(cell, text)
            value = self.decoder.decode(document)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError, ValueError) as error:
            return problem_of(error, line, self.name, self.kind, _plain(text) if self.form is _Form.JSON else text)
        return msgspec.to_builtins(value)

    def write(self, value: Any) -> str:
        """The cell of a value as plain data."""
        if value is None:
            return ""
        if self.form is _Form.FLAG:
            return "true" if value else "false"
        if self.form is _Form.LIST:
            return self._listed(value)
        if self.form is _Form.TEXT:
            return str(value)
        return msgspec.json.encode(value).decode("utf-8")

    def _document(self, cell: str, text: str) -> bytes:
        if self.form is _Form.TEXT:
            return msgspec.json.encode(cell)
        if self.form is _Form.FLAG:
            word = unicodedata.normalize("NFKC", text).lower()
            if word not in _YES and word not in _NO:
                raise ValueError("must be true or false")
            return b"true" if word in _YES else b"false"
        if self.form is _Form.LIST and not text.startswith("["):
            separated = text.replace(_SEPARATORS[1], _SEPARATORS[0]).split(_SEPARATORS[0])
            return msgspec.json.encode([item.strip() for item in separated if item.strip()])
        if self.form is _Form.NUMBER:
            text = unicodedata.normalize("NFKC", text)
            if not _NUMBER.fullmatch(text):
                raise ValueError("must be a number")
        return text.encode("utf-8")

    def _listed(self, values: list[str]) -> str:
        if not values:
            return "" if not self.default else "[]"
        plain = all(
            item and item == item.strip() and not any(mark in item for mark in (*_SEPARATORS, "\r")) for item in values
        )
        if plain and not values[0].startswith("["):
            return ";".join(values)
        return msgspec.json.encode(values).decode("utf-8")


def columns_of(model: type[msgspec.Struct]) -> tuple[Column, ...]:
    """The columns of a model, in its order. Call it at import: msgspec 0.22 crashes when threads meet in a type's first use."""
    return tuple(map(_column, msgspec.structs.fields(model)))


def _column(field: msgspec.structs.FieldInfo) -> Column:
    form, default, decoder = _form(field.type), _default(field), msgspec.json.Decoder(field.type)
    required_text = form is _Form.TEXT and default is msgspec.NODEFAULT
    return Column(field.name, field.type, form, default, decoder, required_text and _takes_nothing(decoder))


def _takes_nothing(decoder: msgspec.json.Decoder[Any]) -> bool:
    try:
        decoder.decode(b'""')
    except msgspec.ValidationError:
        return False
    return True


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default


def _form(kind: Any) -> _Form:
    if hasattr(kind, "__metadata__"):
        return _form(kind.__origin__)
    if kind is bool:
        return _Form.FLAG
    if kind in (int, float):
        return _Form.NUMBER
    if kind is str or all(isinstance(word, str) for word in get_args(kind)):
        return _Form.TEXT
    if get_origin(kind) is tuple:
        return _Form.LIST if _form(get_args(kind)[0]) is _Form.TEXT else _Form.JSON
    members = [member for member in get_args(kind) if member is not type(None)]
    return _form(members[0]) if len(members) == 1 else _Form.JSON


def _plain(text: str) -> Any:
    """The JSON that a cell holds, as plain data, for naming what would be allowed in it."""
    try:
        return msgspec.json.decode(text.encode("utf-8"))
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text
