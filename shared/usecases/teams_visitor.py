"""``Visitor``: who sent an activity of Teams, once it is believed (stage 6): the tenant, and the person by directory id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from shared import log
from shared.app import App
from shared.core.hold.actor import Channel
from shared.core.notice.formats import zone_of
from shared.core.people.person import Person
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.teams.activity import Origin
from shared.core.text.language import Language, choose_language
from shared.errors import PermanentError
from shared.ports_teams import Conversation
from shared.usecases.decide_hold import Asker
from shared.usecases.reader import language_of


class UnknownOrganisation(PermanentError):
    """No tenant, or more than one, says that this is its directory."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. ``person`` is ``None`` where the directory does not know them, and may be one that was removed."""

    origin: Origin
    settings: TenantSettings
    person: Person | None
    language: Language

    @property
    def tenant_id(self) -> str:
        """Matta's own id of the tenant."""
        return self.settings.tenant_id

    @property
    def asker(self) -> Asker:
        """For decisions and for the audit log. Teams does not tell from where a person asks."""
        name = self.person.address if self.person is not None else f"teams:{self.origin.person_id}"
        return Asker(name, Channel.TEAMS)

    @property
    def zone(self) -> tzinfo:
        """The tenant's time zone."""
        return zone_of(self.settings.time_zone)

    def conversation(self, app: App) -> Conversation:
        """Where the visitor can be answered."""
        origin = self.origin
        return Conversation(
            entra_tenant=origin.entra_tenant,
            person_id=origin.person_id,
            id=origin.conversation,
            service_url=origin.service_url,
            person_key=origin.person_key,
            bot_key=origin.bot_key,
            locale=origin.locale,
            installed_at=app.clock.now(),
        )


def find_visitor(app: App, origin: Origin) -> Visitor:
    """Who sent the activity. Raises ``UnknownOrganisation``, ``TemporaryError``.

    Where two tenants name the same directory, the one that knows the person as its own counts, if there is one only: a
    tenant that names another's directory gets none of its people.
    """
    claiming = [one for one in app.settings.tenants() if one.teams.entra_tenant == origin.entra_tenant != ""]
    found = [(one, _person(app, one.tenant_id, origin.person_id)) for one in claiming]
    if len(found) > 1:
        log.trouble("teams", None, UnknownOrganisation("several tenants name one directory"), tenants=len(found))
        found = [(settings, person) for settings, person in found if person is not None and person.active]
    if len(found) != 1:
        raise UnknownOrganisation("no tenant, or not one alone, has this directory")
    [(settings, person)] = found
    if person is None or not person.active:
        return Visitor(origin, settings, person, choose_language(origin.locale, default=settings.notices.language))
    return Visitor(origin, settings, person, language_of(app, settings.tenant_id, person.address, settings))


def _person(app: App, tenant_id: str, person_id: str) -> Person | None:
    return app.directory.people_by_id(tenant_id, (person_id,)).get(person_id) if person_id else None
