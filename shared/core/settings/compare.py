"""``compare``: what differs between two versions of settings, path by path (product.md S4). Pure.

Items with an id are compared by it, so that inserting one does not make all later ones look changed; the order of items
is a difference of its own. In lists of plain values each one that came or went is told. Passwords are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from shared.core.settings.scope_settings import Document

HIDDEN = "●●●"
"""Shown in place of a password, so that comparing versions gives none away."""
_SECRET_FIELDS = frozenset({"password", "password_hash"})
_NOT_COMPARED = frozenset({"version"})
_KEYS = ("id", "address", "mark", "name", "selector")


class How(StrEnum):
    """What happened to a value from the old version to the new one. ``MOVED``: the same items in another order."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """``path`` is ``rules[external].minimum`` or ``policies[p].when.of[0].values``; values as JSON has them."""

    path: str
    how: How
    old: Any = None
    new: Any = None


def compare(old: Document, new: Document) -> tuple[Difference, ...]:
    """The differences in the order of the model; none where the two say the same."""
    return tuple(_objects("", _plain(old), _plain(new)))


def compare_items(collection: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[Difference, ...]:
    """The same for two collections of models with ids, such as people."""
    return tuple(_sequences(collection, msgspec.to_builtins(tuple(old)), msgspec.to_builtins(tuple(new))))


def _plain(document: Document) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return {name: value for name, value in plain.items() if name not in _NOT_COMPARED}


def _objects(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*old, *new)):
        below = f"{path}.{name}" if path else name
        if name not in old:
            yield from _came_and_went(below, How.ADDED, new[name])
        elif name not in new:
            yield from _came_and_went(below, How.REMOVED, old[name])
        elif name in _SECRET_FIELDS:
            if old[name] != new[name]:
                yield Difference(below, How.CHANGED, _masked(name, old[name]), _masked(name, new[name]))
        else:
            yield from _values(below, old[name], new[name])


def _values(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.get("type") == new.get("type"):
        yield from _objects(path, old, new)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _sequences(path, old, new)
    else:
        yield Difference(path, How.CHANGED, hide_passwords(old), hide_passwords(new))


def _sequences(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    old_keys, new_keys = _keys(old), _keys(new)
    if old_keys is None or new_keys is None:
        yield from _by_position(path, old, new)
        return
    if not (old and isinstance(old[0], dict)) and not (new and isinstance(new[0], dict)):
        yield from _plain_values(path, old, new)
        return
    before, after = dict(zip(old_keys, old, strict=True)), dict(zip(new_keys, new, strict=True))
    for key in dict.fromkeys((*before, *after)):
        place = f"{path}[{key}]"
        if key not in before:
            yield Difference(place, How.ADDED, None, hide_passwords(after[key]))
        elif key not in after:
            yield Difference(place, How.REMOVED, hide_passwords(before[key]), None)
        else:
            yield from _values(place, before[key], after[key])
    yield from _order(path, old_keys, new_keys)


def _keys(items: Sequence[Any]) -> list[Any] | None:
    """What tells the items apart: a key field of objects, the values themselves; ``None`` where nothing does."""
    if all(isinstance(item, str | int) for item in items):
        found = list(items)
    else:
        field = next((key for key in _KEYS if all(isinstance(item, dict) and item.get(key) for item in items)), None)
        if field is None:
            return None
        found = [item[field] for item in items]
    return found if len(set(found)) == len(found) else None


def _plain_values(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    before, after = set(old), set(new)
    yield from (Difference(path, How.REMOVED, value, None) for value in old if value not in after)
    yield from (Difference(path, How.ADDED, None, value) for value in new if value not in before)
    yield from _order(path, old, new)


def _order(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    both = set(old) & set(new)
    old_order, new_order = [key for key in old if key in both], [key for key in new if key in both]
    if old_order != new_order:
        yield Difference(path, How.MOVED, old_order, new_order)


def _by_position(path: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    for index in range(max(len(old), len(new))):
        place = f"{path}[{index}]"
        if index >= len(old):
            yield Difference(place, How.ADDED, None, hide_passwords(new[index]))
        elif index >= len(new):
            yield Difference(place, How.REMOVED, hide_passwords(old[index]), None)
        else:
            yield from _values(place, old[index], new[index])


def _came_and_went(path: str, how: How, value: Any) -> Iterator[Difference]:
    """A field that only one of the two has; a collection that was unset item by item."""
    if isinstance(value, list | tuple) and value and (keys := _keys(value)) is not None:
        for key, item in zip(keys, value, strict=True):
            place = f"{path}[{key}]" if isinstance(item, dict) else path
            hidden = hide_passwords(item)
            yield Difference(place, how, hidden if how is How.REMOVED else None, hidden if how is How.ADDED else None)
        return
    hidden = hide_passwords(value)
    yield Difference(path, how, hidden if how is How.REMOVED else None, hidden if how is How.ADDED else None)


def _masked(name: str, value: Any) -> Any:
    return HIDDEN if name in _SECRET_FIELDS and value else value


def hide_passwords(value: Any) -> Any:
    """A value as JSON has it, without the passwords in it."""
    if isinstance(value, dict):
        return {name: _masked(name, hide_passwords(item)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [hide_passwords(item) for item in value]
    return value
