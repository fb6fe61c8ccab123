"""Add, change and remove groups, and who is in them (stage 6): from what was seen, and written down.

Groups have no conditional write: two edits within the same instant may both count, the later one for good.
"""

from __future__ import annotations

from dataclasses import replace

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.people.person import Group, Person
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.group_tree import groups_with_above
from shared.errors import Conflict, InvalidSettings, NotFound, PermanentError
from shared.ports_people import AuditCode
from shared.usecases.find_groups import GroupView, see_group
from shared.usecases.note_change import actor_of, note_change
from shared.usecases.reach_people import above_of

_TRIES = 3


class AlreadyThere(PermanentError):
    """A group has the id."""

    public = "There is a group with this id already."


class GroupInUse(PermanentError):
    """People or groups are in the group."""

    public = "The group still has members, or groups that are part of it."


class StaleGroup(Conflict):
    """Somebody else changed the group meanwhile; ``present`` is how it is now."""

    public = "Somebody else changed this group. Nothing was saved."

    def __init__(self, present: GroupView) -> None:
        super().__init__("the group is not what was seen")
        self.present = present


def add_group(app: App, who: Principal, group: Group, peer: str = "") -> GroupView:
    """Raises ``AlreadyThere``, ``InvalidSettings``, ``NotFound`` (no right), ``TemporaryError``."""
    _check(who)
    if app.directory.groups(who.tenant_id, (group.id,)):
        raise AlreadyThere("the id is taken")
    _check_above(app, who, group)
    app.directory.save_groups(who.tenant_id, (group,))
    note_change(app, who.tenant_id, AuditCode.GROUP_ADDED, actor_of(who, peer), group=group.id)
    return see_group(app, who, group.id)


def edit_group(app: App, who: Principal, group: Group, seen: str, peer: str = "") -> GroupView:
    """Replace a group; ``seen`` is the version that the edit was made from. Raises ``StaleGroup`` and as ``add_group``."""
    before = _seen(app, who, group.id, seen)
    after = replace(group, id=before.id)
    if after != before:
        _check_above(app, who, after)
        app.directory.save_groups(who.tenant_id, (after,))
        fields = ", ".join(
            name for name in ("name", "above", "owners") if getattr(before, name) != getattr(after, name)
        )
        actor = actor_of(who, peer)
        note_change(app, who.tenant_id, AuditCode.GROUP_CHANGED, actor, group=before.id, fields=fields)
    return see_group(app, who, before.id)


def remove_group(app: App, who: Principal, id_: str, seen: str, peer: str = "") -> None:
    """Raises ``GroupInUse``, ``StaleGroup``, ``NotFound``, ``TemporaryError``."""
    before = _seen(app, who, id_, seen)
    if see_group(app, who, id_).below or app.directory.members(who.tenant_id, id_, 1):
        raise GroupInUse("not empty")
    app.directory.remove_groups(who.tenant_id, (before.id,))
    note_change(app, who.tenant_id, AuditCode.GROUP_REMOVED, actor_of(who, peer), group=before.id)


def put_member(app: App, who: Principal, id_: str, address: str, peer: str = "") -> None:
    """Put somebody into a group. Raises ``NotFound``, ``Conflict``, ``TemporaryError``."""
    _change_member(app, who, id_, address, peer, into=True)


def take_member(app: App, who: Principal, id_: str, address: str, peer: str = "") -> None:
    """Take somebody out of a group. Raises ``NotFound``, ``Conflict``, ``TemporaryError``."""
    _change_member(app, who, id_, address, peer, into=False)


def _change_member(app: App, who: Principal, id_: str, address: str, peer: str, *, into: bool) -> None:
    _check(who)
    group = app.directory.groups(who.tenant_id, (id_,)).get(id_.casefold())
    if group is None:
        raise NotFound("no such group")
    for last in reversed(range(_TRIES)):
        before = app.directory.people(who.tenant_id, (address,)).get(address.lower())
        if before is None or not before.active:
            raise NotFound("no such person")
        after = _moved(before, group.id, into=into)
        if after == before:
            return
        try:
            app.directory.change(who.tenant_id, before, after)
        except Conflict:
            if not last:
                raise
            continue
        note_change(
            app,
            who.tenant_id,
            AuditCode.PERSON_CHANGED,
            actor_of(who, peer),
            person=before.address,
            fields="groups",
        )
        return


def _moved(person: Person, group: str, *, into: bool) -> Person:
    others = tuple(id_ for id_ in person.groups if id_.casefold() != group.casefold())
    if into:
        return person if len(others) < len(person.groups) else replace(person, groups=(*others, group))
    return replace(person, groups=others)


def _check(who: Principal) -> None:
    if not who.reaches_all(Right.WRITE_PEOPLE):
        raise NotFound("not theirs to change")


def _seen(app: App, who: Principal, id_: str, seen: str) -> Group:
    _check(who)
    view = see_group(app, who, id_)
    if view.version != seen:
        raise StaleGroup(view)
    return view.group


def _check_above(app: App, who: Principal, group: Group) -> None:
    """A group must not be above itself: its people's settings would have no order."""
    above = groups_with_above(group.above, lambda ids: above_of(app, who.tenant_id, ids))
    if fold(group.id) in {fold(one) for one in above}:
        raise InvalidSettings("a circle of groups", public="The group would be part of itself - at `$.above`")
