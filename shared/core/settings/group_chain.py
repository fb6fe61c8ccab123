"""``settings_chain``: the groups whose settings count for a person, from the topmost to the nearest. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

MOST_LEVELS = 20
MOST_GROUPS = 50
"""Groups whose settings one person gets at most; those nearest to the person first."""


def settings_chain(primary: str, above: Callable[[Sequence[str]], Mapping[str, Sequence[str]]]) -> tuple[str, ...]:
    """The primary group and all groups above it (product.md S1), folded, in the order in which they win.

    ``above`` is asked level by level: for ids, by folded id, the groups that each is part of. Of several groups on one
    level the one named first wins. A circle ends where it closes.
    """
    levels: list[list[str]] = []
    seen: set[str] = set()
    level = [primary.casefold()] if primary else []
    while level and len(levels) < MOST_LEVELS and len(seen) < MOST_GROUPS:
        level = level[: MOST_GROUPS - len(seen)]
        seen.update(level)
        levels.append(level)
        known = above(level)
        higher = (group.casefold() for item in level for group in known.get(item, ()))
        level = [group for group in dict.fromkeys(higher) if group not in seen]
    return tuple(group for level in reversed(levels) for group in level)
