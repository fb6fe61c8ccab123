"""Which messages are copies of one: the name of their group (stage 3, product.md M7). Pure.

Copies of one sending have the same Message-ID, the same reverse-path and the same content. Anybody can write the
Message-ID of another message, so the content is part of the name: its body, the fields that people read, that tell how the
body is read, or that the tenant's policies ask about, and whatever stands between fields. Fields that servers add on the
way (Received, signatures, their own X- fields) differ between copies of one sending, so they are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set
from dataclasses import dataclass

from shared.core.message.domains import normal_address
from shared.core.message.headers import raw_parameter
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
        b"resent-from",
        b"resent-sender",
        b"resent-to",
        b"resent-cc",
        b"resent-date",
        b"comments",
        b"keywords",
        b"organization",
        b"importance",
        b"priority",
        b"x-priority",
        b"sensitivity",
        b"msip_labels",
        b"x-message-flag",
        b"reply-by",
        b"expires",
        b"thread-topic",
        b"disposition-notification-to",
        b"return-receipt-to",
        b"auto-submitted",
        b"list-unsubscribe",
        b"list-unsubscribe-post",
        b"",  # the parser's name for lines that are no field: some programs show them, or take them for the body
    ]
)
"""Fields that the author's program writes, that people see or programs act on, and that are the same in every copy: of RFC
5322 section 3.6, RFC 2045, RFC 4021, and of Outlook.
"""
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """The name that all copies of one message have and no other message does. ``key`` is 64 hexadecimal digits; the
    tenant is part of what they are the digest of, too.
    """

    tenant_id: str
    key: str


def copy_group(
    tree: Tree, message_id: str, reverse_path: str, tenant_id: str, asked: Set[str] = frozenset()
) -> CopyGroup | None:
    """The group of a message; ``None`` for one without Message-ID or with a null sender, which is alone always.

    ``asked`` are the fields, in lower case, that the tenant's policies and rules ask about.
    """
    if not message_id.strip() or not reverse_path:
        return None
    digest = hashlib.sha256()
    for value in (b"copies-1", tenant_id.encode(), message_id.strip().encode(), normal_address(reverse_path).encode()):
        _add(digest, value)
    digest.update(_content(tree, _OF_THE_SENDER | {name.encode() for name in asked}))
    return CopyGroup(tenant_id, digest.hexdigest())


def _content(tree: Tree, names: Set[bytes]) -> bytes:
    digest = hashlib.sha256()
    fields = tree.root.fields
    for field in fields:
        if field.key in names:
            _add(digest, field.key)
            # Folding is white space: a server may fold a line anew (RFC 5322 section 2.2.3).
            _add(digest, b" ".join(tree.bytes_of(field.body if field.key else field.full).split()))
    # Not so here: by other white space in it the same body has other parts.
    _add(digest, raw_parameter(tree.root.content.parameters, "boundary") or b"")
    at = max((field.end for field in fields), default=0)
    view = memoryview(tree.data)
    while at < len(view):
        digest.update(view[at : at + _PIECE])
        at += _PIECE
    return digest.digest()


def _add(digest: hashlib._Hash, value: bytes) -> None:
    """With its length in front: no value can run into its neighbour."""
    digest.update(b"%d:" % len(value) + value)
