"""Check one step of a tenant's onboarding and keep what was found; show how all steps stand (product.md W3).

Every check may run twice and at the same time: it changes nothing but what is kept of it, and there the latest counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.app import App
from shared.core.access.roles import PortalRole
from shared.core.lists.message_row import Shelf
from shared.core.onboarding.consent import consent_link
from shared.core.onboarding.finding import (
    MOST_FINDINGS,
    Finding,
    FindingCode,
    Step,
    StepResult,
    StepState,
    finding,
    worst,
)
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import TemporaryError
from shared.ports_lists import Place
from shared.ports_next_hop import HopStep
from shared.ports_people import AuditCode
from shared.usecases.fly_canary import CanaryView, canary_findings, latest_canary
from shared.usecases.note_change import note_change
from shared.usecases.onboarding_domains import check_dns, check_owners
from shared.usecases.reach_onboarding import Onboarder

MOST_SERVERS = 10
RECENT_MESSAGES = 20
_GROUP = "group"


@dataclass(frozen=True, slots=True)
class StepView:
    """How a step stands. ``checked_at`` is ``None`` where it was never checked."""

    step: Step
    state: StepState
    checked_at: datetime | None = None
    checked_by: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class OnboardingView:
    """A tenant's onboarding. ``group`` is whose mail goes through Matta first, empty for everybody's.

    ``consent_link`` is empty where nobody has to consent. ``hosts`` are the relay's names for the tenant.
    """

    tenant_id: str
    name: str
    domains: tuple[str, ...]
    steps: tuple[StepView, ...]
    group: str
    consent_link: str
    directory: str
    hosts: tuple[str, ...]
    has_teams: bool
    has_add_in: bool
    canary: CanaryView | None


def see_onboarding(app: App, onboarder: Onboarder) -> OnboardingView:
    """Everything as it was found last; nothing is checked. Raises ``TemporaryError``."""
    settings, process = onboarder.settings, app.process
    results = app.onboarding.results(settings.tenant_id)
    known = {result.step: result for result in results}
    directory = directory_of(settings)
    link = consent_link(
        process.sign_on_authority,
        directory,
        process.sign_on_client_id,
        process.sign_on_scope,
        f"{process.portal_url.rstrip('/')}/",
        settings.tenant_id,
    )
    steps = tuple(view_of(known[step]) if step in known else StepView(step, _unchecked(app, step)) for step in Step)
    return OnboardingView(
        settings.tenant_id,
        settings.name,
        settings.domains,
        steps,
        chosen_group(results),
        link,
        directory,
        settings.ingress.hosts,
        bool(process.bot_app_id),
        bool(process.addin_url),
        None if onboarder.is_operator else latest_canary(app, settings.tenant_id),
    )


def check_step(app: App, onboarder: Onboarder, step: Step) -> StepView:
    """Check now, and keep it. Raises ``TemporaryError``."""
    begun = app.clock.now()
    found = tuple(_CHECKS[step](app, onboarder))[:MOST_FINDINGS]
    return keep(app, onboarder, step, found, begun)


def keep(app: App, onboarder: Onboarder, step: Step, found: tuple[Finding, ...], at: datetime) -> StepView:
    """Keep what was found, and note who asked."""
    result = StepResult(step, worst(found), at, onboarder.who.address, found)
    kept = app.onboarding.note(onboarder.tenant_id, result)
    note_change(app, onboarder.tenant_id, AuditCode.ONBOARDING_CHECKED, onboarder.actor, step=step, state=result.state)
    return view_of(kept)


def choose_department(app: App, onboarder: Onboarder, group: str) -> StepView:
    """Whose mail the script leads through Matta: a group's (its address), or everybody's (empty)."""
    code = FindingCode.DEPARTMENT_CHOSEN if group else FindingCode.DEPARTMENT_EVERYBODY
    found = (finding(code, StepState.OK, "", group=group),)
    result = StepResult(Step.DEPARTMENT, StepState.OK, app.clock.now(), onboarder.who.address, found)
    kept = app.onboarding.note(onboarder.tenant_id, result)
    note_change(app, onboarder.tenant_id, AuditCode.DEPARTMENT_CHOSEN, onboarder.actor, group=group)
    return view_of(kept)


def chosen_group(results: tuple[StepResult, ...]) -> str:
    """The group that was chosen last."""
    for result in results:
        if result.step is Step.DEPARTMENT and result.findings:
            return dict(result.findings[0].args).get(_GROUP, "")
    return ""


def directory_of(settings: TenantSettings) -> str:
    """The directory that signs the tenant's people on."""
    return settings.access.entra_tenant or settings.teams.entra_tenant


