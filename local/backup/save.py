"""Read storage into a backup (``contents.py``), page by page, whatever its size. Local tooling; no stage of the mail flow."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import IO

import msgspec

from local.backup.contents import (
    FORMAT,
    MAIL,
    MANIFEST,
    METADATA,
    PART_BYTES,
    PAX_METADATA,
    SETTINGS,
    TABLES,
    Manifest,
    Part,
    blob_part,
    line_of,
    table_part,
)
from shared.adapters.message_store_table_rows import DELIVERY, STATE
from shared.adapters.storage_blob import BlobPiece, read_piece
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import RefusedRequest, Verdict, error_code, repeated, storage_call, verdict
from shared.adapters.storage_listing import ListedBlob, list_blobs
from shared.adapters.storage_service import storage_service
from shared.adapters.storage_table import Mark, storage_table
from shared.adapters.storage_table_row import StoredRow, write_row
from shared.errors import NotFound, StorageUnavailable
from shared.settings import ProcessSettings

Tell = Callable[[str, int], None]
"""Told which part of storage is read, and how much of it so far."""
_LEVEL = 3
_AHEAD = 16
_READERS = 8
_READS = 5
_PIECE = 4 * 1024 * 1024


def back_up(process: ProcessSettings, target: Path, *, tenant: str, with_mail: bool, tell: Tell) -> Manifest:
    """Write the backup; what is at ``target`` is replaced when all is well, and only then.

    Raises ``OSError`` for the file, ``NotFound`` where there is nothing of ``tenant``, ``TemporaryError`` where storage
    fails.
    """
    unfinished = target.with_name(target.name + ".part")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)  # it holds people's mail
    try:
        with os.fdopen(descriptor, "wb") as file:
            manifest = _write(process, file, tenant, with_mail, tell)
            if tenant and not any(manifest.counts.values()):
                # A misspelled name must not look like a backup.
                raise NotFound(f"there is nothing of a tenant {tenant!r}")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _write(process: ProcessSettings, file: IO[bytes], tenant: str, with_mail: bool, tell: Tell) -> Manifest:
    begun = datetime.now(UTC)
    with tarfile.open(fileobj=file, mode="w|gz", format=tarfile.PAX_FORMAT) as archive:
        saving = _Saving(process, archive, tenant, tell)
        saving.blobs(SETTINGS)
        for table in TABLES:
            saving.rows(table)
        for container in MAIL if with_mail else ():
            saving.blobs(container)
        digest = saving.digest.hexdigest()
        manifest = Manifest(
            FORMAT, begun, datetime.now(UTC), tenant, with_mail, dict(saving.counts), saving.size, digest
        )
        saving.add(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)), 0, listed=False)
    return manifest


@dataclass
class _Saving:
    """One backup that is being written."""

    process: ProcessSettings
    archive: tarfile.TarFile
    tenant: str
    tell: Tell
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def rows(self, table: str) -> None:
        """All rows of a table, in parts of some megabytes."""
        number, lines, size = 0, list[bytes](), 0
        self.counts[table] += 0
        found = self._pages(table)
        for row in self._settled(found) if table == "messages" else found:
            line = write_row(row)
            lines.append(line)
            size += len(line) + 1
            self.counts[table] += 1
            if size >= PART_BYTES:
                self.add(table_part(table, number), b"\n".join(lines), len(lines))
                number, lines, size = number + 1, [], 0
                self.tell(table, self.counts[table])
        if lines:
            self.add(table_part(table, number), b"\n".join(lines), len(lines))
        self.tell(table, self.counts[table])

    def blobs(self, container: str) -> None:
        """All blobs of a container; what goes away meanwhile is left out."""
        self.counts[container] += 0
        service = storage_service(self.process, "blob")
        prefix = self.tenant if container == SETTINGS else ""
        wanted = (
            blob
            for blob in list_blobs(
                service, container, prefix, lambda call: repeated(call, self.process.storage_timeout)
            )
            if self._is_wanted(container, blob.name)
        )
        with ThreadPoolExecutor(_READERS) as pool:
            for blob, first in _ahead(pool, wanted, lambda blob: self._piece(container, blob.name, 0)):
                if first is not None:
                    self._blob(container, blob.name, first)
                    self.counts[container] += 1
                    if self.counts[container] % 500 == 0:
                        self.tell(container, self.counts[container])
        self.tell(container, self.counts[container])

    def add(self, name: str, data: bytes, rows: int, *, listed: bool = True, metadata: str = "") -> None:
        """One part from memory."""
        self._member(name, len(data), metadata, io.BytesIO(data))
        if listed:
            self._note(name, len(data), _sha256(data), rows)

    def _blob(self, container: str, name: str, first: BlobPiece) -> None:
        if len(first.data) == first.size:
            self.add(blob_part(container, name), first.data, 1, metadata=first.metadata)
            return
        stream = _BlobStream(first, lambda offset: self._piece(container, name, offset))
        self._member(blob_part(container, name), first.size, first.metadata, stream)
        self._note(blob_part(container, name), first.size, stream.digest.hexdigest(), 1)

    def _member(self, name: str, size: int, metadata: str, stream: io.BytesIO | _BlobStream) -> None:
        member = tarfile.TarInfo(name)
        member.size = size
        member.mode = 0o600
        if metadata:
            member.pax_headers = {PAX_METADATA: metadata}
        self.archive.addfile(member, stream)  # type: ignore[arg-type]  # read() is all that it needs
        self.size += size

    def _note(self, name: str, size: int, digest: str, rows: int) -> None:
        self.digest.update(line_of(Part(name, size, digest, rows)))

    def _is_wanted(self, container: str, name: str) -> bool:
        if not self.tenant:
            return True
        if container == SETTINGS:
            return name == f"{self.tenant}.json" or name.startswith(f"{self.tenant}/")
        pieces = name.split("/")
        return len(pieces) > 1 and pieces[1] == self.tenant

    def _filters(self) -> tuple[str, ...]:
        """Queries for the rows, of one tenant by the two forms that its partitions have."""
        if not self.tenant:
            return ("PartitionKey ge ''",)
        mine = self.tenant
        return f"PartitionKey eq '{mine}'", f"PartitionKey ge '{mine}:' and PartitionKey lt '{mine};'"

    def _pages(self, table: str) -> Iterator[StoredRow]:
        for wanted in self._filters():
            yield from self._rows(table, wanted)

    def _rows(self, table: str, wanted: str) -> Iterator[StoredRow]:
        mark: Mark | None = None
        while True:
            found, mark = self._page(table, wanted, mark)
            yield from found
            if mark is None:
                return

    def _page(self, table: str, wanted: str, mark: Mark | None) -> tuple[list[StoredRow], Mark | None]:
        def once() -> tuple[list[StoredRow], Mark | None]:
            with storage_call(f"read the table {table}"):
                return storage_table(self.process, table).page(wanted, mark=mark)

        return repeated(once, self.process.storage_timeout)

    def _settled(self, rows: Iterable[StoredRow]) -> Iterator[StoredRow]:
        """The rows of messages, each message as it was at one moment: a commit may come in between two pages."""
        for partition, some in groupby(rows, key=lambda row: str(row["PartitionKey"])):
            found = list(some)
            for _ in range(_READS):
                if _fits(found):
                    break
                found = list(self._rows("messages", f"PartitionKey eq '{partition}'"))
            if any(row["RowKey"] == STATE for row in found):
                if not _fits(found):
                    raise StorageUnavailable("a message keeps changing while it is read")
                yield from found  # without a state they are what a deletion leaves for a moment

    def _piece(self, container: str, name: str, offset: int) -> BlobPiece | None:
        """Bytes of a blob; ``None`` where it is gone."""
        service, column = storage_service(self.process, "blob"), METADATA.get(container, "")

        def once() -> BlobPiece | None:
            with storage_call("read a blob"):
                try:
                    return read_piece(service, container, name, offset, _PIECE, column)
                except RefusedRequest as error:
                    if verdict(error) is Verdict.MISSING:
                        return None
                    if error_code(error) != "InvalidRange":
                        raise
                found = container_client(self.process, container).get_blob_client(name).get_blob_properties()
                return BlobPiece(b"", 0, (found.metadata or {}).get(column, ""))  # empty: it has no range to ask for

        return repeated(once, self.process.storage_timeout)


class _BlobStream:
    """A large blob as a file that is read once, a piece at a time."""

    def __init__(self, first: BlobPiece, following: Callable[[int], BlobPiece | None]) -> None:
        self._waiting, self._position, self._following = first.data, len(first.data), following
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        """The next bytes. Raises ``StorageUnavailable`` where the blob goes away: the archive cannot be ended then."""
        if not self._waiting:
            piece = self._following(self._position)
            if piece is None or not piece.data:
                raise StorageUnavailable("a blob went away while it was read; take the backup again")
            self._waiting = piece.data
            self._position += len(piece.data)
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        self.digest.update(data)
        return data + self.read(size - len(data)) if len(data) < size else data


def _ahead(
    pool: ThreadPoolExecutor, blobs: Iterable[ListedBlob], read: Callable[[ListedBlob], BlobPiece | None]
) -> Iterator[tuple[ListedBlob, BlobPiece | None]]:
    """The blobs with their first pieces, in order, a few being read while others are written."""
    waiting: deque[tuple[ListedBlob, Future[BlobPiece | None]]] = deque()
    for blob in blobs:
        waiting.append((blob, pool.submit(read, blob)))
        if len(waiting) >= _AHEAD:
            first, future = waiting.popleft()
            yield first, future.result()
    for blob, future in waiting:
        yield blob, future.result()


def _fits(rows: Iterable[StoredRow]) -> bool:
    """Whether a message's rows are of one moment: its state names the write of the delivery row that belongs to it."""
    by_key = {row["RowKey"]: row for row in rows}
    if STATE not in by_key:
        return False
    return DELIVERY in by_key and by_key[DELIVERY]["commit"] == by_key[STATE]["delivery"]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
