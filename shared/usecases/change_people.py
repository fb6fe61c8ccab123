"""Add, change and remove people (stage 6): from what the person who does it has seen, and written down."""

from __future__ import annotations

from dataclasses import replace

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.people.person import Person
from shared.errors import Conflict, NotFound, PermanentError
from shared.ports_people import AuditCode
from shared.usecases.find_people import PersonView, person_view, version_of
from shared.usecases.note_change import actor_of, note_change

_FIELDS = ("display_name", "language", "manager", "groups", "members", "id", "kind")


class AlreadyThere(PermanentError):
    """Somebody active has the address."""

    public = "There is a person with this address already."


class StalePerson(Conflict):
    """Somebody else changed the person meanwhile; ``present`` is how they are now."""

    public = "Somebody else changed this person. Nothing was saved."

    def __init__(self, present: PersonView) -> None:
        super().__init__("the person is not what was seen")
        self.present = present


def add_person(app: App, who: Principal, person: Person, peer: str = "") -> PersonView:
    """Raises ``AlreadyThere``, ``NotFound`` (no right), ``Conflict``, ``TemporaryError``."""
    _check(who)
    before = _stored(app, who, person.address)
    if before is not None and before.active:
        raise AlreadyThere("the address is taken")
    app.directory.change(who.tenant_id, before, person)
    _note(app, who, AuditCode.PERSON_ADDED, person.address, "", peer)
    return person_view(app, who, person)


def edit_person(app: App, who: Principal, person: Person, seen: str, peer: str = "") -> PersonView:
    """Replace a person; ``seen`` is the version that the edit was made from. The address stays as it is written.

    Raises ``StalePerson``, ``NotFound``, ``TemporaryError``.
    """
    before = _seen(app, who, person.address, seen)
    after = replace(person, address=before.address)
    if after == before:
        return person_view(app, who, before)
    try:
        app.directory.change(who.tenant_id, before, after)
    except Conflict as conflict:
        raise _stale(app, who, person.address) from conflict
    fields = ", ".join(name for name in _FIELDS if getattr(before, name) != getattr(after, name))
    _note(app, who, AuditCode.PERSON_CHANGED, before.address, fields, peer)
    return person_view(app, who, after)


def remove_person(app: App, who: Principal, address: str, seen: str, peer: str = "") -> None:
    """They stay known as not active. Raises ``StalePerson``, ``NotFound``, ``TemporaryError``."""
    before = _seen(app, who, address, seen)
    try:
        app.directory.change(who.tenant_id, before, replace(before, active=False))
    except Conflict as conflict:
        raise _stale(app, who, address) from conflict
    _note(app, who, AuditCode.PERSON_REMOVED, before.address, "", peer)


def _check(who: Principal) -> None:
    if not who.reaches_all(Right.WRITE_PEOPLE):
        raise NotFound("not theirs to change")


def _stored(app: App, who: Principal, address: str) -> Person | None:
    return app.directory.people(who.tenant_id, (address,)).get(address.lower())


def _seen(app: App, who: Principal, address: str, seen: str) -> Person:
    _check(who)
    before = _stored(app, who, address)
    if before is None or not before.active:
        raise NotFound("no such person")
    if version_of(before) != seen:
        raise StalePerson(person_view(app, who, before))
    return before


def _stale(app: App, who: Principal, address: str) -> Conflict:
    present = _stored(app, who, address)
    if present is None or not present.active:
        return Conflict("the person was removed meanwhile")
    return StalePerson(person_view(app, who, present))


def _note(app: App, who: Principal, code: AuditCode, address: str, fields: str, peer: str) -> None:
    note_change(app, who.tenant_id, code, actor_of(who, peer), person=address, fields=fields)
