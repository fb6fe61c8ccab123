"""Write a backup (``contents.py``) into storage, after all of it was checked. Local tooling; no stage of the mail flow.

What was not at its end when the backup was taken may have been delivered or decided since. So a restored message moves by
itself no more: it gets no note in the schedule. ``resume.py`` lists such messages and lets those go on that somebody
chose. A message that nobody had judged yet is left out unless it is asked for: restored, it would be judged and sent.
"""

from __future__ import annotations

import contextlib
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import IO

import msgspec

from local.backup.check import members, reading
from local.backup.contents import (
    MANIFEST,
    METADATA,
    PAX_METADATA,
    SETTINGS,
    Manifest,
    blob_of,
    table_of,
)
from shared.adapters.message_store_table_rows import STATE, read_ref
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_errors import RefusedRequest, Verdict, repeated, storage_call, verdict
from shared.adapters.storage_listing import list_blobs
from shared.adapters.storage_service import storage_service
from shared.adapters.storage_table import storage_table
from shared.adapters.storage_table_batch import Put
from shared.adapters.storage_table_row import StoredRow, read_row
from shared.core.message.identity import MessageRef, ref_from_blob_name
from shared.errors import NotFound
from shared.settings import ProcessSettings
from shared.usecases.file_rows import rebuild_rows
from shared.wiring import connect

_Written = tuple[str, int, int]
"""A table or container, how much was written to it, and how much was there."""
Tell = Callable[[str, int], None]
_WRITERS = 8
_WAITING = 64
_IN_MEMORY = 1024 * 1024
_BATCH = 100
_LARGEST_BATCH = 3_000_000
_CLOCKS = timedelta(minutes=5)
"""How far clocks may differ."""


class NotEmpty(Exception):
    """There is an instance's data in storage already."""


