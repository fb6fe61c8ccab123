"""Tenants as the operator of the service manages them (stage 6; product.md W4): who they are, plan, trial, suspension.

Everything else in a tenant's settings is the tenant's own. No two tenants may claim one domain, directory or peer: mail
and people would belong to either.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.message.domains import DomainSet, normal_domain
from shared.core.message.identity import TENANT_ID
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.model import Domain
from shared.core.policy.tenant_settings import (
    Access,
    DkimKey,
    EntraTenant,
    Grant,
    Ingress,
    NextHopServer,
    Plan,
    Route,
    Signing,
    TenantSettings,
)
from shared.core.settings.scope import TENANT_SCOPE
from shared.errors import Conflict, InvalidSettings, NotFound, PermanentError
from shared.ports_people import AuditCode
from shared.usecases.change_settings import change_settings
from shared.usecases.note_change import note_change, operator_of

LARGEST_PAGE = 200
INGRESS_FIELDS = ("peers", "exchange_tenant", "hosts")
"""What of ``Ingress`` is set here; certificates and users for sign-on come with files."""


class TenantState(StrEnum):
    """How a tenant stands with the operator. The end of a trial stops nothing by itself."""

    ACTIVE = "active"
    TRIAL = "trial"
    TRIAL_ENDED = "trial-ended"
    SUSPENDED = "suspended"


class TenantTaken(PermanentError):
    """What the tenant should have is another one's."""


@dataclass(frozen=True, slots=True)
class TenantView:
    """A tenant as the operator sees it. ``people`` is the last counted number of active people, ``None`` before that.
    ``version`` is that of its settings.
    """

    tenant_id: str
    name: str
    domains: tuple[str, ...]
    peers: tuple[str, ...]
    plan: Plan
    trial_ends_at: datetime | None
    entra_tenant: str
    state: TenantState
    suspended: bool
    administrators: tuple[str, ...]
    people: int | None
    version: int
    exchange_tenant: str = ""
    hosts: tuple[str, ...] = ()
    dkim: tuple[DkimKey, ...] = ()


