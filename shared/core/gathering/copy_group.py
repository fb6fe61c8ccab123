"""Which messages are copies of one: the name of their group (stage 3, product.md M7). Pure.

Copies of one sending have the same Message-ID, the same reverse-path and the same content. Anybody can write the
Message-ID of another message, so the content is part of the name: its body, and the fields that people read or that tell
how the body is read. Fields that servers add on the way (Received, signatures, their own X- fields) differ between copies
of one sending, so they are left out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from shared.core.message.domains import normal_address
from shared.core.message.spans import Tree

_OF_THE_SENDER = frozenset(
    [
        b"from",
        b"sender",
        b"reply-to",
        b"to",
        b"cc",
        b"subject",
        b"date",
        b"in-reply-to",
        b"references",
        b"mime-version",
        b"content-type",
        b"content-transfer-encoding",
        b"content-disposition",
        b"content-language",
    ]
)
"""Fields of RFC 5322 section 3.6 and RFC 2045 that the author's program writes, and that are the same in every copy."""
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """The name that all copies of one message have and no other message does. ``key`` is 64 hexadecimal digits; the
    tenant is part of what they are the digest of, too.
    """

    tenant_id: str
    key: str


def copy_group(tree: Tree, message_id: str, reverse_path: str, tenant_id: str) -> CopyGroup | None:
    """The group of a message; ``None`` for one without Message-ID or with a null sender, which is alone always."""
    if not message_id.strip() or not reverse_path:
        return None
    digest = hashlib.sha256()
    for value in (b"copies-1", tenant_id.encode(), message_id.strip().encode(), normal_address(reverse_path).encode()):
        _add(digest, value)
    digest.update(_content(tree))
    return CopyGroup(tenant_id, digest.hexdigest())


def _content(tree: Tree) -> bytes:
    digest = hashlib.sha256()
    fields = tree.root.fields
    for field in fields:
        if field.key in _OF_THE_SENDER:
            _add(digest, field.key)
            # Folding is white space: a server may fold a line anew (RFC 5322 section 2.2.3).
            _add(digest, b" ".join(tree.bytes_of(field.body).split()))
    at = max((field.end for field in fields), default=0)
    view = memoryview(tree.data)
    while at < len(view):
        digest.update(view[at : at + _PIECE])
        at += _PIECE
    return digest.digest()


def _add(digest: hashlib._Hash, value: bytes) -> None:
    """With its length in front: no value can run into its neighbour."""
    digest.update(b"%d:" % len(value) + value)
