"""Make a DKIM-Signature field (RFC 6376; RFC 8463 for Ed25519). Part of stage 4b.

What is signed is ``relaxed/relaxed``: Exchange and other servers fold fields and trim lines on the way. Fields that a
reader sees, or that say how the body is read, are listed once more than they are there, so that nobody can add another
one. There is no ``x=`` and no ``l=``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.core.signing.head import Field, selected
from shared.core.signing.keys import PrivateKey
from shared.core.signing.tags import with_signature, without_signature, write_field

SEALED = (
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"reply-to",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)
"""Listed once more than they are there, also where there is none."""
SEALED_IF_THERE = (b"date", b"message-id")
"""The same, but not where there is none: the next server may add what is missing (RFC 6409 section 8)."""
IF_THERE = (
    b"sender",
    b"content-disposition",
    b"content-language",
    b"resent-date",
    b"resent-from",
    b"resent-sender",
    b"resent-to",
    b"resent-cc",
    b"resent-message-id",
    b"list-id",
    b"list-post",
    b"list-help",
    b"list-owner",
    b"list-archive",
    b"list-subscribe",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"auto-submitted",
    b"importance",
)
"""Listed as often as they are there."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the domain (A-labels) and selector under which the public key is published."""

    domain: str
    selector: str
    key: PrivateKey


def signed_names(fields: Sequence[Field]) -> tuple[bytes, ...]:
    """The names for ``h=``. A name with a field about which verifiers disagree is left out."""
    counts: dict[bytes, int] = {}
    for field in fields:
        counts[field.key] = counts.get(field.key, 0) + 1
    disputed = {field.key for field in fields if field.is_disputed}
    names: list[bytes] = []
    for name in (*SEALED, *SEALED_IF_THERE, *IF_THERE):
        count = counts.get(name, 0)
        if name in SEALED or (name in SEALED_IF_THERE and count):
            count += 1
        if name not in disputed:
            names += [name] * count
    return tuple(names)


def dkim_signature(fields: Sequence[Field], body_digest: bytes, signer: Signer, at: datetime) -> bytes:
    """The field, complete with its line end. ``body_digest`` is that of ``BodyHash``. The same for the same arguments."""
    names = signed_names(fields)
    tags = [
        ("v", "1"),
        ("a", signer.key.algorithm),
        ("c", "relaxed/relaxed"),
        ("d", signer.domain),
        ("s", signer.selector),
        ("t", str(int(at.timestamp()))),
        ("h", b":".join(names).decode("ascii")),
        ("bh", base64.b64encode(body_digest).decode("ascii")),
    ]
    return signed_field("DKIM-Signature", tags, fields, names, signer.key)


def signed_field(
    name: str, tags: Sequence[tuple[str, str]], fields: Sequence[Field], names: Sequence[bytes], key: PrivateKey
) -> bytes:
    """A field with ``tags`` and the signature over the named fields and itself."""
    field = write_field(name, tags)
    return with_signature(field, key.sign(hashed_header(list(selected(fields, names)), field)))


def hashed_header(fields: Sequence[Field], own: bytes) -> bytes:
    """What a relaxed signature is over: the fields, then the signature's own field with ``b=`` empty."""
    last = Field(own.partition(b":")[0].strip().lower(), without_signature(own))
    return b"".join(field.relaxed() + b"\r\n" for field in fields) + last.relaxed()
