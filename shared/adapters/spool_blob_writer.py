"""The relay's side of the spool on Blob storage. Stage receive: what this commits is what ``250`` promises.

A message of up to a block goes in one conditional Put Blob. A larger one is staged block by block while it comes in, so
that memory stays flat, and one conditional Put Block List makes it a message; blocks that never get there are dropped by
storage after a week. Nothing is ever overwritten.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping

from shared.adapters.spool_blob_format import (
    ENVELOPES,
    IN_SIDECAR,
    METADATA_FIELD,
    SPOOL,
    encode,
    metadata_value,
    sidecar_name,
)
from shared.adapters.storage_rest import Answer, BlobRest, account_from
from shared.errors import StorageUnavailable
from shared.ports_relay import Spooled

BLOCK_BYTES = 1024 * 1024
"""A block is sent when it has reached this size; Azure allows 50,000 of them."""
_EXISTS = frozenset({409, 412})
_PAUSES = (0.0, 0.2, 0.6, 1.2)
"""Before each further try of a commit whose connection broke, in seconds."""


class BlobSpoolWriter:
    """``SpoolWriter`` on Blob storage. ``timeout_seconds`` bounds each of its calls to storage.

    The containers must exist; their names are ``prefix`` and ``spool``, ``envelopes``. ``on_commit`` is called with the
    blob (``container/name``), its ETag and size after each commit; it must not raise or wait.
    """

    def __init__(
        self,
        connection_string: str,
        *,
        timeout_seconds: float,
        block_bytes: int = BLOCK_BYTES,
        prefix: str = "",
        on_commit: Callable[[str, str, int], None] | None = None,
    ) -> None:
        self._on_commit = on_commit
        self._rest = BlobRest(account_from(connection_string), timeout_seconds=timeout_seconds)
        self._block_bytes = block_bytes
        self._prefix = prefix

    async def write(self, message: Spooled, chunks: AsyncIterator[bytes]) -> int:
        """See ``SpoolWriter``."""
        blob = f"{self._prefix}{SPOOL}/{message.ref.blob_name}"
        held: list[bytes] = []
        held_bytes = 0
        size = 0
        blocks: list[str] = []
        staging: asyncio.Task[None] | None = None
        try:
            async for chunk in chunks:
                held.append(chunk)
                held_bytes += len(chunk)
                size += len(chunk)
                if held_bytes >= self._block_bytes:
                    # One block is under way while the next one fills: storage and client work at the same time, and
                    # memory holds two blocks however large the message is.
                    if staging is not None:
                        await staging
                    block = held[0] if len(held) == 1 else b"".join(held)
                    held, held_bytes = [], 0
                    staging = asyncio.create_task(self._stage(blob, _block_id(blocks), block))
                    del block
            rest = held[0] if len(held) == 1 else b"".join(held)
            if staging is not None:
                await staging
                if rest:
                    await self._stage(blob, _block_id(blocks), rest)
        except BaseException:
            if staging is not None:
                staging.cancel()
                await asyncio.gather(staging, return_exceptions=True)
            raise
        headers = await self._describe(message)
        if blocks:
            listed = "".join(f"<Uncommitted>{name}</Uncommitted>" for name in blocks)
            body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{listed}</BlockList>'.encode()
            await self._commit(blob, {"comp": "blocklist"}, headers, body, size)
        else:
            await self._commit(blob, {}, {**headers, "x-ms-blob-type": "BlockBlob"}, rest, size)
        return size

    async def ready(self) -> bool:
        """See ``SpoolWriter``: whether the spool container answers."""
        try:
            answer = await self._rest.request("HEAD", self._prefix + SPOOL, query={"restype": "container"})
        except StorageUnavailable:
            return False
        return answer.status == 200

    async def close(self) -> None:
        """Let the connections to storage go."""
        await self._rest.close()

    async def _describe(self, message: Spooled) -> dict[str, str]:
        """The metadata header; where the envelope does not fit, the sidecar is stored first."""
        document = encode(message)
        value = metadata_value(document)
        if value == IN_SIDECAR:
            name = f"{self._prefix}{ENVELOPES}/{sidecar_name(message.ref)}"
            headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/json"}
            answer = await self._twice(name, {}, headers, document)
            if answer.status != 201:
                raise answer.unexpected("storing the envelope")
        return {f"x-ms-meta-{METADATA_FIELD}": value}

    async def _stage(self, blob: str, name: str, block: bytes) -> None:
        """Put Block. The same block twice is one, so a try that got no answer is simply repeated."""
        answer = await self._twice(blob, {"comp": "block", "blockid": name}, {}, block)
        if answer.status != 201:
            raise answer.unexpected("staging a block")

    async def _commit(
        self, blob: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, size: int
    ) -> None:
        """The one request that makes it a message, on condition that there is none of that name."""
        tries = 0
        conditional = {**headers, "If-None-Match": "*"}
        while True:
            tries += 1
            try:
                answer = await self._rest.request("PUT", blob, query=query, headers=conditional, body=body)
                break
            except StorageUnavailable as error:
                # A kept connection may have died unnoticed, or storage be gone for a moment: whether the message is
                # stored is not known then, and a client that is told 451 sends it again. A timeout may not be
                # repeated, the bound would double.
                if tries > len(_PAUSES) or isinstance(error.__cause__, TimeoutError):
                    raise
                await asyncio.sleep(_PAUSES[tries - 1])
        if answer.status in _EXISTS and tries > 1 and await self._is_ours(blob, headers, size):
            return  # the first try had come through, only its answer was lost
        if answer.status != 201:
            raise answer.unexpected("committing a message")
        if self._on_commit is not None:
            self._on_commit(blob, answer.headers.get("etag", ""), size)

    async def _is_ours(self, blob: str, headers: Mapping[str, str], size: int) -> bool:
        answer = await self._rest.request("HEAD", blob)
        field = f"x-ms-meta-{METADATA_FIELD}"
        return (
            answer.status == 200
            and answer.headers.get("content-length") == str(size)
            and answer.headers.get(field) == headers[field]
        )

    async def _twice(self, blob: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Answer:
        """A PUT that may be repeated without harm: once more where the connection broke."""
        try:
            return await self._rest.request("PUT", blob, query=query, headers=headers, body=body)
        except StorageUnavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                raise
        return await self._rest.request("PUT", blob, query=query, headers=headers, body=body)


def _block_id(blocks: list[str]) -> str:
    """The next block's id (all of one length, as storage demands), noted in ``blocks``."""
    name = base64.b64encode(f"{len(blocks):06d}".encode()).decode("ascii")
    blocks.append(name)
    return name
