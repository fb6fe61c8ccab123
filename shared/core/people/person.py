"""``Person`` and ``Group``: what the directory says. Read by decide, notify and act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonKind(StrEnum):
    """Whether somebody stands behind an address. A shared mailbox is handled by its proxies (product.md X1)."""

    USER = "user"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Person:
    """A person, shared mailbox or distribution list of a tenant. ``members`` is above 1 for a list.

    ``groups`` are ids; the first one is the primary group, whose settings count for the person. ``id`` is the
    directory's own id (for Entra the object id, lower case), empty where unknown; two addresses with one id are one
    person. ``active`` is false for somebody whom the directory has removed: they may do nothing any more.
    """

    address: str
    display_name: str = ""
    language: str = ""
    manager: str = ""
    groups: tuple[str, ...] = ()
    members: int = 1
    id: str = ""
    kind: PersonKind = PersonKind.USER
    active: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """A directory group or department; ids are compared without regard to case.

    ``above`` are the ids of the groups that it is part of, the one whose settings it inherits first; empty at the top.
    ``owners`` are the addresses of those who manage its settings.
    """

    id: str
    name: str = ""
    above: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
