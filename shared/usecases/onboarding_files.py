"""Make the files that an administrator takes elsewhere: scripts for Exchange, the Teams app, the add-in's manifest (W3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.app import App
from shared.core.message.pass_mark import pass_words
from shared.core.onboarding.addin_manifest import AddInIdentity, add_in_manifest
from shared.core.onboarding.exchange_script import ExchangePlan, NotReady, install_script, remove_script
from shared.core.onboarding.powershell import BadValue as BadValue
from shared.core.teams.app_package import ICONS, MANIFEST, AppIdentity, build_app_package
from shared.core.text.language import LANGUAGES
from shared.ports_people import AuditCode
from shared.usecases.note_change import note_change
from shared.usecases.onboarding_checks import chosen_group
from shared.usecases.onboarding_domains import listed
from shared.usecases.reach_onboarding import Onboarder


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file for download."""

    name: str
    media_type: str
    data: bytes


def exchange_script(app: App, onboarder: Onboarder, *, remove: bool) -> MadeFile:
    """The script that leads mail through Matta, or past it again. Raises ``NotReady``, ``BadValue``, ``TemporaryError``."""
    settings = onboarder.settings
    hosts = settings.ingress.hosts
    plan = ExchangePlan(
        settings.tenant_id,
        settings.ingress.exchange_tenant,
        hosts[0] if hosts else "",
        chosen_group(app.onboarding.results(settings.tenant_id)),
        pass_words(settings.tenant_id, app.secrets.signing_keys("trace")),
        returns=any(route.returns for route in settings.routes),
        certificate=app.process.egress_certificate,
        addresses=listed(app.process.egress_addresses),
    )
    data = remove_script(plan) if remove else install_script(plan)
    what = "remove" if remove else "install"
    return _made(app, onboarder, MadeFile(f"matta-{what}-{settings.tenant_id}.ps1", "application/octet-stream", data))


def teams_app(app: App, onboarder: Onboarder, parts: Mapping[str, bytes], version: str) -> MadeFile:
    """The app's package. ``parts`` are the files of ``teams_app/``, ``version`` is this installation's (1.2.3). Raises ``NotReady``, ``BadAppPackage``."""
    process = app.process
    if not process.bot_app_id:
        raise NotReady("no bot", public="This installation has no Teams app.")
    identity = AppIdentity(
        bot_id=process.bot_app_id,
        version=version,
        language=onboarder.settings.notices.language,
        domains=(urlsplit(process.public_url).hostname or "",),
        developer=process.service_name,
        website=process.service_website or process.public_url,
        privacy=process.service_privacy or process.public_url,
        terms=process.service_terms or process.public_url,
    )
    texts = {language: parts[f"{language}.json"] for language in LANGUAGES}
    icons = {name: parts[name] for name in ICONS}
    data = build_app_package(parts[MANIFEST], texts, icons, identity)
    return _made(app, onboarder, MadeFile("matta-teams.zip", "application/zip", data))


def add_in(app: App, onboarder: Onboarder, version: str) -> MadeFile:
    """The add-in's manifest for the tenant; ``version`` is this installation's (1.2.3). Raises ``NotReady`` where this installation has no add-in, ``BadManifest``."""
    process = app.process
    if not process.addin_url:
        raise NotReady("no add-in", public="This installation has no Outlook add-in.")
    identity = AddInIdentity(
        onboarder.tenant_id,
        process.addin_url.rstrip("/"),
        process.public_url.rstrip("/"),
        f"{version}.0",
        onboarder.settings.notices.language,
        process.service_name,
        process.service_website or process.public_url,
    )
    data = add_in_manifest(identity)
    return _made(app, onboarder, MadeFile(f"matta-outlook-{onboarder.tenant_id}.xml", "application/xml", data))


def _made(app: App, onboarder: Onboarder, made: MadeFile) -> MadeFile:
    note_change(app, onboarder.tenant_id, AuditCode.ONBOARDING_FILE_MADE, onboarder.actor, file=made.name)
    return made
