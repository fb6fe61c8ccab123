"""Clears storage behind the mail, as retention does in service: Azurite writes all its tables anew every five seconds, and
half an hour of mail would make that the whole load.

What is cleared is through for a while: first the blob, then its state, so that the sweep never finds mail that it would
take for new. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from azure.core.exceptions import AzureError, ResourceNotFoundError

from shared.adapters.storage_clients import container_client, table_client
from shared.core.message.identity import MessageRef
from shared.settings import ProcessSettings

AGE_SECONDS = 15.0
EVERY_SECONDS = 10.0
_BATCH = 100
_KEPT_ROWS = 100
"""Rows of each list page that stay."""
_COPIES = "copies"
"""What the tables of gathered copies begin with; there is one for each day."""
_KEYS = ["PartitionKey", "RowKey"]


class Clearing(threading.Thread):
    """Runs until ``stop`` is set. Give it what arrived."""

    def __init__(self, process: ProcessSettings, tenant: str) -> None:
        super().__init__(name="clearing", daemon=True)
        self._process = process
        self._tenant = tenant
        self._through: deque[tuple[float, MessageRef]] = deque()
        self.cleared = 0
        self.troubles = 0
        self.stop = threading.Event()

    def note(self, queue_ids: Iterable[str]) -> None:
        """These have arrived."""
        now = time.monotonic()
        self._through.extend((now, MessageRef(self._tenant, queue_id)) for queue_id in queue_ids)

    def run(self) -> None:
        """See the class."""
        with ThreadPoolExecutor(2) as pool:
            while not self.stop.wait(EVERY_SECONDS):
                ripe: list[MessageRef] = []
                while self._through and self._through[0][0] < time.monotonic() - AGE_SECONDS:
                    ripe.append(self._through.popleft()[1])
                try:
                    self._clear(pool, ripe)
                except AzureError:
                    self.troubles += 1

    def _clear(self, pool: ThreadPoolExecutor, ripe: Sequence[MessageRef]) -> None:
        """All that is stored about these. One look at a whole table costs Azurite what a look for one message does."""
        list(pool.map(self._drop_blob, ripe))
        states = {f"{ref.tenant_id}:{ref.queue_id}" for ref in ripe}
        entries = {ref.queue_id for ref in ripe}
        self._drop(pool, "messages", lambda partition, rows: rows if partition in states else [])
        self._drop(pool, "lists", lambda partition, rows: rows[_KEPT_ROWS:])
        with contextlib.suppress(ResourceNotFoundError):  # the day's first message makes the table
            self._drop(
                pool,
                f"{_COPIES}{datetime.now(UTC):%Y%m%d}",
                lambda partition, rows: rows if entries.intersection(rows) else [],
            )
        self.cleared += len(ripe)

    def _drop_blob(self, ref: MessageRef) -> None:
        with contextlib.suppress(ResourceNotFoundError):
            container_client(self._process, "spool").delete_blob(ref.blob_name)

    def _drop(self, pool: ThreadPoolExecutor, name: str, choose: Callable[[str, Sequence[str]], Sequence[str]]) -> None:
        """Delete the rows that ``choose`` picks of each partition."""
        table = table_client(self._process, name)
        by_partition: dict[str, list[str]] = defaultdict(list)
        for row in table.list_entities(select=_KEYS):
            by_partition[row["PartitionKey"]].append(row["RowKey"])

        def delete(partition: str) -> None:
            keys = [{"PartitionKey": partition, "RowKey": row} for row in choose(partition, by_partition[partition])]
            for start in range(0, len(keys), _BATCH):
                table.submit_transaction([("delete", key) for key in keys[start : start + _BATCH]])

        list(pool.map(delete, by_partition))
