"""Sealed texts: passwords of ZIPs, encrypted at rest and bound to the message they belong to. Stage 4b.

AES-256-GCM (NIST SP 800-38D); the key is derived from the secret of a named key, so that keys rotate: the first seals,
all open. A sealed text is ``version || kid length || kid || nonce || ciphertext`` and opens for its own message only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.errors import PermanentError

NONCE_BYTES = 12
_VERSION = b"\x01"


class CannotUnseal(PermanentError):
    """The key is gone, the bytes are damaged, or they belong to another message."""


def seal(text: str, ref: MessageRef, key: SigningKey, nonce: bytes) -> bytes:
    """``text`` for storage. ``nonce`` must be ``NONCE_BYTES`` fresh random bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(nonce) != NONCE_BYTES:
        raise ValueError("a nonce has 12 bytes")
    kid = key.kid.encode("ascii")
    head = _VERSION + bytes([len(kid)]) + kid + nonce
    return head + AESGCM(_derived(key)).encrypt(nonce, text.encode("utf-8"), _bound_to(ref))


def unseal(sealed: bytes, ref: MessageRef, keys: Sequence[SigningKey]) -> str:
    """The text again. Raises ``CannotUnseal``."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if sealed[:1] != _VERSION or len(sealed) < 2:
        raise CannotUnseal("not a sealed text")
    kid_end = 2 + sealed[1]
    kid = sealed[2:kid_end].decode("ascii", "replace")
    nonce, ciphertext = sealed[kid_end : kid_end + NONCE_BYTES], sealed[kid_end + NONCE_BYTES :]
    key = next((key for key in keys if key.kid == kid), None)
    if key is None or len(nonce) != NONCE_BYTES:
        raise CannotUnseal("the key that sealed this is not at hand")
    try:
        return AESGCM(_derived(key)).decrypt(nonce, ciphertext, _bound_to(ref)).decode("utf-8")
    except InvalidTag:
        raise CannotUnseal("the sealed text is damaged or belongs to another message") from None


def _derived(key: SigningKey) -> bytes:
    return hashlib.sha256(b"matta seal v1\x00" + key.secret).digest()


def _bound_to(ref: MessageRef) -> bytes:
    return f"{ref.tenant_id}:{ref.queue_id}".encode("ascii")
