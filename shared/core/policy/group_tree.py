"""Groups within groups, and the chain of managers: bounded walks over what a directory answers. Decide stage.

The directory itself is asked by the caller's function, level by level, so that one question is asked for each level and
not for each group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

MOST_LEVELS = 20
"""Levels of groups that are followed upwards."""
MOST_GROUPS = 1000
"""Groups that one person is taken to be in."""
MOST_MANAGERS = 10
"""Managers above a person that are followed."""

Above = Callable[[Sequence[str]], Mapping[str, Sequence[str]]]
"""For ids of groups: by folded id, the ids of the groups that they are in. Groups that are not known may be missing."""


def groups_with_above(start: Iterable[str], above: Above) -> tuple[str, ...]:
    """The groups and all groups above them, folded, the nearest first, each once. Circles do no harm."""
    found: dict[str, None] = {}
    level = [group.casefold() for group in start]
    for _ in range(MOST_LEVELS + 1):
        fresh = [group for group in dict.fromkeys(level) if group not in found][: MOST_GROUPS - len(found)]
        if not fresh:
            break
        found.update(dict.fromkeys(fresh))
        if len(found) >= MOST_GROUPS:
            break
        known = above(fresh)
        level = [higher.casefold() for group in fresh for higher in known.get(group, ())]
    return tuple(found)


def manager_chain(first: str, manager_of: Callable[[str], str], most: int = MOST_MANAGERS) -> tuple[str, ...]:
    """The managers upwards from ``first``, who is part of it where known. ``manager_of`` gives ``""`` at the top."""
    chain: list[str] = []
    seen: set[str] = set()
    address = first
    while address and len(chain) < most and (key := address.lower()) not in seen:
        seen.add(key)
        chain.append(address)
        address = manager_of(address) if len(chain) < most else ""
    return tuple(chain)
