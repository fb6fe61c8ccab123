"""``FakeSettingsStore``: the ``SettingsStore`` port in memory, without a cache."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import msgspec

from shared.core.message.identity import TENANT_ID
from shared.core.policy.tenant_settings import TenantSettings, read_settings, write_settings
from shared.core.settings.change_note import NO_NOTE, ChangeNote, VersionEntry, check_note
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope
from shared.core.settings.scope_settings import (
    Document,
    ScopeSettings,
    new_scope_settings,
    read_scope_settings,
    write_scope_settings,
)
from shared.errors import Conflict, InvalidSettings, NotFound
from tests.fakes.trouble import Trouble


class FakeSettingsStore:
    """Methods for ``trouble``: ``tenant``, ``tenants``, ``save``, ``scopes``, ``version``, ``present``, ``save_scope``,
    ``history``. ``settings`` are there from the beginning.
    """

    def __init__(self, *settings: TenantSettings) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._tenants = {item.tenant_id: item for item in settings}
        self._versions: dict[tuple[str, Scope], dict[int, tuple[Document, ChangeNote]]] = {
            (item.tenant_id, TENANT_SCOPE): {item.version: (item, NO_NOTE)} for item in settings
        }
        self._scopes: dict[str, dict[Scope, int]] = {}

    def tenant(self, tenant_id: str) -> TenantSettings:
        """See the port."""
        with self.trouble.around("tenant"), self._lock:
            if tenant_id not in self._tenants:
                raise NotFound("no settings for this tenant")
            return self._tenants[tenant_id]

    def tenants(self) -> tuple[TenantSettings, ...]:
        """See the port."""
        with self.trouble.around("tenants"), self._lock:
            return tuple(self._tenants[tenant_id] for tenant_id in sorted(self._tenants))

    def save(self, settings: TenantSettings, note: ChangeNote = NO_NOTE) -> TenantSettings:
        """See the port."""
        with self.trouble.around("save"), self._lock:
            if not TENANT_ID.fullmatch(settings.tenant_id):
                raise InvalidSettings("not a tenant id")
            present = self._tenants.get(settings.tenant_id)
            version = 0 if present is None else present.version
            if settings.version != version:
                raise Conflict(f"settings were made from version {settings.version}, the present one is {version}")
            saved = read_settings(write_settings(msgspec.structs.replace(settings, version=version + 1)))
            self._tenants[settings.tenant_id] = saved
            self._versions.setdefault((saved.tenant_id, TENANT_SCOPE), {})[saved.version] = (saved, check_note(note))
            return saved

    def scopes(self, tenant_id: str) -> Mapping[Scope, int]:
        """See the port."""
        with self.trouble.around("scopes"), self._lock:
            _check(tenant_id)
            return self._scopes.setdefault(tenant_id, {})

    def version(self, tenant_id: str, scope: Scope, number: int) -> Document:
        """See the port."""
        with self.trouble.around("version"), self._lock:
            _check(tenant_id)
            found = self._versions.get((tenant_id, scope), {}).get(number)
            if found is None:
                raise NotFound(f"no version {number} of these settings", public=f"There is no version {number}.")
            return found[0]

    def present(self, tenant_id: str, scope: Scope) -> Document:
        """See the port."""
        with self.trouble.around("present"), self._lock:
            _check(tenant_id)
            if scope.level is Level.TENANT:
                if tenant_id not in self._tenants:
                    raise NotFound("no settings for this tenant")
                return self._tenants[tenant_id]
            return self._present(tenant_id, scope)

    def save_scope(self, settings: ScopeSettings, note: ChangeNote = NO_NOTE) -> ScopeSettings:
        """See the port."""
        with self.trouble.around("save_scope"), self._lock:
            tenant_id, scope = settings.tenant_id, settings.scope
            if not TENANT_ID.fullmatch(tenant_id):
                raise InvalidSettings("not a tenant id")
            number = settings.version + 1
            document = write_scope_settings(msgspec.structs.replace(settings, version=number))
            saved = read_scope_settings(document)
            present = self._present(tenant_id, scope)
            if present.version != settings.version:
                kept = self._versions.get((tenant_id, scope), {}).get(present.version)
                if present.version == number and kept == (saved, note):
                    return saved
                raise Conflict(f"settings were made from version {settings.version}, not from {present.version}")
            self._versions.setdefault((tenant_id, scope), {})[number] = (saved, check_note(note))
            self._scopes[tenant_id] = self._scopes.get(tenant_id, {}) | {scope: number}
            return saved

    def history(self, tenant_id: str, scope: Scope) -> tuple[VersionEntry, ...]:
        """See the port."""
        with self.trouble.around("history"), self._lock:
            _check(tenant_id)
            if scope.level is Level.TENANT and tenant_id not in self._tenants:
                raise NotFound("no settings for this tenant")
            versions = self._versions.get((tenant_id, scope), {})
            return tuple(VersionEntry(scope, number, versions[number][1]) for number in sorted(versions, reverse=True))

    def _present(self, tenant_id: str, scope: Scope) -> Document:
        number = self._scopes.get(tenant_id, {}).get(scope, 0)
        return self._versions[tenant_id, scope][number][0] if number else new_scope_settings(tenant_id, scope)


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
