"""Settings as documents: the tenant's, a group's, a person's; read, replaced as a whole, and tried before."""

from __future__ import annotations

import msgspec

from functions.api.route import Answer, Call, Routes
from functions.api.scopes import (
    LARGEST_SETTINGS,
    EditQuery,
    ScopeEditQuery,
    ScopeQuery,
    document_answer,
    own_scope_in,
    scope_edit,
    stale,
    tenant_edit,
    version_in,
)
from shared.core.access.roles import Right
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.compare import Difference
from shared.core.settings.scope import TENANT_SCOPE, Scope
from shared.core.settings.scope_settings import Document, ScopeSettings
from shared.core.settings.stale_edit import StaleEdit
from shared.usecases.compare_settings import see_version
from shared.usecases.edit_settings import check_draft, edit_settings
from shared.usecases.reach_settings import reach_settings

routes = Routes("Settings")


class CheckedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that could be saved, and what it would change."""

    differences: tuple[Difference, ...]


@routes.add("GET", "/settings/tenant", Right.READ_SETTINGS, summary="The tenant's settings", returns=TenantSettings)
def tenant_settings(call: Call) -> Answer:
    """The ETag is the version. Fixed passwords are hidden from those who may not write; hashes from everybody."""
    return _seen(call, TENANT_SCOPE)


@routes.add(
    "PUT",
    "/settings/tenant",
    Right.WRITE_SETTINGS,
    summary="Replace the tenant's settings",
    query=EditQuery,
    body=TenantSettings,
    returns=TenantSettings,
    edits=True,
    largest_body=LARGEST_SETTINGS,
    cost=5,
)
def put_tenant_settings(call: Call) -> Answer:
    """Stores the next version. Where the present one is not If-Match's, 412 holds it. A hidden password stays as it is."""
    return _saved(call, tenant_edit(call, call.body, version_in(call)))


@routes.add(
    "POST",
    "/settings/tenant/check",
    Right.WRITE_SETTINGS,
    summary="Try a draft of the tenant's settings",
    body=TenantSettings,
    returns=CheckedDraft,
    largest_body=LARGEST_SETTINGS,
    cost=5,
)
def check_tenant_settings(call: Call) -> CheckedDraft:
    """Saves nothing. 422 names the place that is wrong."""
    return CheckedDraft(differences=check_draft(call.app, call.principal, tenant_edit(call, call.body, 0)))


@routes.add(
    "GET",
    "/settings/scope",
    Right.OWN,
    Right.READ_SETTINGS,
    summary="The settings of a group or a person",
    query=ScopeQuery,
    returns=ScopeSettings,
)
def scope_settings(call: Call) -> Answer:
    """The ETag is the version, 0 where nothing is set yet."""
    return _seen(call, own_scope_in(call))


@routes.add(
    "PUT",
    "/settings/scope",
    Right.OWN,
    Right.WRITE_SETTINGS,
    summary="Replace the settings of a group or a person",
    query=ScopeEditQuery,
    body=ScopeSettings,
    returns=ScopeSettings,
    edits=True,
    largest_body=LARGEST_SETTINGS,
    cost=5,
)
def put_scope_settings(call: Call) -> Answer:
    """Stores the next version. Where the present one is not If-Match's, 412 holds it. A hidden password stays as it is."""
    scope = own_scope_in(call)
    return _saved(call, scope_edit(call, scope, call.body, version_in(call)))


@routes.add(
    "POST",
    "/settings/scope/check",
    Right.OWN,
    Right.WRITE_SETTINGS,
    summary="Try a draft of the settings of a group or a person",
    query=ScopeQuery,
    body=ScopeSettings,
    returns=CheckedDraft,
    largest_body=LARGEST_SETTINGS,
    cost=5,
)
def check_scope_draft(call: Call) -> CheckedDraft:
    """Saves nothing. 422 names the place that is wrong."""
    edit = scope_edit(call, own_scope_in(call), call.body, 0)
    return CheckedDraft(differences=check_draft(call.app, call.principal, edit))


def _seen(call: Call, scope: Scope) -> Answer:
    reached = reach_settings(call.app, call.principal, scope)
    document = see_version(call.app, call.principal.tenant_id, reached.scope)
    return document_answer(document, write=reached.write)


def _saved(call: Call, edit: Document) -> Answer:
    try:
        return document_answer(edit_settings(call.app, call.principal, edit, call.query.comment))
    except StaleEdit as error:
        raise stale(call, error) from None
