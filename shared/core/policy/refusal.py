"""``refuse``: how a settings document that makes no sense is turned down. Decide stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from shared.errors import InvalidSettings

_SHOWN = 10


def refuse(place: str, problem: str) -> NoReturn:
    """Raises ``InvalidSettings`` that names the place (``$.rules[0].id``) and what is allowed there."""
    raise InvalidSettings(f"{place}: {problem}", public=f"The settings are not valid: {problem} - at `{place}`")


def named(names: Iterable[str]) -> str:
    """Names as a sentence lists them; ``none`` where there is none."""
    found = sorted(names)
    if not found:
        return "none"
    return ", ".join(found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")


def check_unique(ids: Iterable[str], place: str, field: str, what: str) -> None:
    """Raises ``InvalidSettings`` at the first id that stands a second time."""
    seen: set[str] = set()
    for index, item in enumerate(ids):
        if item in seen:
            refuse(
                f"{place}[{index}].{field}", f"the {field} {item!r} stands at another {what} too; each must be unique"
            )
        seen.add(item)


def check_known(names: Iterable[str], known: frozenset[str], place: str, what: str) -> None:
    """Raises ``InvalidSettings`` at the first name that is none of ``known``."""
    for index, name in enumerate(names):
        if name not in known:
            refuse(f"{place}[{index}]", f"there is no {what} {name!r}; there are: {named(known)}")
