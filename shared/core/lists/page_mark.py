"""Marks of list pages: where a list goes on, bound to the one shelf that it was made for (stage 6).

A mark goes to a browser and comes back. It bears no right: the shelf that is read is chosen anew by whoever asks, and a
mark of another shelf is refused.
"""

from __future__ import annotations

import hashlib

from shared.core.lists.message_row import Shelf
from shared.core.message.identity import QUEUE_ID
from shared.errors import NotFound


def make_mark(tenant_id: str, shelf: Shelf, owner: str, queue_id: str) -> str:
    """The mark that continues behind that message."""
    return f"{_digest(tenant_id, shelf, owner)}.{queue_id}"


def read_mark(tenant_id: str, shelf: Shelf, owner: str, mark: str) -> str:
    """The queue id behind which the page begins; empty for an empty mark. Raises ``NotFound`` for one of elsewhere."""
    if not mark:
        return ""
    digest, _, queue_id = mark.partition(".")
    if digest != _digest(tenant_id, shelf, owner) or not QUEUE_ID.fullmatch(queue_id):
        raise NotFound("no mark of this place")
    return queue_id


def _digest(tenant_id: str, shelf: Shelf, owner: str) -> str:
    return hashlib.sha256(f"{tenant_id}\n{shelf}\n{owner}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
