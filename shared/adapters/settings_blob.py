"""Tenants' settings in Blob storage: the ``SettingsStore`` port.

Container ``settings``: ``{tenant}.json`` is the present version, ``{tenant}/v{version:08}.json`` every version, written
once. The conditional write of the present version is the commit; the version blob follows it, and is written again
before the next commit in case a crash came in between, so that no version is ever missing from the history.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import Verdict, is_transport, repeated, storage_call, unavailable, verdict
from shared.core.message.identity import TENANT_ID
from shared.core.policy.tenant_settings import TenantSettings, read_settings, write_settings
from shared.errors import Conflict, InvalidSettings, NotFound, StorageUnavailable
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

LONGEST_STALE_SECONDS = 900.0
"""How long the last good settings are used while storage does not answer."""
MOST_CACHED = 2000
"""Tenants whose settings are kept in memory."""
_WRITE_TRIES = 3
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Cached:
    """``checked_at``: when storage was last asked; ``good_at``: when it last confirmed. Seconds of the cache's clock."""

    settings: TenantSettings
    etag: str
    checked_at: float
    good_at: float


@dataclass(frozen=True, slots=True)
class _Blob:
    document: bytes
    etag: str


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
        self._name = container
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._cache: OrderedDict[str, _Cached] = OrderedDict()
        self._listed: tuple[TenantSettings, ...] | None = None
        self._list_checked_at = self._list_good_at = 0.0

    @property
    def _container(self) -> ContainerClient:
        return container_client(self._process, self._name)

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

    def save(self, settings: TenantSettings) -> TenantSettings:
        """See the port. Raises ``Conflict``, ``InvalidSettings`` and ``StorageUnavailable``."""
        tenant_id = settings.tenant_id
        if not TENANT_ID.fullmatch(tenant_id):
            raise InvalidSettings("not a tenant id", public="tenant_id: a-z, 0-9 and -, at most 63 characters")
        present = self._read(f"{tenant_id}.json", None)
        version = 0 if present is None else read_settings(present.document).version
        if settings.version != version:
            raise Conflict(f"settings were made from version {settings.version}, the present one is {version}")
        document = write_settings(msgspec.structs.replace(settings, version=version + 1))
        saved = read_settings(document)  # a model is checked when it is read, not when it is made
        if present is not None:
            self._write_version(tenant_id, version, present.document)
        etag = self._replace(saved, document, present)
        now = self._monotonic()
        with self._lock:
            self._keep(tenant_id, _Cached(saved, etag, now, now))
            self._listed = None
        try:
            self._write_version(tenant_id, version + 1, document)
        except StorageUnavailable as error:  # saved all the same; the next save writes it
            _log.warning("the history of settings lags behind: %s", error)
        return saved

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
        blob = self._read(f"{tenant_id}.json", known.etag if known is not None else None)
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
        from azure.storage.blob import BlobProperties

        def once() -> dict[str, str]:
            with storage_call("list settings"):
                return {
                    str(item.name).removesuffix(".json"): str(item.etag).strip('"')
                    for item in self._container.walk_blobs(delimiter="/")
                    if isinstance(item, BlobProperties) and str(item.name).endswith(".json")
                }

        listed = repeated(once, self._process.storage_timeout)
        return {name: etag for name, etag in listed.items() if TENANT_ID.fullmatch(name)}

    def _read(self, name: str, known_etag: str | None) -> _Blob | None:
        """A blob, ``None`` where there is none; only its ETag where that is ``known_etag``."""
        from azure.core import MatchConditions
        from azure.core.exceptions import HttpResponseError

        condition: dict[str, Any] = {}
        if known_etag:
            condition = {"etag": f'"{known_etag}"', "match_condition": MatchConditions.IfModified}

        def once() -> _Blob | None:
            with storage_call("read settings"):
                try:
                    download = self._container.download_blob(name, **condition)
                    return _Blob(download.readall(), str(download.properties.etag).strip('"'))
                except HttpResponseError as error:
                    if error.status_code == 304 and known_etag:
                        return _Blob(b"", known_etag)
                    if verdict(error) is Verdict.MISSING:
                        return None
                    raise

        return repeated(once, self._process.storage_timeout)

    def _replace(self, saved: TenantSettings, document: bytes, present: _Blob | None) -> str:
        """Make ``document`` the present version, if ``present`` still is; returns its ETag. Raises ``Conflict``."""
        name = f"{saved.tenant_id}.json"
        unclear: Exception | None = None
        for tried in range(_WRITE_TRIES):
            try:
                return self._put(name, document, present)
            except Exception as error:
                if not is_transport(error):
                    raise
                if verdict(error) in (Verdict.EXISTS, Verdict.CHANGED):
                    if unclear is not None and self._is_ours(saved, document):
                        return ""  # an ETag that fits nothing: the next look fetches it
                    raise Conflict("somebody else saved settings first") from error
                unclear = error
            time.sleep(0.1 * 3**tried)
        assert unclear is not None
        if self._is_ours(saved, document):
            return ""
        raise unavailable("save settings", unclear) from unclear

    def _is_ours(self, saved: TenantSettings, document: bytes) -> bool:
        """Whether a write whose answer was lost was carried out; a later save has put it into the history."""
        for name in (f"{saved.tenant_id}.json", _version_name(saved.tenant_id, saved.version)):
            blob = self._read(name, None)
            if blob is not None and blob.document == document:
                return True
        return False

    def _put(self, name: str, document: bytes, present: _Blob | None) -> str:
        from azure.core import MatchConditions
        from azure.storage.blob import ContentSettings

        kind = ContentSettings(content_type="application/json")
        client = self._container.get_blob_client(name)
        if present is None:
            answer = client.upload_blob(document, overwrite=False, content_settings=kind)
        else:
            answer = client.upload_blob(
                document,
                overwrite=True,
                etag=f'"{present.etag}"',
                match_condition=MatchConditions.IfNotModified,
                content_settings=kind,
            )
        return str(answer["etag"]).strip('"')

    def _write_version(self, tenant_id: str, version: int, document: bytes) -> None:
        def once() -> None:
            with storage_call("write the history of settings"):
                try:
                    self._put(_version_name(tenant_id, version), document, None)
                except Exception as error:
                    if verdict(error) is not Verdict.EXISTS:
                        raise

        repeated(once, self._process.storage_timeout)


def _version_name(tenant_id: str, version: int) -> str:
    return f"{tenant_id}/v{version:08}.json"
