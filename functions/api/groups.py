"""Groups of the tenant's directory, and who is in them. An id may hold any character, so it is in the query."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.people import PeoplePage, SearchText
from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.people.person import Group
from shared.core.policy.model import Address, Name
from shared.core.settings.people import GroupRow
from shared.usecases.change_groups import (
    AlreadyThere,
    GroupInUse,
    StaleGroup,
    add_group,
    edit_group,
    put_member,
    remove_group,
    take_member,
)
from shared.usecases.find_groups import GroupView, find_groups, members_of, see_group

routes = Routes("Groups")


class GroupsQuery(PageQuery, frozen=True, kw_only=True):
    """``text`` is a part of an id or name; empty: all groups, by id."""

    text: SearchText = ""


class GroupsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Groups. ``after`` asks for the next page; empty at the end."""

    rows: tuple[Group, ...]
    after: str


class GroupQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which group."""

    id: Name


class MembersQuery(PageQuery, frozen=True, kw_only=True):
    """Which group's members."""

    id: Name


class GroupEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything of a group but its id. ``above``: the groups it is part of; ``owners`` administer it."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    above: Annotated[tuple[Name, ...], msgspec.Meta(max_length=50)] = ()
    owners: Annotated[tuple[Address, ...], msgspec.Meta(max_length=200)] = ()


@routes.add("GET", "/groups", Right.READ_PEOPLE, summary="Groups", query=GroupsQuery, returns=GroupsPage)
def groups(call: Call) -> GroupsPage:
    """Group administrators see the groups that they administer and those below them."""
    asked: GroupsQuery = call.query
    place = f"groups\0{asked.text}"
    page = find_groups(call.app, call.principal, asked.text, mark_in(call, place), asked.limit)
    return GroupsPage(rows=page.groups, after=mark_out(call, place, page.after))


@routes.add(
    "POST",
    "/groups",
    Right.WRITE_PEOPLE,
    summary="Add a group",
    body=GroupRow,
    returns=GroupView,
    status=201,
    problems=(409,),
)
def create_group(call: Call) -> Answer:
    """409 where there is such a group."""
    given: GroupRow = call.body
    try:
        group = Group(given.id, given.name, given.above, given.owners)
        return _answer(add_group(call.app, call.principal, group, call.peer), 201)
    except AlreadyThere as error:
        raise Refusal(409, "already-there", error.public) from None


@routes.add("GET", "/group", Right.READ_PEOPLE, summary="One group", query=GroupQuery, returns=GroupView)
def group(call: Call) -> Answer:
    """With the groups above and below it."""
    return _answer(see_group(call.app, call.principal, call.query.id))


@routes.add(
    "PUT",
    "/group",
    Right.WRITE_PEOPLE,
    summary="Change a group",
    query=GroupQuery,
    body=GroupEdit,
    returns=GroupView,
    edits=True,
)
def update_group(call: Call) -> Answer:
    """Replaces everything but the id and the members. A group that would be above itself is refused."""
    given: GroupEdit = call.body
    try:
        after = Group(call.query.id, given.name, given.above, given.owners)
        return _answer(edit_group(call.app, call.principal, after, call.if_match, call.peer))
    except StaleGroup as stale:
        raise Refusal(412, "stale", stale.public, current=stale.present) from None


@routes.add(
    "DELETE", "/group", Right.WRITE_PEOPLE, summary="Remove a group", query=GroupQuery, edits=True, problems=(409,)
)
def delete_group(call: Call) -> Answer:
    """409 while it has members, or groups are part of it."""
    try:
        remove_group(call.app, call.principal, call.query.id, call.if_match, call.peer)
    except StaleGroup as stale:
        raise Refusal(412, "stale", stale.public, current=stale.present) from None
    except GroupInUse as error:
        raise Refusal(409, "in-use", error.public) from None
    return Answer(None, 204)


@routes.add(
    "GET", "/group/members", Right.READ_PEOPLE, summary="Who is in a group", query=MembersQuery, returns=PeoplePage
)
def group_members(call: Call) -> PeoplePage:
    """Active people who are directly in it, by address; at most 5,000."""
    place = f"members\0{call.query.id}"
    page = members_of(call.app, call.principal, call.query.id, mark_in(call, place), call.query.limit)
    return PeoplePage(rows=page.people, after=mark_out(call, place, page.after))


@routes.add(
    "PUT", "/group/members/{address}", Right.WRITE_PEOPLE, summary="Put somebody into a group", query=GroupQuery
)
def add_group_member(call: Call) -> Answer:
    """As their last group; nothing happens where they are in it already."""
    put_member(call.app, call.principal, call.query.id, call.path["address"], call.peer)
    return Answer(None, 204)


@routes.add(
    "DELETE", "/group/members/{address}", Right.WRITE_PEOPLE, summary="Take somebody out of a group", query=GroupQuery
)
def remove_group_member(call: Call) -> Answer:
    """Nothing happens where they are not in it."""
    take_member(call.app, call.principal, call.query.id, call.path["address"], call.peer)
    return Answer(None, 204)


def _answer(view: GroupView, status: int = 200) -> Answer:
    return Answer(view, status, etag=view.version)
