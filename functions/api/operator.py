"""For the operator of the service: tenants, usage and health. Nothing of any tenant's mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from functions.api.days import Day, span_in
from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.people import SearchText
from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.policy.model import Address, Domain, Name, TenantId
from shared.core.policy.tenant_settings import DkimKey, EntraTenant, NextHopServer, Plan
from shared.core.settings.stale_edit import StaleEdit
from shared.usecases.manage_tenants import (
    NewTenant,
    TenantChange,
    TenantTaken,
    TenantView,
    change_tenant,
    create_tenant,
    list_tenants,
    see_tenant,
    suspend_tenant,
)
from shared.usecases.see_service import ServiceHealth, see_service
from shared.usecases.see_usage import TenantUsage, export_usage, see_usage

routes = Routes("Operator")

USUAL_DAYS = 31
MOST_DAYS = 100
Comment = Annotated[str, msgspec.Meta(max_length=500)]


class TenantsQuery(PageQuery, frozen=True, kw_only=True):
    """``text`` is a part of an id, a name or a domain."""

    text: SearchText = ""


class TenantsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tenants, by id. ``after`` asks for the next page; empty at the end."""

    rows: tuple[TenantView, ...]
    after: str


class TenantEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator sets of a tenant. ``entra_tenant`` is the id of the directory that signs its people on;
    ``peers`` are addresses or ranges from which its mail comes; ``exchange_tenant`` is the directory id that Exchange
    Online names in its header, and ``hosts`` are the relay's names that its connectors send to. ``dkim`` are its keys
    with the names of their secrets. These four stay as they are where they are left out.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    domains: Annotated[tuple[Domain, ...], msgspec.Meta(min_length=1, max_length=900)]
    plan: Plan = "standard"
    trial_ends_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    entra_tenant: EntraTenant = ""
    peers: Annotated[tuple[Name, ...], msgspec.Meta(max_length=100)] | None = None
    exchange_tenant: EntraTenant | None = None
    hosts: Annotated[tuple[Domain, ...], msgspec.Meta(max_length=20)] | None = None
    dkim: Annotated[tuple[DkimKey, ...], msgspec.Meta(max_length=200)] | None = None
    comment: Comment = ""


class TenantCreation(TenantEdit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new tenant. ``next_hop`` takes its outgoing mail; ``administrator`` is made tenant administrator."""

    tenant_id: TenantId
    next_hop: NextHopServer
    administrator: Address | Literal[""] = ""


class Suspension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Suspend a tenant, or let it go on."""

    suspended: bool
    comment: Comment = ""


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Days from ``since`` to ``until`` in UTC, both counted; usually the last 31, at most 100."""

    since: Day = ""
    until: Day = ""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Every tenant's usage, by id."""

    rows: tuple[TenantUsage, ...]


@routes.add("GET", "/operator/tenants", Right.OPERATE, summary="Tenants", query=TenantsQuery, returns=TenantsPage)
def tenants(call: Call) -> TenantsPage:
    """Who they are, their plan and trial, and how they stand."""
    asked: TenantsQuery = call.query
    place = f"tenants\0{asked.text}"
    page = list_tenants(call.app, asked.text, mark_in(call, place), asked.limit)
    return TenantsPage(rows=page.tenants, after=mark_out(call, place, page.after))


@routes.add(
    "POST",
    "/operator/tenants",
    Right.OPERATE,
    summary="Create a tenant",
    body=TenantCreation,
    returns=TenantView,
    status=201,
    problems=(409,),
)
def create_new_tenant(call: Call) -> Answer:
    """409 where the id, a domain, a directory or a peer is another tenant's already."""
    given: TenantCreation = call.body
    new = NewTenant(_change(given), given.tenant_id, given.next_hop, given.administrator)
    try:
        return _answer(create_tenant(call.app, call.principal, new, call.peer), 201)
    except TenantTaken as error:
        raise Refusal(409, "already-there", error.public) from None


@routes.add("GET", "/operator/tenants/{tenant_id}", Right.OPERATE, summary="One tenant", returns=TenantView)
def tenant(call: Call) -> Answer:
    """The ETag is the version of its settings."""
    return _answer(see_tenant(call.app, call.path["tenant_id"]))


@routes.add(
    "PUT",
    "/operator/tenants/{tenant_id}",
    Right.OPERATE,
    summary="Change a tenant",
    body=TenantEdit,
    returns=TenantView,
    edits=True,
    problems=(409,),
)
def update_tenant(call: Call) -> Answer:
    """Its name, domains, plan, trial, directory, peers and ways of Exchange; everything else is the tenant's own."""
    tenant_id = call.path["tenant_id"]
    try:
        return _answer(
            change_tenant(call.app, call.principal, tenant_id, _change(call.body), _version(call), call.peer)
        )
    except StaleEdit:
        raise _stale(call, tenant_id) from None
    except TenantTaken as error:
        raise Refusal(409, "already-there", error.public) from None


@routes.add(
    "PUT",
    "/operator/tenants/{tenant_id}/suspension",
    Right.OPERATE,
    summary="Suspend a tenant, or let it go on",
    body=Suspension,
    returns=TenantView,
    edits=True,
)
def set_suspension(call: Call) -> Answer:
    """While it is suspended the relay defers its mail and nobody signs on. What is held stays held."""
    tenant_id = call.path["tenant_id"]
    asked: Suspension = call.body
    try:
        return _answer(
            suspend_tenant(
                call.app, call.principal, tenant_id, asked.suspended, _version(call), call.peer, asked.comment
            )
        )
    except StaleEdit:
        raise _stale(call, tenant_id) from None


@routes.add(
    "GET", "/operator/usage", Right.OPERATE, summary="Usage of every tenant", query=UsageQuery, returns=Usage, cost=10
)
def usage(call: Call) -> Usage:
    """From counters."""
    return Usage(rows=see_usage(call.app, span_in(call, usual=USUAL_DAYS, most=MOST_DAYS, zone="UTC")))


@routes.add(
    "GET",
    "/operator/usage/export",
    Right.OPERATE,
    summary="Usage as a CSV file, for billing",
    query=UsageQuery,
    returns=bytes,
    cost=10,
)
def export_all_usage(call: Call) -> Answer:
    """One line for each tenant. UTF-8 with a mark, as Excel wants it."""
    file = export_usage(call.app, span_in(call, usual=USUAL_DAYS, most=MOST_DAYS, zone="UTC"), call.language)
    return Answer(file=file, file_name="usage.csv", media_type="text/csv; charset=utf-8")


@routes.add("GET", "/operator/health", Right.OPERATE, summary="How the service is", returns=ServiceHealth, cost=5)
def service_health(call: Call) -> ServiceHealth:
    """Every part that mail depends on, the queues, and how far behind the search for lost mail is."""
    return see_service(call.app)


def _change(given: TenantEdit) -> TenantChange:
    return TenantChange(
        given.name,
        given.domains,
        given.plan,
        given.trial_ends_at,
        given.entra_tenant,
        given.comment,
        given.peers,
        given.exchange_tenant,
        given.hosts,
        given.dkim,
    )


def _answer(view: TenantView, status: int = 200) -> Answer:
    return Answer(view, status, etag=str(view.version))


def _version(call: Call) -> int:
    if not call.if_match.isascii() or not call.if_match.isdigit() or len(call.if_match) > 10:
        raise _stale(call, call.path["tenant_id"])
    return int(call.if_match)


def _stale(call: Call, tenant_id: str) -> Refusal:
    return Refusal(412, "stale", current=see_tenant(call.app, tenant_id))