def view_of(result: StepResult) -> StepView:
    """A result as it is shown."""
    return StepView(result.step, result.state, result.checked_at, result.checked_by, result.findings)


def _unchecked(app: App, step: Step) -> StepState:
    missing = (step is Step.TEAMS and not app.process.bot_app_id) or (step is Step.ADD_IN and not app.process.addin_url)
    return StepState.NOT_AVAILABLE if missing else StepState.NOT_BEGUN


def _domains(app: App, onboarder: Onboarder) -> list[Finding]:
    return check_owners(app, onboarder.settings)


def _dns(app: App, onboarder: Onboarder) -> list[Finding]:
    return check_dns(app, onboarder.settings)


def _next_hop(app: App, onboarder: Onboarder) -> list[Finding]:
    servers = [server for route in onboarder.settings.routes for server in route.servers]
    found: list[Finding] = []
    for server in servers[:MOST_SERVERS]:
        name = f"{server.host}:{server.port}"
        note_change(app, onboarder.tenant_id, AuditCode.NEXT_HOP_TRIED, onboarder.actor, server=name)
        steps = app.next_hop.probe(server)
        evidence = [f"{step.step}: {step.text or ('ok' if step.ok else 'failed')}" for step in steps]
        works = bool(steps) and steps[-1].ok and steps[-1].step is HopStep.READY
        code, state = (FindingCode.HOP_WORKS, StepState.OK) if works else (FindingCode.HOP_FAILS, StepState.FAILED)
        found.append(finding(code, state, name, evidence))
    left = len(servers) - MOST_SERVERS
    if left > 0:
        found.append(finding(FindingCode.NOT_ALL_CHECKED, StepState.WARNING, "", count=left))
    return found


def _people(app: App, onboarder: Onboarder) -> list[Finding]:
    people = app.directory.everybody(onboarder.tenant_id)
    if not people:
        return [finding(FindingCode.PEOPLE_NONE, StepState.TO_DO)]
    groups = app.directory.all_groups(onboarder.tenant_id)
    found = [finding(FindingCode.PEOPLE_THERE, StepState.OK, "", count=len(people), groups=len(groups))]
    if not any(person.manager for person in people):
        found.append(finding(FindingCode.PEOPLE_WITHOUT_MANAGER, StepState.WARNING))
    return found


def _sign_on(app: App, onboarder: Onboarder) -> list[Finding]:
    directory = directory_of(onboarder.settings)
    if not app.process.sign_on_audience:
        return [finding(FindingCode.SIGN_ON_NOT_SET_UP, StepState.FAILED)]
    if not directory:
        return [finding(FindingCode.SIGN_ON_NO_DIRECTORY, StepState.TO_DO)]
    who = onboarder.who
    if onboarder.is_operator and not (who.tenant_id == onboarder.tenant_id and PortalRole.USER in who.roles):
        return [finding(FindingCode.SIGN_ON_UNPROVED, StepState.TO_DO, "", directory=directory)]
    # Whoever asks has signed on by this directory: no better proof.
    return [finding(FindingCode.SIGN_ON_WORKS, StepState.OK, "", directory=directory, address=who.address)]


def _teams(app: App, onboarder: Onboarder) -> list[Finding]:
    if not app.process.bot_app_id:
        return [finding(FindingCode.TEAMS_NOT_SET_UP, StepState.NOT_AVAILABLE)]
    if not onboarder.settings.teams.entra_tenant:
        return [finding(FindingCode.TEAMS_NO_DIRECTORY, StepState.TO_DO)]
    person = onboarder.who.person_id.lower()
    if person and app.conversations.of(onboarder.tenant_id, person) is not None:
        return [finding(FindingCode.TEAMS_REACHES, StepState.OK, "", address=onboarder.who.address)]
    return [finding(FindingCode.TEAMS_NOT_INSTALLED, StepState.TO_DO)]


