"""Event Grid's events about blobs, as they come to the host's webhook; beside the blob trigger's own listing.

Azure's host takes them at ``/runtime/webhooks/blobs``; a blob-triggered function with ``source=EventGrid`` starts by
them alone. Here they only come sooner than the next look into the container.

Source: https://learn.microsoft.com/azure/azure-functions/functions-event-grid-blob-trigger
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from local.host.blob_listing import BlobVersion

PATH = "runtime/webhooks/blobs"
_CREATED = "Microsoft.Storage.BlobCreated"
_SUBJECT = "/blobServices/default/containers/"


@dataclass(frozen=True)
class BlobCreated:
    """A blob was written, as an event says."""

    container: str
    blob: BlobVersion


def read_events(body: bytes) -> Sequence[BlobCreated]:
    """The blobs that events in a request's body tell of. Raises ValueError for anything but a list of events."""
    events = json.loads(body)
    if not isinstance(events, list):
        raise ValueError("a list of events is wanted")
    found: list[BlobCreated] = []
    for event in events:
        if not isinstance(event, dict) or event.get("eventType") != _CREATED:
            continue
        subject, data = event.get("subject"), event.get("data")
        if not isinstance(subject, str) or not subject.startswith(_SUBJECT) or not isinstance(data, dict):
            raise ValueError("an event about a blob names it in its subject")
        container, middle, name = subject.removeprefix(_SUBJECT).partition("/blobs/")
        etag = data.get("eTag")
        if not middle or not container or not name or not isinstance(etag, str) or not etag:
            raise ValueError("an event about a blob names container, blob and ETag")
        found.append(BlobCreated(container, BlobVersion(name, etag.strip('"'))))
    return found
