"""Who is told of a hold, and for whom (stage 5): whose decision it is, or the proxies who take it (product.md X1)."""

from __future__ import annotations

from shared.app import App
from shared.core.hold.entitlement import asked_person, people_to_ask
from shared.core.hold.record import MessageRecord
from shared.usecases.open_link import standing_of
from shared.usecases.people_about import people_about
from shared.usecases.reader import Addressee


def hold_parties(app: App, record: MessageRecord) -> tuple[Addressee, ...]:
    """Everybody who is to be told now. Raises ``TemporaryError``."""
    settings, people = app.settings.tenant(record.ref.tenant_id), people_about(app, record)
    asked = asked_person(record, settings, people)
    told = people_to_ask(record, settings, people, app.clock.now())
    return tuple(Addressee(person, "" if people.same(person, asked) else asked) for person in told)


def hold_party(app: App, record: MessageRecord, person: str) -> Addressee:
    """Somebody who was told, and whose proxy they are as things stand. Raises ``TemporaryError``."""
    standing = standing_of(app, record, person)
    return Addressee(person, standing.on_behalf_of if standing else "")
