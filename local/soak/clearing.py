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
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from azure.core.exceptions import AzureError, ResourceNotFoundError

from shared.adapters.storage_clients import container_client, table_client
from shared.core.message.identity import MessageRef
from shared.settings import ProcessSettings

AGE_SECONDS = 45.0
_LISTS_EVERY = 60.0
_BATCH = 100


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
        lists_at = time.monotonic() + _LISTS_EVERY
        with ThreadPoolExecutor(2) as pool:
            while not self.stop.wait(1.0):
                ripe = []
                while self._through and self._through[0][0] < time.monotonic() - AGE_SECONDS:
                    ripe.append(self._through.popleft()[1])
                for done in pool.map(self._clear, ripe):
                    self.cleared += done
                    self.troubles += not done
                if time.monotonic() > lists_at:
                    self._clear_lists()
                    lists_at = time.monotonic() + _LISTS_EVERY

    def _clear(self, ref: MessageRef) -> bool:
        try:
            with contextlib.suppress(ResourceNotFoundError):
                container_client(self._process, "spool").delete_blob(ref.blob_name)
            table = table_client(self._process, "messages")
            key = f"{ref.tenant_id}:{ref.queue_id}"
            found = list(table.query_entities(f"PartitionKey eq '{key}'", select=["PartitionKey", "RowKey"]))
            for start in range(0, len(found), _BATCH):
                table.submit_transaction([("delete", row) for row in found[start : start + _BATCH]])
        except AzureError:
            return False
        return True

    def _clear_lists(self) -> None:
        """Rows of list pages of all but the last messages."""
        table = table_client(self._process, "lists")
        by_partition: dict[str, list[dict[str, str]]] = defaultdict(list)
        try:
            for row in table.list_entities(select=["PartitionKey", "RowKey"]):
                by_partition[row["PartitionKey"]].append({name: row[name] for name in ("PartitionKey", "RowKey")})
            for rows in by_partition.values():
                old = rows[_BATCH:]  # the newest come first
                for start in range(0, len(old), _BATCH):
                    table.submit_transaction([("delete", row) for row in old[start : start + _BATCH]])
        except AzureError:
            self.troubles += 1
