"""Look at the history of settings: who changed what and when, one version, and what differs between two (S4)."""

from __future__ import annotations

from shared.app import App
from shared.core.settings.change_note import VersionEntry
from shared.core.settings.compare import Difference, compare
from shared.core.settings.scope import Scope
from shared.core.settings.scope_settings import Document, new_scope_settings


def list_versions(
    app: App, tenant_id: str, scope: Scope, *, limit: int = 100, before: int = 0
) -> tuple[VersionEntry, ...]:
    """At most ``limit`` versions, the newest first; with ``before`` those older than that one.

    Raises ``NotFound`` for an unknown tenant, ``TemporaryError``.
    """
    entries = app.settings.history(tenant_id, scope)
    older = (entry for entry in entries if not before or entry.version < before)
    return tuple(entry for entry, _ in zip(older, range(limit), strict=False))


def see_version(app: App, tenant_id: str, scope: Scope, number: int = 0) -> Document:
    """One version, or with 0 the present one as storage has it. Raises ``NotFound``, ``TemporaryError``."""
    if number:
        return app.settings.version(tenant_id, scope, number)
    return app.settings.present(tenant_id, scope)


def compare_versions(app: App, tenant_id: str, scope: Scope, old: int, new: int = 0) -> tuple[Difference, ...]:
    """What changed from version ``old`` to ``new`` (0: the present one). A group's or user's version 0 is empty.

    Raises ``NotFound``, ``TemporaryError``.
    """
    before = see_version(app, tenant_id, scope, old) if old else new_scope_settings(tenant_id, scope)
    return compare(before, see_version(app, tenant_id, scope, new))
