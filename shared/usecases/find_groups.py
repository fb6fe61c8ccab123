"""Groups as the portal shows them (stage 6). A tenant has few beside its people: they are listed whole."""

from __future__ import annotations

from dataclasses import dataclass

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.people.person import Group
from shared.core.policy.conditions.spelled import fold
from shared.errors import NotFound
from shared.ports import PeopleFound
from shared.usecases.find_people import LARGEST_PAGE, GroupName, page_of, version_of
from shared.usecases.reach_people import MOST_MEMBERS, managed_groups


@dataclass(frozen=True, slots=True)
class GroupsFound:
    """Groups; ``after`` continues behind them, and is empty at the end."""

    groups: tuple[Group, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group. ``above`` and ``below`` are the groups that it is part of and that are part of it.

    ``version`` is what an edit names. ``may_change``: whether the reader may change it.
    """

    group: Group
    above: tuple[GroupName, ...]
    below: tuple[GroupName, ...]
    version: str
    may_change: bool


def find_groups(app: App, who: Principal, text: str, after: str, limit: int) -> GroupsFound:
    """A page of the groups in reach whose id or name has ``text`` in it. Raises ``TemporaryError``."""
    limit = min(max(limit, 1), LARGEST_PAGE)
    wanted = fold(text).strip()
    found = [
        group
        for group in managed_groups(app, who)
        if group.id.casefold() > after and (wanted in fold(group.id) or wanted in fold(group.name))
    ]
    shown = tuple(found[:limit])
    return GroupsFound(shown, shown[-1].id.casefold() if len(found) > limit else "")


def see_group(app: App, who: Principal, id_: str) -> GroupView:
    """One group in reach. Raises ``NotFound``, ``TemporaryError``."""
    groups = managed_groups(app, who)
    group = next((one for one in groups if one.id.casefold() == id_.casefold()), None)
    if group is None:
        raise NotFound("no such group in reach")
    names = {one.id.casefold(): one.name for one in groups}
    return GroupView(
        group,
        tuple(GroupName(above, names.get(above.casefold(), "")) for above in group.above),
        tuple(GroupName(one.id, one.name) for one in groups if _is_below(one, group)),
        version_of(group),
        who.reaches_all(Right.WRITE_PEOPLE),
    )


def members_of(app: App, who: Principal, id_: str, after: str, limit: int) -> PeopleFound:
    """Who is directly in a group in reach, by address. Raises ``NotFound``, ``TemporaryError``."""
    group = see_group(app, who, id_).group
    return page_of(
        app.directory.members(who.tenant_id, group.id, MOST_MEMBERS), after, min(max(limit, 1), LARGEST_PAGE)
    )


def _is_below(one: Group, group: Group) -> bool:
    return any(above.casefold() == group.id.casefold() for above in one.above)
