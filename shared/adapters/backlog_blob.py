"""How far judging is behind, as the relay reads it from Blob storage. Stage receive; ``backlog_blob_writer`` writes it."""

from __future__ import annotations

import msgspec

from shared.adapters.storage_rest import BlobRest, account_from
from shared.errors import StorageUnavailable
from shared.ports_relay import Backlog

CONTAINER = "health"
NAME = "backlog.json"
# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(Backlog)


class BlobBacklogSource:
    """``BacklogSource`` on Blob storage: one small GET each time."""

    def __init__(self, connection_string: str, *, timeout_seconds: float, container: str = CONTAINER) -> None:
        self._rest = BlobRest(account_from(connection_string), timeout_seconds=timeout_seconds, connections=1)
        self._blob = f"{container}/{NAME}"

    async def read(self) -> Backlog | None:
        """See ``BacklogSource``."""
        answer = await self._rest.request("GET", self._blob)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise answer.unexpected("reading the backlog")
        try:
            return _DECODER.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StorageUnavailable(f"reading the backlog: {error}") from error

    async def close(self) -> None:
        """Let the connection to storage go."""
        await self._rest.close()
