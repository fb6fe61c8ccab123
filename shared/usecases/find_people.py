"""People as the portal shows them (stage 6): a search that costs what it finds, and one person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import PortalRole, Right
from shared.core.message.domains import normal_address
from shared.core.people.name_tokens import found_by, wanted_token
from shared.core.people.person import Person
from shared.errors import NotFound
from shared.ports import PeopleFound
from shared.usecases.reach_people import Reach, managed_groups, people_in

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class GroupName:
    """A group by id and name; the name is empty where the directory does not know the group."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person. ``roles`` are those that Matta's settings give, beside app roles, which only a token tells.

    ``version`` is what an edit names. ``may_change``: whether the reader may change the person.
    """

    person: Person
    groups: tuple[GroupName, ...]
    roles: tuple[PortalRole, ...]
    version: str
    may_change: bool


def find_people(app: App, who: Principal, text: str, after: str, limit: int) -> PeopleFound:
    """A page of a search as ``Directory.search`` makes it, of the people in reach.

    Of a group administrator's people all are read, since their groups are small beside the tenant. Raises ``NotFound``
    for a mark of elsewhere, ``TemporaryError``.
    """
    limit = min(max(limit, 1), LARGEST_PAGE)
    if who.reaches_all(Right.READ_PEOPLE):
        return app.directory.search(who.tenant_id, text, after, limit)
    beginning, wanted = text.strip().lower(), wanted_token(text)
    people = [
        person
        for person in people_in(app, who.tenant_id, managed_groups(app, who))
        if person.address.lower().startswith(beginning) or (wanted and found_by(person, wanted))
    ]
    return page_of(people, after, limit)


def page_of(people: Sequence[Person], after: str, limit: int) -> PeopleFound:
    """A page of people who are all here, sorted by address; the mark is an address."""
    left = [person for person in people if person.address.lower() > after]
    more = len(left) > limit
    return PeopleFound(tuple(left[:limit]), left[limit - 1].address.lower() if more else "")


def see_person(app: App, who: Principal, address: str) -> PersonView:
    """One active person in reach, or oneself. Raises ``NotFound``, ``TemporaryError``."""
    person = app.directory.people(who.tenant_id, (address,)).get(address.lower())
    if person is None or not person.active:
        raise NotFound("no such person")
    if not who.is_person(address) and not Reach(app, who, Right.READ_PEOPLE).person(person):
        raise NotFound("not in reach")
    return person_view(app, who, person)


def person_view(app: App, who: Principal, person: Person) -> PersonView:
    """Raises ``TemporaryError``."""
    known = app.directory.groups(who.tenant_id, person.groups)
    names = (GroupName(id_, found.name if (found := known.get(id_.casefold())) else "") for id_ in person.groups)
    grants = app.settings.tenant(who.tenant_id).access.grants
    address = normal_address(person.address)
    roles = {PortalRole(grant.role) for grant in grants if normal_address(grant.address) == address}
    return PersonView(
        person, tuple(names), tuple(sorted(roles)), version_of(person), who.reaches_all(Right.WRITE_PEOPLE)
    )


def version_of(stored: object) -> str:
    """A short text that differs whenever what is stored of a person or group differs."""
    return hashlib.sha256(msgspec.json.encode(stored)).hexdigest()[:20]