@dataclass
class Restored:
    """What was written: numbers by table and container, and what was left out: messages without a state, and what was
    there already.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unjudged: list[str] = field(default_factory=list)
    there: Counter[str] = field(default_factory=Counter)


def is_empty(process: ProcessSettings) -> bool:
    """Whether storage has neither settings nor states. Raises ``TemporaryError``."""

    def any_state() -> bool:
        with storage_call("look for states"):
            return bool(storage_table(process, "messages").page("PartitionKey ge ''", most=1)[0])

    blobs = list_blobs(
        storage_service(process, "blob"), SETTINGS, "", lambda call: repeated(call, process.storage_timeout)
    )
    return next(iter(blobs), None) is None and not repeated(any_state, process.storage_timeout)


def restore(
    process: ProcessSettings, source: Path, manifest: Manifest, *, merge: bool, unjudged: bool, tell: Tell
) -> Restored:
    """Write everything; ``manifest`` is what ``check`` found. With ``merge`` what is there stays as it is.

    Settings come last, so that the relay takes no mail for a tenant that is half restored. Whatever breaks this off, it is
    begun again on empty storage. Raises ``NotEmpty``, ``BadBackup``, ``OSError``, ``TemporaryError``.
    """
    if not merge and not is_empty(process):
        raise NotEmpty
    loading = _Loading(process, merge, unjudged, tell, manifest.begun_at)
    with reading(), ThreadPoolExecutor(_WRITERS) as pool:
        for settings in (False, True):
            loading.write(pool, (item for item in members(source) if _is_settings(item[0].name) is settings))
    app = connect(process)
    for ref in loading.changed:  # lists were read before these states
        with contextlib.suppress(NotFound):
            rebuild_rows(app, ref)
    return loading.done


def _is_settings(name: str) -> bool:
    return name.startswith(f"blobs/{SETTINGS}/")


@dataclass
class _Loading:
    """One backup that is being restored."""

    process: ProcessSettings
    merge: bool
    unjudged: bool
    tell: Tell
    begun_at: datetime
    done: Restored = field(default_factory=Restored)
    changed: list[MessageRef] = field(default_factory=list)
    """Messages that changed while the backup was taken."""
    _last: tuple[str, bool] = ("", False)

    def write(self, pool: ThreadPoolExecutor, members: Iterable[tuple[tarfile.TarInfo, IO[bytes]]]) -> None:
        """Write members, several at a time; tables are whole before the first blob."""
        waiting: set[Future[_Written]] = set()
        kind = ""
        for member, stream in members:
            if member.name == MANIFEST:
                continue
            table = table_of(member.name)
            container, name = ("", "") if table else blob_of(member.name)
            if (table or container) != kind:
                self._settle(waiting, 0)
                self.tell(kind, self.done.counts[kind])
                kind = table or container
            if table:
                for batch in _batches(stream):
                    if table == "messages" and self._passes_over(batch):
                        continue
                    waiting.add(pool.submit(self._rows, table, batch))
                    self._settle(waiting, _WAITING)
            elif container == "spool" and not self.unjudged and not self._has_state(name):
                self.done.unjudged.append(name)
            elif member.size <= _IN_MEMORY:
                data, metadata = stream.read(), member.pax_headers.get(PAX_METADATA, "")
                waiting.add(pool.submit(self._blob, container, name, data, len(data), metadata))
                self._settle(waiting, _WAITING)
            else:
                metadata = member.pax_headers.get(PAX_METADATA, "")
                self._count(self._blob(container, name, stream, member.size, metadata))
        self._settle(waiting, 0)
        self.tell(kind, self.done.counts[kind])

    def _settle(self, waiting: set[Future[_Written]], most: int) -> None:
        """Wait until at most so many are left; raise what any of them raised."""
        while len(waiting) > most:
            for future in wait(waiting, return_when="FIRST_COMPLETED").done:
                waiting.discard(future)
                self._count(future.result())

    def _count(self, written: _Written) -> None:
        kind, new, there = written
        self.done.counts[kind] += new
        self.done.there[kind] += there

    def _passes_over(self, batch: Sequence[StoredRow]) -> bool:
        """Whether a message has a state already, whose rows are the later ones."""
        partition = str(batch[0]["PartitionKey"])
        if self._last[0] != partition:
            self._last = (partition, self.merge and self._state_there(partition))
        if self._last[1]:
            self.done.there["messages"] += len(batch)
            return True
        self.changed += (
            read_ref(row) for row in batch if row["RowKey"] == STATE and row["changed_at"] >= self.begun_at - _CLOCKS
        )
        return False

    def _rows(self, table: str, rows: Sequence[StoredRow]) -> _Written:
        if self.merge and table != "messages":
            new = sum(repeated(partial(self._insert, table, row), self.process.storage_timeout) for row in rows)
            return table, new, len(rows) - new

        def once() -> None:
            with storage_call(f"write rows of {table}"):
                storage_table(self.process, table).transact([Put(row) for row in rows])

        repeated(once, self.process.storage_timeout)
        return table, len(rows), 0

    def _insert(self, table: str, row: StoredRow) -> bool:
        with storage_call(f"write a row of {table}"):
            try:
                storage_table(self.process, table).insert(row)
            except RefusedRequest as error:
                if verdict(error) is not Verdict.EXISTS:
                    raise
                return False
        return True

    def _has_state(self, blob_name: str) -> bool:
        try:
            ref = ref_from_blob_name(blob_name)
        except ValueError:
            return True  # no message: it goes back where it was
        return self._state_there(partition_of(ref))

    def _state_there(self, partition: str) -> bool:
        def once() -> bool:
            with storage_call("look for a state"):
                found = storage_table(self.process, "messages").get(partition, STATE, select=["PartitionKey"])
                return found is not None

        return repeated(once, self.process.storage_timeout)

    def _blob(self, container: str, name: str, data: bytes | IO[bytes], size: int, metadata: str) -> _Written:
        from azure.core.exceptions import ResourceExistsError

        fields = {METADATA[container]: metadata} if metadata else None
        with storage_call("write a blob"):
            try:
                container_client(self.process, container).upload_blob(
                    name, data, length=size, metadata=fields, overwrite=False
                )
            except ResourceExistsError as error:
                if verdict(error) is not Verdict.EXISTS:
                    raise
                return container, 0, 1
        return container, 1, 0


def partition_of(ref: MessageRef) -> str:
    """The partition of a message's state."""
    return f"{ref.tenant_id}:{ref.queue_id}"


def _batches(stream: IO[bytes]) -> Iterator[list[StoredRow]]:
    """The rows of a part, as many of one partition as one transaction takes."""
    rows = ((read_row(msgspec.json.decode(line)), len(line)) for line in stream.read().split(b"\n") if line)
    for _, group in groupby(rows, key=lambda pair: pair[0]["PartitionKey"]):
        batch, size = list[StoredRow](), 0
        for row, length in group:
            if batch and (len(batch) == _BATCH or size + length > _LARGEST_BATCH):
                yield batch
                batch, size = [], 0
            batch.append(row)
            size += length
        yield batch
