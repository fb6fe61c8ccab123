"""``Scope``: whose settings a document holds: the tenant's, a group's or a user's (product.md S1). Part of no stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import InvalidSettings

_LONGEST_GROUP = 200
_LONGEST_ADDRESS = 320


class Level(StrEnum):
    """The levels, the strongest first. ``DEFAULT`` is where a value comes from that nobody has set."""

    TENANT = "tenant"
    GROUP = "group"
    USER = "user"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """One document of settings within a tenant. ``id`` is empty for the tenant, else a group's id or a user's address."""

    level: Level
    id: str = ""

    def __str__(self) -> str:
        return f"{self.level}:{self.id}" if self.id else str(self.level)


TENANT_SCOPE = Scope(Level.TENANT)


def group_scope(group: str) -> Scope:
    """The scope of a directory group, by id without regard to case. Raises ``InvalidSettings``."""
    if not group or len(group) > _LONGEST_GROUP or not group.isprintable():
        raise InvalidSettings("not a group id", public=f"A group's id has 1 to {_LONGEST_GROUP} visible characters.")
    return Scope(Level.GROUP, group.casefold())


def user_scope(address: str) -> Scope:
    """The scope of a person or shared mailbox, by address without regard to case. Raises ``InvalidSettings``."""
    local, _, domain = address.rpartition("@")
    if not local or not domain or len(address) > _LONGEST_ADDRESS or not address.isprintable() or " " in address:
        raise InvalidSettings("not an address", public="A user is named by a mail address.")
    return Scope(Level.USER, address.lower())


def read_scope_name(text: str) -> Scope:
    """``tenant``, ``group:ID`` or ``user:ADDRESS``, as ``str(scope)`` writes it. Raises ``InvalidSettings``."""
    level, _, name = text.partition(":")
    if text == Level.TENANT:
        return TENANT_SCOPE
    if level == Level.GROUP:
        return group_scope(name)
    if level == Level.USER:
        return user_scope(name)
    raise InvalidSettings("not a scope", public="A scope is tenant, group:ID or user:ADDRESS.")
