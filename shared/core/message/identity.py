"""Names of a message: its tenant, its queue id, and where its bytes lie. First stage (receive) and all later ones.

A queue id is 26 characters of Crockford base 32, lower case: 10 for the milliseconds since 1970, 16 for 80 random bits
(the ULID layout), so that ids sort by time and the hour of the spool folder can be read off the id alone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_CHARACTERS = 10
_RANDOM_CHARACTERS = 16
RANDOM_BYTES = 10
"""Bytes of randomness that ``new_queue_id`` takes."""
TENANT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""What a tenant id looks like: safe as a Table key, a blob path segment and a DNS label."""
QUEUE_ID = re.compile(rf"[{_ALPHABET}]{{{_TIME_CHARACTERS + _RANDOM_CHARACTERS}}}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MILLISECONDS = 253_402_300_799_999
"""End of the year 9999, the last moment that ``datetime`` can name."""


@dataclass(frozen=True, slots=True, order=True)
class MessageRef:
    """One message of one tenant. Nothing of another tenant can be reached by it.

    Raises ``ValueError`` for ids of another shape, so that no path or Table key can be smuggled in through one.
    """

    tenant_id: str
    queue_id: str

    def __post_init__(self) -> None:
        if not TENANT_ID.fullmatch(self.tenant_id) or not QUEUE_ID.fullmatch(self.queue_id):
            raise ValueError("not a message reference")
        if _decode(self.queue_id[:_TIME_CHARACTERS]) > _MAX_MILLISECONDS:
            raise ValueError("not a message reference")

    @property
    def received_at(self) -> datetime:
        """The moment that the queue id carries, to the millisecond, UTC."""
        return _EPOCH + timedelta(milliseconds=_decode(self.queue_id[:_TIME_CHARACTERS]))

    @property
    def hour(self) -> str:
        """Folder of the spool, ``YYYYMMDDHH`` in UTC."""
        return self.received_at.strftime("%Y%m%d%H")

    @property
    def blob_name(self) -> str:
        """``{hour}/{tenant}/{queue_id}.eml``, the same in the spool and in the outgoing container."""
        return f"{self.hour}/{self.tenant_id}/{self.queue_id}.eml"


def new_queue_id(now: datetime, random: bytes) -> str:
    """A fresh queue id from a moment and ``RANDOM_BYTES`` random bytes."""
    if len(random) != RANDOM_BYTES:
        raise ValueError("a queue id takes 10 random bytes")
    return _encode((now - _EPOCH) // timedelta(milliseconds=1), _TIME_CHARACTERS) + _encode(
        int.from_bytes(random, "big"), _RANDOM_CHARACTERS
    )


def derived_queue_id(parent: MessageRef, purpose: str) -> str:
    """The queue id of a mail that Matta itself writes about ``parent``.

    The same parent and purpose always give the same id: a trigger that runs twice creates one mail, not two.
    """
    digest = hashlib.sha256(f"{parent.tenant_id}:{parent.queue_id}:{purpose}".encode()).digest()
    return parent.queue_id[:_TIME_CHARACTERS] + _encode(
        int.from_bytes(digest[:RANDOM_BYTES], "big"), _RANDOM_CHARACTERS
    )


def ref_from_blob_name(name: str) -> MessageRef:
    """The message that a blob ``{hour}/{tenant}/{queue_id}.eml`` belongs to. Raises ``ValueError`` for any other name."""
    pieces = name.split("/")
    if len(pieces) != 3 or not pieces[2].endswith(".eml"):
        raise ValueError("not the name of a message blob")
    ref = MessageRef(pieces[1], pieces[2].removesuffix(".eml"))
    if ref.blob_name != name:
        raise ValueError("not the name of a message blob")
    return ref


def _encode(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = number * 32 + _ALPHABET.index(character)
    return number
