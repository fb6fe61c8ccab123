"""Tenants', groups' and users' settings in Blob storage: the ``SettingsStore`` port.

This file is about the tenant's own: the conditional write of the present version is the commit; the version blob follows
it, and is written again before the next commit in case a crash came in between, so that no version is ever missing from
the history. Names of blobs: ``settings_blob_format.py``; groups and users: ``settings_blob_scopes.py``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from shared.adapters.settings_blob_calls import SettingsBlobs
from shared.adapters.settings_blob_format import read_note, version_name, write_note
from shared.adapters.settings_blob_scopes import LONGEST_STALE_SECONDS as LONGEST_STALE_SECONDS
from shared.adapters.settings_blob_scopes import ScopeDocuments
from shared.adapters.settings_blob_versions import SettingsVersions
from shared.core.message.identity import TENANT_ID
from shared.core.policy.tenant_settings import TenantSettings, read_settings, write_settings
from shared.core.settings.change_note import NO_NOTE, ChangeNote, VersionEntry, check_note
from shared.core.settings.scope import TENANT_SCOPE, Level, Scope
from shared.core.settings.scope_settings import Document, ScopeSettings
from shared.errors import Conflict, InvalidSettings, NotFound, StorageUnavailable
from shared.settings import ProcessSettings

MOST_CACHED = 2000
"""Tenants whose settings are kept in memory."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Cached:
    """``checked_at``: when storage was last asked; ``good_at``: when it last confirmed. Seconds of the cache's clock."""

    settings: TenantSettings
    etag: str
    checked_at: float
    good_at: float


