"""People of the tenant: search, one person, and changes by those who may make them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.people.person import Person, PersonKind
from shared.core.policy.model import Name
from shared.core.settings.people import AddressOrNone, DirectoryId, KindOfPerson, LanguageOrNone, PersonRow
from shared.usecases.change_people import AlreadyThere, StalePerson, add_person, edit_person, remove_person
from shared.usecases.find_people import PersonView, find_people, see_person

routes = Routes("People")

SearchText = Annotated[str, msgspec.Meta(max_length=200)]


class PeopleQuery(PageQuery, frozen=True, kw_only=True):
    """``text`` is the beginning of an address, of a name, or of a word of a name; empty: everybody, by address."""

    text: SearchText = ""


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    """Active people. ``after`` asks for the next page; empty at the end. A page may be short and still have a next."""

    rows: tuple[Person, ...]
    after: str


class PersonEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything of a person but the address, which never changes. The first group is the primary one."""

    display_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    language: LanguageOrNone = ""
    manager: AddressOrNone = ""
    groups: Annotated[tuple[Name, ...], msgspec.Meta(max_length=200)] = ()
    members: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    id: DirectoryId = ""
    kind: KindOfPerson = "user"


@routes.add("GET", "/people", Right.READ_PEOPLE, summary="Search people", query=PeopleQuery, returns=PeoplePage)
def people(call: Call) -> PeoplePage:
    """By the beginning of an address or name. Group administrators find the people of their groups."""
    asked: PeopleQuery = call.query
    place = f"people\0{asked.text}"
    page = find_people(call.app, call.principal, asked.text, mark_in(call, place), asked.limit)
    return PeoplePage(rows=page.people, after=mark_out(call, place, page.after))


@routes.add(
    "POST",
    "/people",
    Right.WRITE_PEOPLE,
    summary="Add a person",
    body=PersonRow,
    returns=PersonView,
    status=201,
    problems=(409,),
)
def create_person(call: Call) -> Answer:
    """Somebody who was removed comes back by it. 409 where there is such a person."""
    try:
        return _answer(add_person(call.app, call.principal, _person(call.body.address, call.body), call.peer), 201)
    except AlreadyThere as error:
        raise Refusal(409, "already-there", error.public) from None


@routes.add("GET", "/people/{address}", Right.READ_PEOPLE, Right.OWN, summary="One person", returns=PersonView)
def person(call: Call) -> Answer:
    """With the roles that Matta gives them. Everybody may see themselves."""
    return _answer(see_person(call.app, call.principal, call.path["address"]))


@routes.add(
    "PUT",
    "/people/{address}",
    Right.WRITE_PEOPLE,
    summary="Change a person",
    body=PersonEdit,
    returns=PersonView,
    edits=True,
)
def update_person(call: Call) -> Answer:
    """Replaces everything that is stored of the person."""
    try:
        after = _person(call.path["address"], call.body)
        return _answer(edit_person(call.app, call.principal, after, call.if_match, call.peer))
    except StalePerson as stale:
        raise _stale(stale) from None


@routes.add("DELETE", "/people/{address}", Right.WRITE_PEOPLE, summary="Remove a person", edits=True)
def delete_person(call: Call) -> Answer:
    """They stay known as removed: from now on they can do nothing. Their mail and history stay."""
    try:
        remove_person(call.app, call.principal, call.path["address"], call.if_match, call.peer)
    except StalePerson as stale:
        raise _stale(stale) from None
    return Answer(None, 204)


def _person(address: str, given: PersonRow | PersonEdit) -> Person:
    return Person(
        address,
        given.display_name,
        given.language,
        given.manager,
        given.groups,
        given.members,
        given.id.lower(),
        PersonKind(given.kind),
    )


def _answer(view: PersonView, status: int = 200) -> Answer:
    return Answer(view, status, etag=view.version)


def _stale(stale: StalePerson) -> Refusal:
    return Refusal(412, "stale", stale.public, current=stale.present)
