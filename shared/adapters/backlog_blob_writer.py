"""How far judging is behind, written to Blob storage for the relay, which reads it by ``backlog_blob``."""

from __future__ import annotations

import msgspec

from shared.adapters.backlog_blob import CONTAINER, NAME
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import repeated, storage_call
from shared.ports_relay import Backlog
from shared.settings import ProcessSettings

_encode = msgspec.json.Encoder().encode


class BlobBacklogBoard:
    """``BacklogBoard`` on Blob storage. The last write stands: two sweeps at a time see nearly the same."""

    def __init__(self, process: ProcessSettings, *, container: str = CONTAINER) -> None:
        """No connection is made here."""
        self._process = process
        self._container = container

    def write(self, backlog: Backlog) -> None:
        """See ``BacklogBoard``."""
        document = _encode(backlog)

        def once() -> None:
            with storage_call("write the backlog"):
                container_client(self._process, self._container).upload_blob(NAME, document, overwrite=True)

        repeated(once, self._process.storage_timeout)
