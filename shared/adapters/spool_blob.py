"""The functions' side of the spool on Blob storage: envelopes, contents in pieces, mail that Matta wrote, listings.

Reads what ``spool_blob_writer.py`` commits; names and metadata are in ``spool_blob_format.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.spool_blob_format import (
    ENVELOPES,
    IN_SIDECAR,
    LONGEST_TRANSFER,
    METADATA_FIELD,
    OUTGOING,
    SPOOL,
    VARIANT,
    DamagedSpoolEntry,
    decode,
    document_in,
    encode,
    metadata_value,
    sidecar_name,
    variant_blob_name,
)
from shared.adapters.storage_blob import BlobPiece, read_piece
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import RefusedRequest, Verdict, repeated, storage_call, verdict
from shared.adapters.storage_listing import list_blobs, list_folders
from shared.adapters.storage_service import StorageService, storage_service
from shared.core.message.identity import MessageRef, ref_from_blob_name
from shared.errors import Conflict, NotFound, StorageUnavailable
from shared.ports import Content, Spooled, SpoolEntry
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, ContainerClient

PIECE_BYTES = 4 * 1024 * 1024
"""A message is fetched in pieces of this size; up to one piece it is fetched once and kept."""
_HOURS_LISTED_ONE_BY_ONE = 48
_HOUR = timedelta(hours=1)
_NOTHING_THERE = "InvalidRange"
"""Storage's answer to a request for bytes past the end, which for an empty blob is everything."""


def _in_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of ``PIECE_BYTES``, the last one shorter; nothing for nothing."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)


