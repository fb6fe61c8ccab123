"""Whom a principal's right reaches, asked for many people at once (stage 6; product.md I1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.people.person import Group, Person
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.group_tree import groups_with_above
from shared.usecases.identify import groups_of

MOST_MEMBERS = 5000
"""People that are read of a group administrator's groups."""


class Reach:
    """Answers of one request, each looked up once."""

    def __init__(self, app: App, who: Principal, right: Right) -> None:
        self._app, self._who, self._right = app, who, right
        self.all = who.reaches_all(right)
        self._known: dict[str, bool] = {}

    def address(self, address: str) -> bool:
        """Whether the right holds for somebody. Raises ``TemporaryError``."""
        if self.all:
            return True
        key = address.lower()
        if key not in self._known:
            self._known[key] = self._who.reaches(self._right, groups_of(self._app, self._who.tenant_id, address))
        return self._known[key]

    def person(self, person: Person) -> bool:
        """The same for somebody who was read already."""
        if self.all:
            return True
        groups = groups_with_above(person.groups, lambda ids: above_of(self._app, self._who.tenant_id, ids))
        return self._who.reaches(self._right, frozenset(map(fold, groups)))


def above_of(app: App, tenant_id: str, ids: Sequence[str]) -> dict[str, Sequence[str]]:
    """For ids of groups: the groups above each."""
    return {id_: group.above for id_, group in app.directory.groups(tenant_id, ids).items()}


def managed_groups(app: App, who: Principal) -> tuple[Group, ...]:
    """The groups of the tenant that the principal sees: all, or those that they administer with those below them."""
    everything = app.directory.all_groups(who.tenant_id)
    if who.reaches_all(Right.READ_PEOPLE):
        return everything
    seen = set(who.groups)
    left = [group for group in everything if fold(group.id) not in seen]
    while below := [group for group in left if any(fold(above) in seen for above in group.above)]:
        seen |= {fold(group.id) for group in below}
        left = [group for group in left if fold(group.id) not in seen]
    return tuple(group for group in everything if fold(group.id) in seen)


def people_in(app: App, tenant_id: str, groups: Iterable[Group]) -> tuple[Person, ...]:
    """Active people of some groups, each once, by address; at most ``MOST_MEMBERS``."""
    found: dict[str, Person] = {}
    for group in groups:
        left = MOST_MEMBERS - len(found)
        if left <= 0:
            break
        found |= {person.address.lower(): person for person in app.directory.members(tenant_id, group.id, left)}
    return tuple(found[key] for key in sorted(found))
