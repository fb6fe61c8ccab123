"""Versions of settings in Blob storage, by scope and number. They never change, so memory keeps them, bounded in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from shared.adapters.settings_blob_calls import SettingsBlobs
from shared.adapters.settings_blob_format import folder, read_note, version_name, version_number
from shared.core.policy.tenant_settings import read_settings
from shared.core.settings.change_note import VersionEntry
from shared.core.settings.scope import Level, Scope
from shared.core.settings.scope_settings import Document, read_scope_settings, scope_of
from shared.errors import InvalidSettings, NotFound

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of documents, as stored, that are kept in memory in their decoded form."""
MOST_CACHED = 20_000
_Key = tuple[str, Scope, int]


@dataclass(frozen=True, slots=True)
class _Kept:
    document: Document
    size: int


class SettingsVersions:
    """Safe to use from several threads."""

    def __init__(self, blobs: SettingsBlobs) -> None:
        self._blobs = blobs
        self._lock = threading.Lock()
        self._cache: OrderedDict[_Key, _Kept] = OrderedDict()
        self._bytes = 0

    def version(self, tenant_id: str, scope: Scope, number: int) -> Document:
        """One version. Raises ``NotFound``, ``StorageUnavailable``, ``InvalidSettings`` for a damaged document."""
        key = (tenant_id, scope, number)
        with self._lock:
            known = self._cache.get(key)
            if known is not None:
                self._cache.move_to_end(key)
                return known.document
        blob = self._blobs.read(version_name(tenant_id, scope, number)) if number > 0 else None
        if blob is None:
            raise NotFound(f"no version {number} of these settings", public=f"There is no version {number}.")
        document = read_document(blob.document, tenant_id, scope)
        return self.keep(document, len(blob.document))

    def keep(self, document: Document, size: int) -> Document:
        """Remember a version; where it is known, the object that is known already is returned."""
        key = (document.tenant_id, scope_of(document), document.version)
        with self._lock:
            known = self._cache.get(key)
            if known is not None:
                return known.document
            self._cache[key] = _Kept(document, size)
            self._bytes += size
            while self._cache and (self._bytes > MOST_BYTES or len(self._cache) > MOST_CACHED):
                self._bytes -= self._cache.popitem(last=False)[1].size
        return document

    def history(self, tenant_id: str, scope: Scope) -> tuple[VersionEntry, ...]:
        """All versions that are stored, the newest first."""
        found = self._blobs.below(f"{folder(tenant_id, scope)}/v")
        entries = [
            VersionEntry(scope, number, read_note(metadata))
            for name, metadata in found.items()
            if (number := version_number(name)) and name == version_name(tenant_id, scope, number)
        ]
        return tuple(sorted(entries, key=lambda entry: -entry.version))


def read_document(document: bytes, tenant_id: str, scope: Scope) -> Document:
    """A stored document. Raises ``InvalidSettings`` for a damaged one, and for one of another tenant or scope."""
    settings: Document = read_settings(document) if scope.level is Level.TENANT else read_scope_settings(document)
    if settings.tenant_id != tenant_id or scope_of(settings) != scope:
        raise InvalidSettings("a settings document names another tenant or scope than its blob")
    return settings