class BlobSpool:
    """``Spool`` on Blob storage. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, *, prefix: str = "") -> None:
        """The containers must exist; their names are ``prefix`` and ``spool``, ``envelopes``, ``outgoing``."""
        self._process = process
        self._prefix = prefix

    def describe(self, ref: MessageRef) -> Spooled | None:
        """See ``Spool``. Raises ``StorageUnavailable``, and ``DamagedSpoolEntry`` where the envelope cannot be read."""
        from azure.core.exceptions import ResourceNotFoundError

        blob = self._blob(SPOOL, ref.blob_name)

        def properties() -> tuple[str, int] | None:
            with storage_call("look at a spool blob"):
                try:
                    found = blob.get_blob_properties()
                except ResourceNotFoundError as error:
                    if verdict(error) is not Verdict.MISSING:
                        raise  # the container is missing, not the blob
                    return None
                return (found.metadata or {}).get(METADATA_FIELD, ""), int(found.size)

        found = repeated(properties, self._process.storage_timeout)
        if found is None:
            return None
        value, size = found
        return self._decoded(ref, value, size)

    def open(self, ref: MessageRef) -> tuple[Spooled, Content] | None:
        """See ``Spool``. One request for a message of up to ``PIECE_BYTES``. Raises as ``describe`` does."""
        try:
            first = self._piece(SPOOL, ref.blob_name, 0)
        except NotFound:
            return None
        if not first.data:  # storage answers a range of an empty blob with an error that has no metadata
            described = self.describe(ref)
            return None if described is None else (described, self._content(SPOOL, ref.blob_name, first))
        return self._decoded(ref, first.metadata, first.size), self._content(SPOOL, ref.blob_name, first)

    def content(self, source: str, ref: MessageRef, blob: str = "") -> Content:
        """See ``Spool``."""
        if source == VARIANT:
            container, name = OUTGOING, variant_blob_name(ref, blob)
        elif source in {SPOOL, OUTGOING}:
            container, name = source, ref.blob_name
        else:
            raise ValueError("the source is spool, outgoing or variant")
        return self._content(container, name, self._piece(container, name, 0))

    def _decoded(self, ref: MessageRef, value: str, size: int) -> Spooled:
        document = self._sidecar(ref) if value == IN_SIDECAR else document_in(value)
        return decode(ref, document, size)

    def _content(self, container: str, name: str, first: BlobPiece) -> Content:
        def chunks() -> Iterator[bytes]:
            position = len(first.data)
            if first.data:
                yield first.data
            while position < first.size:
                piece = self._piece(container, name, position).data
                if not piece:
                    raise StorageUnavailable("a blob ended before its size")
                position += len(piece)
                yield piece

        return Content(first.size, chunks)

    def write_outgoing(self, ref: MessageRef, data: bytes) -> bytes:
        """See ``Spool``."""
        from azure.core.exceptions import ResourceExistsError

        blob = self._blob(OUTGOING, ref.blob_name)

        def once() -> bool:
            with storage_call("store an outgoing mail"):
                try:
                    blob.upload_blob(data, overwrite=False, length=len(data))
                except ResourceExistsError:
                    return False
                return True

        if repeated(once, self._process.storage_timeout):
            return data
        return b"".join(self.content(OUTGOING, ref).chunks())

    def write_variant(self, ref: MessageRef, blob: str, chunks: Iterable[bytes]) -> int:
        """See ``Spool``. Staged in blocks, so that the size of a message does not matter; the list of them commits."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceExistsError
        from azure.storage.blob import BlobBlock

        client = self._blob(OUTGOING, variant_blob_name(ref, blob))
        size = 0
        blocks: list[BlobBlock] = []
        for piece in _in_pieces(chunks):
            identity = f"{len(blocks):08}"
            with storage_call("stage an outgoing form"):
                client.stage_block(identity, piece, length=len(piece))
            blocks.append(BlobBlock(block_id=identity))
            size += len(piece)
        with storage_call("store an outgoing form"):
            try:
                client.commit_block_list(blocks, match_condition=MatchConditions.IfMissing)
            except ResourceExistsError as error:
                raise Conflict("an outgoing form of that name is stored already") from error
        return size

    def submit(self, message: Spooled, data: bytes) -> None:
        """See ``Spool``. An envelope that is too large for metadata goes before, as the relay has it."""
        from azure.core.exceptions import ResourceExistsError

        document = encode(message)
        value = metadata_value(document)
        with storage_call("submit a message"):
            try:
                if value == IN_SIDECAR:
                    self._blob(ENVELOPES, sidecar_name(message.ref)).upload_blob(document, overwrite=False)
                blob = self._blob(SPOOL, message.ref.blob_name)
                blob.upload_blob(data, overwrite=False, length=len(data), metadata={METADATA_FIELD: value})
            except ResourceExistsError as error:
                raise Conflict("a message of that name is in the spool already") from error

    def committed_since(self, since: datetime, until: datetime) -> Iterator[SpoolEntry]:
        """See ``Spool``. Looks into the folders of the hours in which such messages can have begun."""
        for hour in self._hours(since - LONGEST_TRANSFER, until):
            for blob in list_blobs(self._service, self._prefix + SPOOL, f"{hour}/", self._repeated):
                if since < blob.modified <= until:
                    try:
                        ref = ref_from_blob_name(blob.name)
                    except ValueError:
                        continue  # not a message: somebody else put it there
                    yield SpoolEntry(ref, blob.modified)

    def _hours(self, first: datetime, last: datetime) -> list[str]:
        start, end = (moment.astimezone(UTC) for moment in (first, last))
        hours = int((end - start) / _HOUR) + 2
        if hours <= _HOURS_LISTED_ONE_BY_ONE:
            names = {(start + _HOUR * number).strftime("%Y%m%d%H") for number in range(hours)}
            names.add(end.strftime("%Y%m%d%H"))
        else:
            names = set(list_folders(self._service, self._prefix + SPOOL, self._repeated))
        low, high = start.strftime("%Y%m%d%H"), end.strftime("%Y%m%d%H")
        return sorted(name for name in names if low <= name <= high)

    @property
    def _service(self) -> StorageService:
        return storage_service(self._process, "blob")

    def _repeated(self, call: Callable[[], str]) -> str:
        return repeated(call, self._process.storage_timeout)

    def _sidecar(self, ref: MessageRef) -> bytes:
        try:
            piece = self._piece(ENVELOPES, sidecar_name(ref), 0)
        except NotFound as error:
            raise DamagedSpoolEntry(f"the envelope of {ref.queue_id} is missing") from error
        if len(piece.data) != piece.size:
            raise DamagedSpoolEntry(f"the envelope of {ref.queue_id} is too large")
        return piece.data

    def _piece(self, container: str, name: str, offset: int) -> BlobPiece:
        """Bytes from ``offset`` on, one piece at most. Raises ``NotFound``."""
        service = self._service

        def once() -> BlobPiece | None:
            with storage_call("read a blob"):
                try:
                    return read_piece(service, self._prefix + container, name, offset, PIECE_BYTES, METADATA_FIELD)
                except RefusedRequest as error:
                    if verdict(error) is Verdict.MISSING:
                        return None
                    if error.error_code == _NOTHING_THERE:
                        return BlobPiece(b"", offset, "")
                    raise

        found = repeated(once, self._process.storage_timeout)
        if found is None:
            raise NotFound("no such blob")
        return found

    def _container(self, name: str) -> ContainerClient:
        return container_client(self._process, self._prefix + name)

    def _blob(self, container: str, name: str) -> BlobClient:
        return self._container(container).get_blob_client(name)
