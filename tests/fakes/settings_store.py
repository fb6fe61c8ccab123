"""``FakeSettingsStore``: the ``SettingsStore`` port in memory, without a cache."""

from __future__ import annotations

import threading

import msgspec

from shared.core.message.identity import TENANT_ID
from shared.core.policy.tenant_settings import TenantSettings, read_settings, write_settings
from shared.errors import Conflict, InvalidSettings, NotFound
from tests.fakes.trouble import Trouble


class FakeSettingsStore:
    """Methods for ``trouble``: ``tenant``, ``tenants``, ``save``. ``settings`` are there from the beginning."""

    def __init__(self, *settings: TenantSettings) -> None:
        self.trouble = Trouble()
        self._lock = threading.Lock()
        self._tenants = {item.tenant_id: item for item in settings}

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

    def save(self, settings: TenantSettings) -> TenantSettings:
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
            return saved
