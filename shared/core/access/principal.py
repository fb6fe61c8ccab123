"""``Principal``: who makes a request, with which roles, and whose things the roles reach (product.md I1, I4)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.access.roles import PortalRole, Right, rights_of
from shared.core.message.domains import normal_address
from shared.core.policy.conditions.spelled import fold

WHOLE_TENANT = frozenset({PortalRole.AUDITOR, PortalRole.TENANT_ADMINISTRATOR, PortalRole.INCIDENT_RESPONDER})
"""Roles that reach everybody of the tenant. A group administrator reaches the people of some groups."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who is signed on. ``tenant_id`` is empty for an operator who belongs to no tenant.

    ``groups`` are the folded ids of the groups that a group administrator manages, with all groups below them.
    ``person_id`` is the directory's id, empty where the directory does not know the person by one.
    """

    tenant_id: str
    address: str
    name: str
    person_id: str
    language: str
    roles: frozenset[PortalRole]
    groups: frozenset[str] = frozenset()

    @property
    def rights(self) -> frozenset[Right]:
        """What the person may ask for at all."""
        return rights_of(self.roles)

    def reaches_all(self, right: Right) -> bool:
        """Whether the right holds for everybody and everything of the tenant."""
        return any(role in WHOLE_TENANT and right in rights_of((role,)) for role in self.roles)

    def reaches(self, right: Right, groups_of_other: frozenset[str]) -> bool:
        """Whether the right holds for somebody who is in these groups (folded ids, with those above)."""
        if self.reaches_all(right):
            return True
        return (
            PortalRole.GROUP_ADMINISTRATOR in self.roles
            and right in rights_of((PortalRole.GROUP_ADMINISTRATOR,))
            and bool(self.groups & groups_of_other)
        )

    def manages(self, group: str) -> bool:
        """Whether the person may manage a group's settings."""
        return self.reaches_all(Right.WRITE_SETTINGS) or (
            PortalRole.GROUP_ADMINISTRATOR in self.roles and fold(group) in self.groups
        )

    def is_person(self, address: str) -> bool:
        """Whether that is the person's own address."""
        return bool(self.address) and normal_address(address) == normal_address(self.address)
