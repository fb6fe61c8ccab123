"""A fair order of work of several tenants: in turns, each tenant's own work in the order in which it came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def fair_order(items: Iterable[Item], owner: Callable[[Item], str], most: int) -> list[Item]:
    """At most ``most`` items, one of each owner in turn while it has any; owners in the order of their first items.

    Keeps at most ``most`` items of each owner in memory, however many there are.
    """
    waiting: dict[str, deque[Item]] = {}
    for item in items:
        of_owner = waiting.setdefault(owner(item), deque())
        if len(of_owner) < most:
            of_owner.append(item)
    chosen: list[Item] = []
    while waiting and len(chosen) < most:
        for name in list(waiting):
            chosen.append(waiting[name].popleft())
            if not waiting[name]:
                del waiting[name]
            if len(chosen) == most:
                break
    return chosen
