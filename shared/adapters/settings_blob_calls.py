"""The calls that settings make to Blob storage: read, conditional write, listing. Translates the SDK's errors."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import Verdict, is_transport, repeated, storage_call, unavailable, verdict
from shared.errors import Conflict
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from azure.storage.blob import ContainerClient

_WRITE_TRIES = 3


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob as read. ``document`` is empty where only the known ETag came back."""

    document: bytes
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)


class SettingsBlobs:
    """One container. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, container: str) -> None:
        """No connection is made here."""
        self._process = process
        self._name = container

    @property
    def _container(self) -> ContainerClient:
        return container_client(self._process, self._name)

    def read(self, name: str, known_etag: str = "") -> Blob | None:
        """A blob, ``None`` where there is none; only its ETag where that is ``known_etag``. ``StorageUnavailable``."""
        from azure.core import MatchConditions
        from azure.core.exceptions import HttpResponseError

        condition: dict[str, Any] = {}
        if known_etag:
            condition = {"etag": f'"{known_etag}"', "match_condition": MatchConditions.IfModified}

        def once() -> Blob | None:
            with storage_call("read settings"):
                try:
                    download = self._container.download_blob(name, **condition)
                    properties = download.properties
                    return Blob(download.readall(), str(properties.etag).strip('"'), dict(properties.metadata or {}))
                except HttpResponseError as error:
                    if error.status_code == 304 and known_etag:
                        return Blob(b"", known_etag)
                    if verdict(error) is Verdict.MISSING:
                        return None
                    raise

        return repeated(once, self._process.storage_timeout)

    def write(
        self,
        name: str,
        document: bytes,
        metadata: Mapping[str, str],
        *,
        over: str | None,
        is_ours: Callable[[], bool],
    ) -> str:
        """Write a blob if ``over`` is still its ETag, or with ``None`` if there is none; returns its new ETag.

        ``is_ours`` is asked where an answer was lost: whether the write was carried out. The ETag returned then is
        empty and fits nothing. Raises ``Conflict`` and ``StorageUnavailable``.
        """
        unclear: Exception | None = None
        for tried in range(_WRITE_TRIES):
            try:
                return self._put(name, document, metadata, over)
            except Exception as error:
                if not is_transport(error):
                    raise
                if verdict(error) in (Verdict.EXISTS, Verdict.CHANGED):
                    if unclear is not None and is_ours():
                        return ""
                    raise Conflict("somebody else saved settings first") from error
                unclear = error
            time.sleep(0.1 * 3**tried)
        assert unclear is not None
        if is_ours():
            return ""
        raise unavailable("save settings", unclear) from unclear

    def write_once(self, name: str, document: bytes, metadata: Mapping[str, str]) -> None:
        """Write a blob unless there is one. Raises ``StorageUnavailable``."""

        def once() -> None:
            with storage_call("write the history of settings"):
                try:
                    self._put(name, document, metadata, None)
                except Exception as error:
                    if verdict(error) is not Verdict.EXISTS:
                        raise

        repeated(once, self._process.storage_timeout)

    def _put(self, name: str, document: bytes, metadata: Mapping[str, str], over: str | None) -> str:
        from azure.core import MatchConditions
        from azure.storage.blob import ContentSettings

        kind = ContentSettings(content_type="application/json")
        client = self._container.get_blob_client(name)
        condition: dict[str, Any] = {"overwrite": False}
        if over is not None:
            condition = {"overwrite": True, "etag": f'"{over}"', "match_condition": MatchConditions.IfNotModified}
        answer = client.upload_blob(document, content_settings=kind, metadata=dict(metadata), **condition)
        return str(answer["etag"]).strip('"')

    def top_level(self) -> dict[str, str]:
        """Names and ETags of the blobs that lie in no folder. Raises ``StorageUnavailable``."""
        from azure.storage.blob import BlobProperties

        def once() -> dict[str, str]:
            with storage_call("list settings"):
                return {
                    str(item.name): str(item.etag).strip('"')
                    for item in self._container.walk_blobs(delimiter="/")
                    if isinstance(item, BlobProperties)
                }

        return repeated(once, self._process.storage_timeout)

    def below(self, prefix: str) -> dict[str, Mapping[str, str]]:
        """Names and metadata of the blobs whose names begin so. Raises ``StorageUnavailable``."""

        def once() -> dict[str, Mapping[str, str]]:
            with storage_call("list the history of settings"):
                return {
                    str(item.name): dict(item.metadata or {})
                    for item in self._container.list_blobs(name_starts_with=prefix, include=["metadata"])
                }

        return repeated(once, self._process.storage_timeout)
