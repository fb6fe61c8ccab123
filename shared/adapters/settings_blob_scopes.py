"""Groups' and users' settings in Blob storage: who has some (the index), and saving.

Writing a version is the commit: of two that write the same number one wins. The index follows. Where a crash came in
between, the next look of an editor at these settings finds the version and puts it into the index; until then nobody was
told that it was saved.
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
from shared.adapters.settings_blob_format import (
    Index,
    index_name,
    read_index,
    read_note,
    version_name,
    with_version,
    write_note,
)
from shared.adapters.settings_blob_versions import SettingsVersions
from shared.core.settings.change_note import ChangeNote
from shared.core.settings.scope import Scope
from shared.core.settings.scope_settings import (
    Document,
    ScopeSettings,
    new_scope_settings,
    read_scope_settings,
    write_scope_settings,
)
from shared.errors import Conflict, InvalidSettings, StorageUnavailable

LONGEST_STALE_SECONDS = 900.0
"""How long the last good index is used while storage does not answer."""
MOST_CACHED = 2000
"""Tenants whose index is kept in memory."""
_ENTER_TRIES = 60
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _CachedIndex:
    """``checked_at``: when storage was last asked; ``good_at``: when it last confirmed. Seconds of the cache's clock."""

    versions: Mapping[Scope, int]
    etag: str
    checked_at: float
    good_at: float


class ScopeDocuments:
    """Safe to use from several threads."""

    def __init__(
        self, blobs: SettingsBlobs, versions: SettingsVersions, cache_seconds: float, monotonic: Callable[[], float]
    ) -> None:
        self._blobs = blobs
        self._versions = versions
        self._cache_seconds = cache_seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, _CachedIndex] = OrderedDict()

    def scopes(self, tenant_id: str) -> Mapping[Scope, int]:
        """See the port: one conditional look for each tenant and ``cache_seconds``. Raises ``StorageUnavailable``."""
        now = self._monotonic()
        with self._lock:
            known = self._cache.get(tenant_id)
            if known is not None:
                if now - known.checked_at < self._cache_seconds and now - known.good_at <= LONGEST_STALE_SECONDS:
                    return known.versions
                known.checked_at = now  # while this thread asks, the others go on with what is known
        try:
            return self._refresh(tenant_id, known)
        except (StorageUnavailable, InvalidSettings):
            if known is None or now - known.good_at > LONGEST_STALE_SECONDS:
                raise
            _log.warning("the index of settings of a tenant is served from memory: storage does not answer")
            return known.versions

    def present(self, tenant_id: str, scope: Scope) -> Document:
        """See the port."""
        number = self._newest(tenant_id, scope)
        return self._versions.version(tenant_id, scope, number) if number else new_scope_settings(tenant_id, scope)

    def save(self, settings: ScopeSettings, note: ChangeNote) -> ScopeSettings:
        """See the port. Raises ``Conflict``, ``InvalidSettings`` and ``StorageUnavailable``."""
        tenant_id, scope, number = settings.tenant_id, settings.scope, settings.version + 1
        document = write_scope_settings(msgspec.structs.replace(settings, version=number))
        saved = read_scope_settings(document)  # a model is checked when it is read, not when it is made
        name = version_name(tenant_id, scope, number)

        def is_ours() -> bool:
            blob = self._blobs.read(name)
            return blob is not None and blob.document == document and read_note(blob.metadata) == note

        newest = self._newest(tenant_id, scope)
        if newest != settings.version:
            if newest == number and is_ours():
                return saved
            raise Conflict(f"settings were made from version {settings.version}, the present one is {newest}")
        self._blobs.write(name, document, write_note(note), over=None, is_ours=is_ours)
        self._enter(tenant_id, scope, number)
        self._versions.keep(saved, len(document))
        return saved

    def _newest(self, tenant_id: str, scope: Scope) -> int:
        """The number of the present version as storage has it; repairs an index that a crash left behind."""
        versions = self._refresh(tenant_id, self._cache.get(tenant_id))
        number = indexed = versions.get(scope, 0)
        while self._blobs.read(version_name(tenant_id, scope, number + 1)) is not None:
            number += 1
        if number > indexed:
            self._enter(tenant_id, scope, number)
        return number

    def _enter(self, tenant_id: str, scope: Scope, number: int) -> None:
        """Put a committed version into the index, against others who do the same for other scopes at this time."""
        name = index_name(tenant_id)
        for tried in range(_ENTER_TRIES):
            blob = self._blobs.read(name)
            index = _decoded(blob.document) if blob is not None else Index()
            if index.versions().get(scope, 0) >= number:
                break
            changed = msgspec.json.encode(with_version(index, scope, number))
            try:
                # A lost answer is no trouble: the next round sees whether the entry is there.
                self._blobs.write(
                    name, changed, {}, over=blob.etag if blob is not None else None, is_ours=lambda: False
                )
                break
            except Conflict:
                time.sleep(min(0.005 * (tried + 1), 0.05))
        else:
            raise StorageUnavailable("the index of settings could not be written: too many write it at this time")
        self._refresh(tenant_id, None)

    def _refresh(self, tenant_id: str, known: _CachedIndex | None) -> Mapping[Scope, int]:
        now = self._monotonic()
        blob = self._blobs.read(index_name(tenant_id), known.etag if known is not None else "")
        if known is not None and blob is not None and known.etag and blob.etag == known.etag:
            with self._lock:
                known.checked_at = known.good_at = now
            return known.versions
        if blob is None and known is not None and not known.versions:
            with self._lock:
                known.checked_at = known.good_at = now
            return known.versions
        versions = _decoded(blob.document).versions() if blob is not None else {}
        cached = _CachedIndex(versions, blob.etag if blob is not None else "", now, now)
        with self._lock:
            self._cache[tenant_id] = cached
            self._cache.move_to_end(tenant_id)
            while len(self._cache) > MOST_CACHED:
                self._cache.popitem(last=False)
        return versions


def _decoded(document: bytes) -> Index:
    try:
        return read_index(document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"an index of settings cannot be read: {error}") from error
