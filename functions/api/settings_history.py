"""The history of settings: who changed what, any version, what differs, bringing one back; and what counts in the end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from functions.api.scopes import (
    Comment,
    ScopeQuery,
    VersionNumber,
    document_answer,
    own_scope_in,
    scope_in,
    stale,
    version_in,
)
from shared.core.access.roles import Right
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.compare import Difference
from shared.core.settings.origins import Origin
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope
from shared.core.settings.scope_settings import ScopeSettings
from shared.core.settings.stale_edit import StaleEdit
from shared.usecases.compare_settings import compare_versions, list_versions, see_version
from shared.usecases.edit_settings import restore_settings
from shared.usecases.reach_settings import reach_settings
from shared.usecases.see_effective import see_effective

routes = Routes("Settings")

_READERS = (Right.OWN, Right.READ_SETTINGS)


class HistoryQuery(ScopeQuery, frozen=True, kw_only=True):
    """``before`` is the number behind which the page begins; 0 for the newest."""

    before: VersionNumber = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50


class ComparisonQuery(ScopeQuery, frozen=True, kw_only=True):
    """From version ``old`` to ``new``, where 0 is the present one. An ``old`` of 0 is a group or person without settings."""

    old: VersionNumber
    new: VersionNumber = 0


class SettingsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history. ``author`` is an address or ``system``; ``restored`` an older version that came back."""

    version: int
    author: str
    at: datetime | None
    comment: str
    restored: int


class SettingsVersions(msgspec.Struct, frozen=True, kw_only=True):
    """Versions, the newest first. ``before`` asks for the next page; 0 at the end."""

    versions: tuple[SettingsVersion, ...]
    before: int


class SettingsDifferences(msgspec.Struct, frozen=True, kw_only=True):
    """What differs, path by path; passwords are not shown."""

    differences: tuple[Difference, ...]


class Restoration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which older version is to count again, and why."""

    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    comment: Comment = ""


class SavedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The number of the version that was stored."""

    version: int


class ShownOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value comes from: ``default``, or the settings of a tenant, group or person in one version."""

    level: Level
    id: str
    version: int


class EffectiveSetting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as it counts.

    ``path`` is ``notices.language`` or ``rules[external]``. ``passed_over`` are lower levels that have set the same and do
    not count. ``settable_by`` are the levels whose settings would have a say.
    """

    path: str
    value: Any
    origin: ShownOrigin
    passed_over: tuple[ShownOrigin, ...]
    shared: bool
    settable_by: tuple[Level, ...]


class LeftOutItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a lower level that does not count, since ``by`` has one of that id or names it and has none."""

    collection: str
    id: str
    scope: str
    by: str
    why: str


class EffectiveView(msgspec.Struct, frozen=True, kw_only=True):
    """All that counts for one scope, and where each value comes from; passwords are not shown."""

    scope: str
    values: tuple[EffectiveSetting, ...]
    left_out: tuple[LeftOutItem, ...]


@routes.add(
    "GET",
    "/settings/history",
    *_READERS,
    summary="Who changed settings, and when",
    query=HistoryQuery,
    returns=SettingsVersions,
)
def settings_history(call: Call) -> SettingsVersions:
    """The newest first."""
    scope, asked = _readable(call), call.query
    found = list_versions(call.app, call.principal.tenant_id, scope, limit=asked.limit + 1, before=asked.before)
    rows = found[: asked.limit]
    return SettingsVersions(
        versions=tuple(
            SettingsVersion(
                version=row.version,
                author=row.note.author,
                at=row.note.at,
                comment=row.note.comment,
                restored=row.note.restored,
            )
            for row in rows
        ),
        before=rows[-1].version if len(found) > len(rows) else 0,
    )


@routes.add(
    "GET",
    "/settings/tenant/versions/{number}",
    Right.READ_SETTINGS,
    summary="One version of the tenant's settings",
    returns=TenantSettings,
)
def tenant_version(call: Call) -> Answer:
    """As it was saved; passwords are hidden as they are in the present version."""
    return _version(call, TENANT_SCOPE)


@routes.add(
    "GET",
    "/settings/scope/versions/{number}",
    *_READERS,
    summary="One version of the settings of a group or a person",
    query=ScopeQuery,
    returns=ScopeSettings,
)
def scope_version(call: Call) -> Answer:
    """As it was saved; passwords are hidden as they are in the present version."""
    return _version(call, own_scope_in(call))


@routes.add(
    "GET",
    "/settings/comparison",
    *_READERS,
    summary="What differs between two versions",
    query=ComparisonQuery,
    returns=SettingsDifferences,
    cost=2,
)
def compare_settings(call: Call) -> SettingsDifferences:
    """Items are compared by their ids."""
    asked: ComparisonQuery = call.query
    scope = _readable(call)
    found = compare_versions(call.app, call.principal.tenant_id, scope, asked.old, asked.new)
    return SettingsDifferences(differences=found)


@routes.add(
    "POST",
    "/settings/restoration",
    Right.OWN,
    Right.WRITE_SETTINGS,
    summary="Bring an older version back",
    query=ScopeQuery,
    body=Restoration,
    returns=SavedVersion,
    edits=True,
    cost=5,
)
def restore_version(call: Call) -> Answer:
    """Its content becomes the next version; what only the operator sets stays as it is now."""
    asked: Restoration = call.body
    try:
        saved = restore_settings(
            call.app, call.principal, scope_in(call), asked.version, version_in(call), asked.comment
        )
    except StaleEdit as error:
        raise stale(call, error) from None
    return Answer(SavedVersion(version=saved.version), etag=str(saved.version))


@routes.add(
    "GET",
    "/settings/effective",
    *_READERS,
    summary="What counts in the end, and where it comes from",
    query=ScopeQuery,
    returns=EffectiveView,
    cost=2,
)
def effective(call: Call) -> EffectiveView:
    """For a person's mail, or for somebody of a group who has set nothing. Routes are shown to administrators alone."""
    seen = see_effective(call.app, call.principal, scope_in(call))
    return EffectiveView(
        scope=str(seen.scope),
        values=tuple(
            EffectiveSetting(
                path=one.path,
                value=one.value,
                origin=_origin(one.origin),
                passed_over=tuple(map(_origin, one.passed_over)),
                shared=one.shared,
                settable_by=tuple(level for level in Level if level is not Level.DEFAULT and one.can_be_set_by(level)),
            )
            for one in seen.values
        ),
        left_out=tuple(
            LeftOutItem(collection=one.collection, id=one.id, scope=str(one.scope), by=str(one.by), why=one.why)
            for one in seen.left_out
        ),
    )


def _readable(call: Call) -> Scope:
    return reach_settings(call.app, call.principal, scope_in(call)).scope


def _version(call: Call, scope: Scope) -> Answer:
    reached = reach_settings(call.app, call.principal, scope)
    number = call.path["number"]
    if not number.isascii() or not number.isdigit() or not 0 < len(number) <= 10 or int(number) == 0:
        raise Refusal(404, "not-found")
    document = see_version(call.app, call.principal.tenant_id, scope, int(number))
    return document_answer(document, write=reached.write)


def _origin(origin: Origin) -> ShownOrigin:
    return ShownOrigin(level=origin.scope.level, id=origin.scope.id, version=origin.version)
