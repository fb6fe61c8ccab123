"""The settings that count for one sender: their own, their groups' and the tenant's merged (product.md S1, S2).

A message costs no look at storage for this: who has settings at all is known from an index that is asked for every few
seconds, and the directory is asked for groups only where some group has settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import UNSET

from shared import log
from shared.app import App
from shared.core.message.domains import spellings
from shared.core.policy.decision import Decision
from shared.core.policy.same import Same
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.group_chain import settings_chain
from shared.core.settings.merge import Effective, effective
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope, group_scope, read_scope_name, user_scope
from shared.core.settings.scope_settings import Document, ScopeSettings
from shared.core.settings.shared_values import value_set
from shared.errors import InvalidSettings, NotFound, PermanentError


def effective_settings(app: App, tenant_id: str, address: str) -> Effective:
    """The merged settings for mail from ``address``, which may be nobody's (the null sender, an unknown person).

    Raises ``NotFound`` for an unknown tenant, ``TemporaryError``, and ``InvalidSettings`` for a damaged document.
    """
    tenant = app.settings.tenant(tenant_id)
    versions = app.settings.scopes(tenant_id)
    if not versions or not address:
        return effective(tenant)
    found: list[ScopeSettings] = []
    for scope in scopes_of(app, tenant_id, address, versions):
        layer = app.settings.version(tenant_id, scope, versions[scope])
        if isinstance(layer, ScopeSettings):
            found.append(layer)
    return _merged(tenant, found)


def settings_for(app: App, tenant_id: str, address: str) -> TenantSettings:
    """``effective_settings`` for times, languages and pages: where a layer cannot be read, the tenant's alone count.

    Raises ``NotFound`` for an unknown tenant, ``TemporaryError``.
    """
    try:
        return effective_settings(app, tenant_id, address).settings
    except PermanentError as error:
        log.trouble("settings", None, error)
        return app.settings.tenant(tenant_id)


def chosen_language(app: App, tenant_id: str, person: str) -> str:
    """The language that a person has chosen in their own settings, where nobody above decides it; else ``""``.

    It comes before the one that a directory knows; a tenant's or group's language is for people of whom none is known.
    Raises ``TemporaryError``.
    """
    try:
        layers = effective_settings(app, tenant_id, person).layers
    except PermanentError as error:
        log.trouble("settings", None, error)
        return ""
    found = next((layer for layer in layers if value_set(layer, "notices.language") is not UNSET), None)
    is_own = isinstance(found, ScopeSettings) and found.scope.level is Level.USER
    return str(value_set(found, "notices.language")) if found is not None and is_own else ""


def settings_judged_by(app: App, tenant_id: str, decision: Decision) -> TenantSettings:
    """The settings by which a decision was taken, as they were then: its templates, its policies' passwords.

    Raises ``NotFound`` where a version is not kept, ``TemporaryError``, and ``InvalidSettings``.
    """
    present = app.settings.tenant(tenant_id)
    named = [(read_scope_name(name), number) for name, number in decision.settings_versions]
    tenant: Document = present
    if decision.settings_version != present.version:
        tenant = app.settings.version(tenant_id, TENANT_SCOPE, decision.settings_version)
    layers = [
        app.settings.version(tenant_id, scope, number) for scope, number in named if scope.level is not Level.TENANT
    ]
    if not isinstance(tenant, TenantSettings):
        raise NotFound("the tenant's settings are no tenant's settings")
    return _merged(tenant, [layer for layer in layers if isinstance(layer, ScopeSettings)]).settings


def scopes_of(app: App, tenant_id: str, address: str, among: Mapping[Scope, int]) -> tuple[Scope, ...]:
    """Those of the scopes that count for a person, in the order in which they win: groups from the top, then the user.

    Raises ``TemporaryError`` where the directory cannot be reached.
    """
    found: list[Scope] = []
    names = spellings(address)  # quotes around one's name are no way past what a group has set
    if _has_groups(Same(among)):
        known = app.directory.people(tenant_id, names)
        person = next((known[name] for name in names if name in known), None)
        primary = person.groups[0] if person is not None and person.groups else ""
        found = [scope for scope in map(group_scope, group_chain(app, tenant_id, primary)) if scope in among]
    try:
        user = next((scope for scope in map(user_scope, names) if scope in among), None)
    except InvalidSettings:  # a sender whose address could not be anybody's in a directory
        return tuple(found)
    return tuple(found) if user is None else (*found, user)


@lru_cache(maxsize=1024)
def _has_groups(among: Same[Mapping[Scope, int]]) -> bool:
    """Found once as long as nothing changes: a tenant may have settings of fifty thousand users, and of no group."""
    return any(scope.level is Level.GROUP for scope in among.of)


def group_chain(app: App, tenant_id: str, primary: str) -> tuple[str, ...]:
    """The primary group and those above it, from the topmost down. Raises ``TemporaryError``."""

    def above(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {folded: group.above for folded, group in app.directory.groups(tenant_id, ids).items()}

    return settings_chain(primary, above)


def _merged(tenant: TenantSettings, layers: Sequence[ScopeSettings]) -> Effective:
    groups = [layer for layer in layers if layer.level == "group"]
    return effective(tenant, groups, next((layer for layer in layers if layer.level == "user"), None))
