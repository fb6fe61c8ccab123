"""``Reader``: somebody who is told of something, with what counts for them: language, settings, for whom (stage 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from shared.app import App
from shared.core.notice.formats import zone_of
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.text.language import Language, choose_language
from shared.usecases.effective_settings import chosen_language, settings_for


@dataclass(frozen=True, slots=True)
class Addressee:
    """An address to be told. ``on_behalf_of`` is the person whose proxy they are told as, empty for themselves."""

    person: str
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """An addressee with their language, and with the settings that count for them.

    ``teams_key`` is Teams' own id of the person (``29:…``) where something is made for their chat, empty elsewhere.
    """

    person: str
    on_behalf_of: str
    language: Language
    settings: TenantSettings
    teams_key: str = ""

    @property
    def zone(self) -> tzinfo:
        """The time zone in which they read times."""
        return zone_of(self.settings.time_zone)


def make_reader(app: App, tenant_id: str, addressee: Addressee, teams_key: str = "") -> Reader:
    """What counts for an addressee now. Raises ``NotFound`` for an unknown tenant, ``TemporaryError``."""
    settings = settings_for(app, tenant_id, addressee.person)
    language = language_of(app, tenant_id, addressee.person, settings)
    return Reader(addressee.person, addressee.on_behalf_of, language, settings, teams_key)


def language_of(app: App, tenant_id: str, person: str, settings: TenantSettings) -> Language:
    """The language that a person has chosen, else the one that the directory knows, else that of the settings."""
    known = app.directory.people(tenant_id, (person,)).get(person.lower())
    chosen = chosen_language(app, tenant_id, person)
    return choose_language(chosen, known.language if known else "", default=settings.notices.language)


def notice_sender(settings: TenantSettings) -> str:
    """The From address of mail that Matta writes for a tenant."""
    return settings.notices.sender_address or f"matta@{settings.domains[0].lstrip('.')}"