def _add_in(app: App, onboarder: Onboarder) -> list[Finding]:
    if not app.process.addin_url:
        return [finding(FindingCode.ADD_IN_NOT_AVAILABLE, StepState.NOT_AVAILABLE)]
    return [finding(FindingCode.ADD_IN_UPLOAD, StepState.TO_DO, "", url=app.process.addin_url)]


def _department(app: App, onboarder: Onboarder) -> list[Finding]:
    for result in app.onboarding.results(onboarder.tenant_id):
        if result.step is Step.DEPARTMENT and result.findings:
            return list(result.findings)
    return [finding(FindingCode.DEPARTMENT_EVERYBODY, StepState.WARNING, "", group="")]


def _exchange(app: App, onboarder: Onboarder) -> list[Finding]:
    """What the script needs, and whether mail has come in the last two days."""
    settings, found = onboarder.settings, list[Finding]()
    if not settings.ingress.exchange_tenant:
        found.append(finding(FindingCode.EXCHANGE_NO_DIRECTORY, StepState.TO_DO))
    if not settings.ingress.hosts:
        found.append(finding(FindingCode.EXCHANGE_NO_HOST, StepState.TO_DO))
    elif not _is_in_dns(app, settings.ingress.hosts[0]):
        found.append(finding(FindingCode.EXCHANGE_HOST_UNKNOWN, StepState.FAILED, settings.ingress.hosts[0]))
    returns = any(route.returns for route in settings.routes)
    if returns and not (app.process.egress_certificate or app.process.egress_addresses):
        found.append(finding(FindingCode.EXCHANGE_NO_INBOUND, StepState.TO_DO))
    came = _last_reception(app, settings.tenant_id)
    if came is None:
        found.append(finding(FindingCode.EXCHANGE_NO_MAIL, StepState.TO_DO))
        return found
    at, by, host = came
    seen = finding(FindingCode.EXCHANGE_MAIL_CAME, StepState.OK, host, at=at.isoformat(timespec="seconds"), by=by)
    # Mail that comes by another way (an address, a certificate, a password) needs neither directory nor name.
    return [seen] if by != "exchange" or not found else [seen, *found]


def _is_in_dns(app: App, host: str) -> bool:
    """Whether Exchange Online would find the relay; yes where nobody answers now: silence is no absence."""
    try:
        return bool(app.dns.lookup(host, "A") or app.dns.lookup(host, "AAAA"))
    except TemporaryError:
        return True


def _last_reception(app: App, tenant_id: str) -> tuple[datetime, str, str] | None:
    """When the newest message from outside came, as whose, and to which host."""
    today = app.clock.now()
    for day in (today, today - timedelta(days=1)):
        page = app.lists.page(Place(tenant_id, Shelf.DAY, day.strftime("%Y%m%d")), "", RECENT_MESSAGES)
        for row in page.rows:
            stored = app.messages.load(row.ref)
            if stored is not None and stored.record.reception.attributed_by not in ("own", "canary", ""):
                reception = stored.record.reception
                return reception.received_at, reception.attributed_by, reception.relay_host
    return None


def _canary(app: App, onboarder: Onboarder) -> list[Finding]:
    return canary_findings(latest_canary(app, onboarder.tenant_id))


_CHECKS: Mapping[Step, Callable[[App, Onboarder], list[Finding]]] = {
    Step.DOMAINS: _domains,
    Step.DNS: _dns,
    Step.NEXT_HOP: _next_hop,
    Step.PEOPLE: _people,
    Step.SIGN_ON: _sign_on,
    Step.TEAMS: _teams,
    Step.ADD_IN: _add_in,
    Step.DEPARTMENT: _department,
    Step.EXCHANGE: _exchange,
    Step.CANARY: _canary,
}