@dataclass(frozen=True, slots=True)
class TenantsFound:
    """Tenants; ``after`` continues behind them, and is empty at the end."""

    tenants: tuple[TenantView, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class TenantChange:
    """What the operator sets of a tenant. ``peers``, ``exchange_tenant`` and ``hosts`` tell its mail apart at the relay;
    ``dkim`` names the secrets that its own administrators may then use. ``None`` leaves each of these alone.
    """

    name: str
    domains: tuple[str, ...]
    plan: Plan = "standard"
    trial_ends_at: datetime | None = None
    entra_tenant: EntraTenant = ""
    comment: str = ""
    peers: tuple[str, ...] | None = None
    exchange_tenant: EntraTenant | None = None
    hosts: tuple[Domain, ...] | None = None
    dkim: tuple[DkimKey, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A tenant to be made. ``administrator`` is empty or an address."""

    change: TenantChange
    tenant_id: str
    next_hop: NextHopServer
    administrator: str = ""


def list_tenants(app: App, text: str, after: str, limit: int) -> TenantsFound:
    """A page of tenants with ``text`` in their id, name or a domain, by id. Raises ``TemporaryError``."""
    limit, wanted = min(max(limit, 1), LARGEST_PAGE), fold(text).strip()
    found = [
        one
        for one in sorted(app.settings.tenants(), key=lambda settings: settings.tenant_id)
        if one.tenant_id > after and any(wanted in fold(word) for word in (one.tenant_id, one.name, *one.domains))
    ]
    shown = found[:limit]
    return TenantsFound(tuple(_view(app, one) for one in shown), shown[-1].tenant_id if len(found) > limit else "")


def see_tenant(app: App, tenant_id: str) -> TenantView:
    """One tenant as it is stored now. Raises ``NotFound``, ``TemporaryError``."""
    return _view(app, _present(app, tenant_id))


def create_tenant(app: App, who: Principal, new: NewTenant, peer: str = "") -> TenantView:
    """Raises ``TenantTaken``, ``InvalidSettings``, ``TemporaryError``."""
    change = new.change
    if not TENANT_ID.fullmatch(new.tenant_id):
        raise InvalidSettings("no tenant id", public="Small letters, digits and dashes - at `$.tenant_id`")
    ingress = _ingress(Ingress(), change)
    if any(one.tenant_id == new.tenant_id for one in app.settings.tenants()):
        raise TenantTaken("the id is taken", public="There is a tenant with this id already - at `$.tenant_id`")
    _check_free(app, new.tenant_id, change, ingress)
    grants = (Grant(address=new.administrator, role="tenant-administrator"),) if new.administrator else ()
    settings = TenantSettings(
        tenant_id=new.tenant_id,
        name=change.name,
        domains=change.domains,
        routes=(Route(servers=(new.next_hop,)),),
        ingress=ingress,
        signing=Signing(dkim=change.dkim or ()),
        access=Access(entra_tenant=change.entra_tenant, grants=grants),
        plan=change.plan,
        trial_ends_at=change.trial_ends_at,
    )
    try:
        made = change_settings(app, settings, who.address, change.comment)
    except Conflict as conflict:  # somebody else made one of that name meanwhile
        raise TenantTaken("the id is taken", public="There is a tenant with this id already - at `$.tenant_id`") from (
            conflict
        )
    note_change(app, new.tenant_id, AuditCode.TENANT_CREATED, operator_of(who, peer), name=change.name)
    return _view(app, _tenant(made))


def change_tenant(
    app: App, who: Principal, tenant_id: str, change: TenantChange, seen: int, peer: str = ""
) -> TenantView:
    """``seen`` is the version that the edit was made from.

    Raises ``StaleEdit``, ``TenantTaken``, ``InvalidSettings``, ``NotFound``, ``TemporaryError``.
    """
    present = _present(app, tenant_id)
    ingress = _ingress(present.ingress, change)
    _check_free(app, tenant_id, change, _ingress(Ingress(), change))
    edit = msgspec.structs.replace(
        present,
        name=change.name,
        domains=change.domains,
        ingress=ingress,
        signing=present.signing if change.dkim is None else msgspec.structs.replace(present.signing, dkim=change.dkim),
        plan=change.plan,
        trial_ends_at=change.trial_ends_at,
        access=msgspec.structs.replace(present.access, entra_tenant=change.entra_tenant),
        version=seen,
    )
    made = change_settings(app, edit, who.address, change.comment)
    fields = [
        name for name in ("name", "domains", "plan", "trial_ends_at") if getattr(present, name) != getattr(edit, name)
    ]
    fields += [name for name in INGRESS_FIELDS if getattr(present.ingress, name) != getattr(ingress, name)]
    if present.signing != edit.signing:
        fields.append("dkim")
    if present.access != edit.access:
        fields.append("entra_tenant")
    note_change(app, tenant_id, AuditCode.TENANT_CHANGED, operator_of(who, peer), fields=", ".join(fields))
    return _view(app, _tenant(made))


def suspend_tenant(
    app: App, who: Principal, tenant_id: str, suspended: bool, seen: int, peer: str = "", comment: str = ""
) -> TenantView:
    """Suspend a tenant or let it go on. Raises ``StaleEdit``, ``NotFound``, ``TemporaryError``."""
    edit = msgspec.structs.replace(_present(app, tenant_id), suspended=suspended, version=seen)
    made = change_settings(app, edit, who.address, comment)
    code = AuditCode.TENANT_SUSPENDED if suspended else AuditCode.TENANT_RESUMED
    note_change(app, tenant_id, code, operator_of(who, peer), comment=comment)
    return _view(app, _tenant(made))


def state_of(settings: TenantSettings, now: datetime) -> TenantState:
    """How a tenant stands."""
    if settings.suspended:
        return TenantState.SUSPENDED
    if settings.plan != "trial":
        return TenantState.ACTIVE
    over = settings.trial_ends_at is not None and settings.trial_ends_at <= now
    return TenantState.TRIAL_ENDED if over else TenantState.TRIAL


def _view(app: App, settings: TenantSettings) -> TenantView:
    now = app.clock.now()
    return TenantView(
        settings.tenant_id,
        settings.name,
        settings.domains,
        settings.ingress.peers,
        settings.plan,
        settings.trial_ends_at,
        settings.access.entra_tenant or settings.teams.entra_tenant,
        state_of(settings, now),
        settings.suspended,
        tuple(grant.address for grant in settings.access.grants if grant.role == "tenant-administrator"),
        app.counters.people(settings.tenant_id, now.date().replace(day=1), now.date()),
        settings.version,
        settings.ingress.exchange_tenant,
        settings.ingress.hosts,
        settings.signing.dkim,
    )


def _present(app: App, tenant_id: str) -> TenantSettings:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
    return _tenant(app.settings.present(tenant_id, TENANT_SCOPE))


def _tenant(document: object) -> TenantSettings:
    if not isinstance(document, TenantSettings):
        raise NotFound("no such tenant")
    return document


def _ingress(present: Ingress, change: TenantChange) -> Ingress:
    """``present`` with what the change names."""
    _check_peers(change)
    changes = {name: value for name in INGRESS_FIELDS if (value := getattr(change, name)) is not None}
    return msgspec.structs.replace(present, **changes)


def _check_free(app: App, tenant_id: str, change: TenantChange, ingress: Ingress) -> None:
    hosts = {normal_domain(host) for host in ingress.hosts}
    for other in app.settings.tenants():
        if other.tenant_id == tenant_id:
            continue
        if taken := _shared_domain(change.domains, other.domains):
            raise TenantTaken("domain taken", public=f"{taken} is another tenant's domain - at `$.domains`")
        directories = {other.access.entra_tenant, other.teams.entra_tenant} - {""}
        if change.entra_tenant in directories:
            raise TenantTaken("directory taken", public="It is another tenant's directory - at `$.entra_tenant`")
        if _networks(ingress.peers) & _networks(other.ingress.peers):
            raise TenantTaken("peer taken", public="Another tenant's mail comes from there - at `$.peers`")
        if ingress.exchange_tenant and ingress.exchange_tenant == other.ingress.exchange_tenant:
            raise TenantTaken("Exchange taken", public="It is another tenant's directory - at `$.exchange_tenant`")
        if hosts & {normal_domain(host) for host in other.ingress.hosts}:
            raise TenantTaken("host taken", public="Another tenant's mail goes to this name - at `$.hosts`")


def _shared_domain(wanted: tuple[str, ...], others: tuple[str, ...]) -> str:
    """One of ``wanted`` that stands for an address of the others' too, however it is spelled; ``""`` where none does."""
    theirs = DomainSet(others)
    for domain in wanted:
        own = DomainSet((domain,))
        if normal_domain(domain.lstrip(".")) in theirs or any(normal_domain(one.lstrip(".")) in own for one in others):
            return domain
    return ""


def _networks(peers: Iterable[str]) -> set[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The ranges that the relay reads out of ``peers``: 192.0.2.1 and 192.0.2.1/32 are one, and would be nobody's."""
    found = set()
    for peer in peers:
        with contextlib.suppress(ValueError):  # what is no range takes no mail
            found.add(ipaddress.ip_network(peer.strip(), strict=False))
    return found


def _check_peers(change: TenantChange) -> None:
    for number, name in enumerate(change.peers or ()):
        try:
            ipaddress.ip_network(name.strip(), strict=False)
        except ValueError:
            public = f"Neither an address nor a range - at `$.peers[{number}]`"
            raise InvalidSettings("no peer", public=public) from None
