"""Queue messages in Storage queues: the ``WorkQueue`` port (transactional outbox).

The body is what ``shared/core/hold/work_item.py`` writes, in base64, as queue triggers expect it.
"""

from __future__ import annotations

import base64
from datetime import timedelta

from shared.adapters.storage_errors import RefusedRequest, repeated, storage_call
from shared.adapters.storage_service import storage_service
from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.hold.work_item import write_work_item
from shared.core.message.identity import MessageRef
from shared.ports import Clock
from shared.settings import ProcessSettings

DELIVER = "deliver"
NOTIFY = "notify"
FOR_DELIVER = (OutboxKind.DELIVER, OutboxKind.GATHER)
"""What comes to the function that sends mail: a message that has waited for its copies is judged and sent there."""
_LONGEST_WAIT = timedelta(days=7)
"""Storage hides a message no longer: learn.microsoft.com/rest/api/storageservices/put-message."""
_NEVER = "-1"


class StorageWorkQueue:
    """``WorkQueue`` on the queues ``deliver`` and ``notify``. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, clock: Clock, *, prefix: str = "") -> None:
        """The queues must exist; their names are ``prefix`` and ``deliver`` or ``notify``."""
        self._process = process
        self._clock = clock
        self._prefix = prefix

    def send(self, ref: MessageRef, entry: OutboxEntry) -> None:
        """See the port. The message shows itself at ``entry.at``, at the latest in seven days; it never expires.

        Raises ``StorageUnavailable``.
        """
        service = storage_service(self._process, "queue")
        queue = self._prefix + (DELIVER if entry.kind in FOR_DELIVER else NOTIFY)
        text = base64.b64encode(write_work_item(ref, entry))
        body = b"<QueueMessage><MessageText>" + text + b"</MessageText></QueueMessage>"
        wait = min(max(entry.at - self._clock.now(), timedelta(0)), _LONGEST_WAIT)
        query = {"visibilitytimeout": str(int(wait.total_seconds())), "messagettl": _NEVER}
        headers = {"Content-Type": "application/xml"}

        def once() -> None:
            with storage_call("send a queue message"):
                answer = service.request("POST", f"/{queue}/messages", query=query, headers=headers, body=body)
                if answer.status != 201:
                    raise RefusedRequest(answer.status, answer.headers.get("x-ms-error-code", ""))

        repeated(once, self._process.storage_timeout)
