"""JSON as text: the fields of a document with the line that each, and each item of a collection, begins on. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from shared.core.settings.problem import ImportRefused, Problem

MOST_ITEMS = 200_000
"""Items of one array of the outermost level, as many as a CSV file has rows."""
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Placed:
    """A value and the line that it begins on."""

    line: int
    value: Any


@dataclass(frozen=True, slots=True)
class PlacedField:
    """A field of the outermost object. ``items`` are those of its array, ``None`` where it is none."""

    line: int
    value: Any
    items: tuple[Placed, ...] | None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def read_document(text: str) -> dict[str, PlacedField]:
    """The fields of the object that the text is. Raises ``ImportRefused`` that names the line of the mistake."""
    return _Reader(text).document()


def read_array(text: str) -> tuple[Placed, ...]:
    """The items of the array that the text is. Raises ``ImportRefused``."""
    return _Reader(text).whole_array()


def begins_array(text: str) -> bool:
    """Whether the text is to be an array, by its first character."""
    return text.lstrip(_SPACE).startswith("[")


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._counted = (0, 1)

    def document(self) -> dict[str, PlacedField]:
        fields: dict[str, PlacedField] = {}
        self._expect("{", "an object in braces")
        while not self._take("}"):
            if fields:
                self._expect(",", "a comma or a closing brace")
            start = self._skip()
            name = self._value()
            if not isinstance(name, str):
                self._refuse(start, "the name of a field, in quotes, must stand here")
            if name in fields:
                self._refuse(start, f"the field {name!r} stands there twice")
            self._expect(":", "a colon")
            start = self._skip()
            line = self._line(start)
            items = tuple(self._array()) if self._text.startswith("[", start) else None
            value = [item.value for item in items] if items is not None else self._value()
            fields[name] = PlacedField(line, value, items)
        self._end()
        return fields

    def whole_array(self) -> tuple[Placed, ...]:
        items = tuple(self._array())
        self._end()
        return items

    def _array(self) -> Iterator[Placed]:
        self._expect("[", "an array in brackets")
        count = 0
        while not self._take("]"):
            if count:
                self._expect(",", "a comma or a closing bracket")
            count += 1
            start = self._skip()
            if count > MOST_ITEMS:
                self._refuse(start, f"too many items; at most {MOST_ITEMS}")
            yield Placed(self._line(start), self._value())

    def _value(self) -> Any:
        start = self._skip()
        try:
            value, self._position = _DECODER.raw_decode(self._text, start)
        except json.JSONDecodeError as error:
            self._refuse(error.pos, f"is no JSON: {error.msg}")
        except (ValueError, RecursionError) as error:
            self._refuse(start, f"is no JSON: {error}" if isinstance(error, ValueError) else "nests too deeply")
        return value

    def _skip(self) -> int:
        while self._text[self._position : self._position + 1] and self._text[self._position] in _SPACE:
            self._position += 1
        return self._position

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._skip()):
            return False
        self._position += 1
        return True

    def _expect(self, mark: str, what: str) -> None:
        if not self._take(mark):
            self._refuse(self._position, f"is no JSON: {what} must stand here")

    def _end(self) -> None:
        if self._skip() != len(self._text):
            self._refuse(self._position, "is no JSON: nothing may follow the end")

    def _line(self, position: int) -> int:
        """Positions come in ascending order, so lines are counted once."""
        counted, line = self._counted
        line += self._text.count("\n", counted, position)
        self._counted = (position, line)
        return line

    def _refuse(self, position: int, problem: str) -> NoReturn:
        raise ImportRefused([Problem(self._text.count("\n", 0, position) + 1, "", problem)])
