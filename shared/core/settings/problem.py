"""``Problem``: one thing that is wrong with a file to import: line, field, and what is allowed there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from shared.errors import InvalidSettings

MOST_PROBLEMS = 1000
"""Problems that one report names; the count goes on."""
_AT = re.compile(r" - at `\$?\.?(?P<place>[^`]*)`\Z")
_UNKNOWN = re.compile(r"\AObject (?:contains unknown|missing required) field `(?P<field>[^`]*)`")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """``line`` counts from 1; 0 for the file as a whole. ``field`` is a column or a path within one."""

    line: int
    field: str
    text: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (f"line {self.line}" if self.line else "", self.field)))
        return f"{place}: {self.text}" if place else self.text


class ImportRefused(InvalidSettings):
    """A file that cannot be imported; nothing was changed. ``count`` is the number of all problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        shown = tuple(sorted(problems, key=lambda problem: problem.line)[:MOST_PROBLEMS])
        super().__init__(
            f"an import with {len(problems)} problems",
            public=f"Nothing was imported; {len(problems)} problems were found. The first: {shown[0]}",
        )
        self.problems = shown
        self.count = len(problems)


def problem_of(error: Exception, line: int, field: str, kind: Any = None, value: Any = None) -> Problem:
    """What a decoder or a check said about ``value``, which should be of ``kind`` and stands in ``field``.

    Words that would be allowed are named where the decoder only says that one is not.
    """
    text = str(error)
    place = ""
    if isinstance(error, InvalidSettings):
        place, _, text = text.partition(": ")
        place = place.removeprefix("$").removeprefix(".")
    elif found := _AT.search(text):
        place, text = found["place"], text[: found.start()]
    if (found := _UNKNOWN.search(text)) is not None:
        place = f"{place}.{found['field']}" if place else found["field"]
        text = "there is no such field" if "unknown" in text else "is required"
    elif text.startswith("Invalid ") and kind is not None and (words := allowed_words(kind, place, value)):
        text = f"{text}; allowed: {', '.join(words)}"
    if text[1:2].islower():
        text = f"{text[0].lower()}{text[1:]}"
    whole = place if not field else f"{field}{'' if place.startswith('[') or not place else '.'}{place}"
    return Problem(line, whole, text)


def allowed_words(kind: Any, place: str, value: Any) -> tuple[str, ...]:
    """The words that are allowed at a place (``of[0].operator``) of a value; none where any text is."""
    last = ""
    for name, index in _STEP.findall(place):
        last = name
        if index:
            kind = _items_of(kind)
            value = _step(lambda value=value, index=index: value[int(index)])  # type: ignore[misc]  # bound at once
        elif name == _tag_field(kind):
            break
        else:
            kind = _field_of(kind, name, value)
            value = _step(lambda value=value, name=name: value[name])  # type: ignore[misc]  # bound at once
    if last and last == _tag_field(kind):
        words = [str(member.__struct_config__.tag) for member in _members(kind) if _is_struct(member)]
    else:
        words = [str(word) for member in _members(kind) if get_origin(member) is Literal for word in get_args(member)]
    return tuple(words[:_MOST_WORDS])


def _step(take: Callable[[], Any]) -> Any:
    try:
        return take()
    except (LookupError, TypeError, ValueError):
        return None


def _members(kind: Any) -> list[Any]:
    """The members of a union, through annotations; the type itself where it is none."""
    if hasattr(kind, "__metadata__"):
        return _members(kind.__origin__)
    if get_origin(kind) in (None, tuple, Literal):
        return [kind]
    return [inner for member in get_args(kind) for inner in _members(member)]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _tag_field(kind: Any) -> str:
    return next((str(member.__struct_config__.tag_field or "") for member in _members(kind) if _is_struct(member)), "")


def _items_of(kind: Any) -> Any:
    return next((get_args(member)[0] for member in _members(kind) if get_origin(member) is tuple), None)


def _field_of(kind: Any, name: str, value: Any) -> Any:
    structs = [member for member in _members(kind) if _is_struct(member)]
    if len(structs) > 1:
        tag = value.get(_tag_field(kind)) if isinstance(value, dict) else None
        structs = [member for member in structs if member.__struct_config__.tag == tag]
    return get_type_hints(structs[0], include_extras=True).get(name) if structs else None
