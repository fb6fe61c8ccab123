"""Make the containers, queues and tables that Matta uses, where they are missing. For local start-up and tests.

On Azure the infrastructure code makes them; the functions never do, but for the tables of one day (``copies_table.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.storage_clients import container_client, queue_client, table_client
from shared.adapters.storage_errors import repeated, storage_call
from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from collections.abc import Callable

CONTAINERS = ("spool", "outgoing", "envelopes", "settings", "health")
QUEUES = ("deliver", "deliver-poison", "notify", "notify-poison", "webjobs-blobtrigger-poison")
TABLES = (
    "messages",
    "schedule",
    "directory",
    "audit",
    "teams",
    "delegations",
    "lists",
    "notices",
    "reports",
    "onboarding",
    "stuck",
    "deletions",
)


def prepare_storage(process: ProcessSettings) -> None:
    """Make what is missing; what is there stays as it is. Raises ``StorageUnavailable``."""
    for name in CONTAINERS:
        _make(process, container_client(process, name).create_container, f"container {name}")
    for name in QUEUES:
        _make(process, queue_client(process, name).create_queue, f"queue {name}")
    for name in TABLES:
        _make(process, table_client(process, name).create_table, f"table {name}")


def _make(process: ProcessSettings, create: Callable[[], object], what: str) -> None:
    from azure.core.exceptions import ResourceExistsError

    def once() -> None:
        with storage_call(f"make {what}"):
            try:
                create()
            except ResourceExistsError:
                return  # made before, or by somebody else at the same time

    repeated(once, process.storage_timeout)