class BlobSettingsStore:
    """``SettingsStore`` on one container. Safe to use from several threads."""

    def __init__(
        self,
        process: ProcessSettings,
        *,
        container: str = "settings",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``container`` must exist. No connection is made here."""
        self._process = process
        self._monotonic = monotonic
        self._blobs = SettingsBlobs(process, container)
        self._versions = SettingsVersions(self._blobs)
        self._scopes = ScopeDocuments(self._blobs, self._versions, process.settings_cache_seconds, monotonic)
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, _Cached] = OrderedDict()
        self._listed: tuple[TenantSettings, ...] | None = None
        self._list_checked_at = self._list_good_at = 0.0

    def tenant(self, tenant_id: str) -> TenantSettings:
        """See the port. Raises ``NotFound``, ``StorageUnavailable``, and ``InvalidSettings`` for a damaged document."""
        if not TENANT_ID.fullmatch(tenant_id):
            raise NotFound("not a tenant id")
        now = self._monotonic()
        with self._lock:
            known = self._cache.get(tenant_id)
            if known is not None:
                if self._is_fresh(known.checked_at, known.good_at, now):
                    return known.settings
                known.checked_at = now  # while this thread asks, the others go on with what is known
        try:
            return self._refresh(tenant_id, known)
        except StorageUnavailable:
            if known is None or now - known.good_at > LONGEST_STALE_SECONDS:
                raise
            _log.warning("settings of a tenant are served from memory: storage does not answer")
            return known.settings
        except (NotFound, InvalidSettings):
            with self._lock:
                self._cache.pop(tenant_id, None)
            raise

    def tenants(self) -> tuple[TenantSettings, ...]:
        """See the port; by tenant id. A damaged document is replaced by its last good version or left out, with a
        warning, so that it takes nothing from the others. Raises ``StorageUnavailable``.
        """
        now = self._monotonic()
        with self._lock:
            listed = self._listed
            if listed is not None and self._is_fresh(self._list_checked_at, self._list_good_at, now):
                return listed
            self._list_checked_at = now
        try:
            found = [self._listed_tenant(name, etag) for name, etag in self._list().items()]
        except StorageUnavailable:
            if listed is None or now - self._list_good_at > LONGEST_STALE_SECONDS:
                raise
            _log.warning("settings of all tenants are served from memory: storage does not answer")
            return listed
        result = tuple(sorted(filter(None, found), key=lambda settings: settings.tenant_id))
        with self._lock:
            self._listed, self._list_good_at = result, now
        return result

    def save(self, settings: TenantSettings, note: ChangeNote = NO_NOTE) -> TenantSettings:
        """See the port. Raises ``Conflict``, ``InvalidSettings`` and ``StorageUnavailable``."""
        tenant_id = settings.tenant_id
        if not TENANT_ID.fullmatch(tenant_id):
            raise InvalidSettings("not a tenant id", public="tenant_id: a-z, 0-9 and -, at most 63 characters")
        present = self._blobs.read(f"{tenant_id}.json")
        version = 0 if present is None else read_settings(present.document).version
        if settings.version != version:
            raise Conflict(f"settings were made from version {settings.version}, the present one is {version}")
        document = write_settings(msgspec.structs.replace(settings, version=version + 1))
        saved = read_settings(document)  # a model is checked when it is read, not when it is made
        metadata = write_note(check_note(note))
        if present is not None:
            self._blobs.write_once(
                version_name(tenant_id, TENANT_SCOPE, version),
                present.document,
                write_note(read_note(present.metadata)),
            )
        etag = self._blobs.write(
            f"{tenant_id}.json",
            document,
            metadata,
            over=None if present is None else present.etag,
            is_ours=lambda: self._is_ours(saved, document, note),
        )
        now = self._monotonic()
        with self._lock:
            self._keep(tenant_id, _Cached(saved, etag, now, now))
            self._listed = None
        try:
            self._blobs.write_once(version_name(tenant_id, TENANT_SCOPE, version + 1), document, metadata)
        except StorageUnavailable as error:  # saved all the same; the next save writes it
            _log.warning("the history of settings lags behind: %s", error)
        return saved

    def scopes(self, tenant_id: str) -> Mapping[Scope, int]:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        return self._scopes.scopes(tenant_id)

    def save_scope(self, settings: ScopeSettings, note: ChangeNote = NO_NOTE) -> ScopeSettings:
        """See the port. Raises ``Conflict``, ``InvalidSettings`` and ``StorageUnavailable``."""
        if not TENANT_ID.fullmatch(settings.tenant_id):
            raise InvalidSettings("not a tenant id", public="tenant_id: a-z, 0-9 and -, at most 63 characters")
        return self._scopes.save(settings, check_note(note))

    def present(self, tenant_id: str, scope: Scope) -> Document:
        """See the port. Raises ``InvalidSettings`` for a damaged document, ``StorageUnavailable``."""
        _check(tenant_id)
        if scope.level is not Level.TENANT:
            return self._scopes.present(tenant_id, scope)
        return self._present(tenant_id)[0]

    def version(self, tenant_id: str, scope: Scope, number: int) -> Document:
        """See the port. Raises ``InvalidSettings`` for a damaged document, ``StorageUnavailable``."""
        _check(tenant_id)
        try:
            return self._versions.version(tenant_id, scope, number)
        except NotFound:
            if scope.level is not Level.TENANT:
                raise
            present, _ = self._present(tenant_id)
            if present.version != number:  # the present one may not be in the history yet
                raise
            return present

    def history(self, tenant_id: str, scope: Scope) -> tuple[VersionEntry, ...]:
        """See the port. Raises ``StorageUnavailable``."""
        _check(tenant_id)
        entries = self._versions.history(tenant_id, scope)
        if scope.level is not Level.TENANT:
            return entries
        present, note = self._present(tenant_id)
        if entries and entries[0].version >= present.version:
            return entries
        return (VersionEntry(scope, present.version, note), *entries)

    def _present(self, tenant_id: str) -> tuple[TenantSettings, ChangeNote]:
        """What is stored now, without the cache."""
        blob = self._blobs.read(f"{tenant_id}.json")
        if blob is None:
            raise NotFound("no settings for this tenant")
        return read_settings(blob.document), read_note(blob.metadata)

    def _is_fresh(self, checked_at: float, good_at: float, now: float) -> bool:
        return now - checked_at < self._process.settings_cache_seconds and now - good_at <= LONGEST_STALE_SECONDS

    def _keep(self, tenant_id: str, cached: _Cached) -> None:
        self._cache[tenant_id] = cached
        self._cache.move_to_end(tenant_id)
        while len(self._cache) > MOST_CACHED:
            self._cache.popitem(last=False)

    def _refresh(self, tenant_id: str, known: _Cached | None) -> TenantSettings:
        """The present settings, fetched unless storage says that the known ones still are."""
        now = self._monotonic()
        blob = self._blobs.read(f"{tenant_id}.json", known.etag if known is not None else "")
        if blob is None:
            raise NotFound("no settings for this tenant")
        if known is not None and blob.etag == known.etag:
            with self._lock:
                known.checked_at = known.good_at = now
            return known.settings
        settings = read_settings(blob.document)
        if settings.tenant_id != tenant_id:
            raise InvalidSettings("a settings document names another tenant than its blob")
        with self._lock:
            self._keep(tenant_id, _Cached(settings, blob.etag, now, now))
        return settings

    def _listed_tenant(self, tenant_id: str, etag: str) -> TenantSettings | None:
        now = self._monotonic()
        with self._lock:
            known = self._cache.get(tenant_id)
            if known is not None and known.etag == etag:
                known.checked_at = known.good_at = now
                return known.settings
        try:
            return self._refresh(tenant_id, known)
        except NotFound:
            return None  # removed since it was listed
        except InvalidSettings as error:
            _log.warning("settings of tenant %s cannot be read: %s", tenant_id, error)
            return None if known is None else known.settings

    def _list(self) -> dict[str, str]:
        """Tenant id and ETag of every present version."""
        listed = self._blobs.top_level()
        names = {name.removesuffix(".json"): etag for name, etag in listed.items() if name.endswith(".json")}
        return {name: etag for name, etag in names.items() if TENANT_ID.fullmatch(name)}

    def _is_ours(self, saved: TenantSettings, document: bytes, note: ChangeNote) -> bool:
        """Whether a write whose answer was lost was carried out; a later save has put it into the history."""
        for name in (f"{saved.tenant_id}.json", version_name(saved.tenant_id, TENANT_SCOPE, saved.version)):
            blob = self._blobs.read(name)
            if blob is not None and blob.document == document and read_note(blob.metadata) == note:
                return True
        return False


def _check(tenant_id: str) -> None:
    if not TENANT_ID.fullmatch(tenant_id):
        raise NotFound("not a tenant id")
