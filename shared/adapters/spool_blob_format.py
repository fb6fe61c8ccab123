"""How a message lies in Blob storage: names, metadata, sidecar. Between receive, which writes it, and all later stages.

- container ``spool``: ``{hour}/{tenant}/{queue_id}.eml`` holds the bytes as they came, its metadata field ``spooled``
  the envelope and the reception (JSON, base64 since metadata are HTTP headers);
- container ``envelopes``: ``{hour}/{tenant}/{queue_id}.json`` holds the same JSON where it is too large for metadata
  (Azure allows 8 KiB in all); it is written before the message, whose metadata field then says ``sidecar``;
- container ``outgoing``: mail that Matta itself wrote, named as in the spool, and under
  ``{hour}/{tenant}/{queue_id}/{blob}.eml`` the forms that transforms made of a message.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.errors import PermanentError
from shared.ports_relay import Spooled

SPOOL = "spool"
ENVELOPES = "envelopes"
OUTGOING = "outgoing"
VARIANT = "variant"
"""Source of ``Spool.content`` for made forms; no container of its own."""
CONTAINERS = (SPOOL, ENVELOPES, OUTGOING)
METADATA_FIELD = "spooled"
IN_SIDECAR = "sidecar"
_VARIANT_NAME = re.compile(r"[0-9A-Za-z-]{8,64}")
LONGEST_METADATA = 6_000
"""Characters of base64 that go into metadata: well below Azure's 8 KiB for all fields with their names."""
LONGEST_TRANSFER = timedelta(hours=1)
"""A message is committed at most this long after its queue id was made: the relay's time for DATA is bounded by it."""


class DamagedSpoolEntry(PermanentError):
    """A spool blob whose envelope cannot be read. The bytes are still there; an operator has to look."""


@dataclass(frozen=True, slots=True)
class _Document:
    version: int
    envelope: Envelope
    reception: Reception


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_DECODER = msgspec.json.Decoder(_Document)


def variant_blob_name(ref: MessageRef, blob: str) -> str:
    """Where an outgoing form lies in the container ``outgoing``. Raises ``ValueError`` for a name of another shape."""
    if not _VARIANT_NAME.fullmatch(blob):
        raise ValueError("not the name of an outgoing form")
    return f"{ref.blob_name.removesuffix('.eml')}/{blob}.eml"


def encode(message: Spooled) -> bytes:
    """Envelope and reception as JSON."""
    return msgspec.json.encode(_Document(1, message.envelope, message.reception))


def metadata_value(document: bytes) -> str:
    """What the metadata field says: the document in base64, or that it is in the sidecar."""
    value = base64.b64encode(document).decode("ascii")
    return value if len(value) <= LONGEST_METADATA else IN_SIDECAR


def sidecar_name(ref: MessageRef) -> str:
    """Blob name of the sidecar. It does not end like a message, so that no trigger fires for it."""
    return ref.blob_name.removesuffix(".eml") + ".json"


def document_in(value: str) -> bytes:
    """The document that a metadata value holds. Raises ``DamagedSpoolEntry``."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DamagedSpoolEntry(f"metadata field {METADATA_FIELD} is not base64: {error}") from error


def decode(ref: MessageRef, document: bytes, size: int) -> Spooled:
    """A message from its document; ``size`` is that of the stored bytes. Raises ``DamagedSpoolEntry``."""
    try:
        read = _DECODER.decode(document)
    except msgspec.DecodeError as error:
        raise DamagedSpoolEntry(f"envelope of {ref.queue_id} cannot be read: {error}") from error
    if read.version != 1:
        raise DamagedSpoolEntry(f"envelope of {ref.queue_id} has the unknown version {read.version}")
    return Spooled(ref, read.envelope, replace(read.reception, size=size))
