"""DKIM keys: private ones as PEM, public ones as DNS has them (RFC 6376 section 3.6, RFC 8463). Part of stage 4b."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.core.signing.tags import BadTags, read_base64, read_tags, unspaced
from shared.errors import TemporaryError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

SHORTEST_RSA = 1024
"""Bits; verifiers reject shorter keys (RFC 8301 section 3.2)."""
ADVISED_RSA = 2048
LONGEST_RSA = 8192
_ED25519_BYTES = 32
_TXT_STRING = 255


class BadKey(TemporaryError):
    """A private key cannot be used. Temporary: mail waits while somebody puts it right."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key that signs. ``algorithm`` is the ``a=`` of its signatures."""

    algorithm: str
    bits: int
    _key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The signature of ``data``; for one key always the same (RFC 8017 section 8.2, RFC 8032)."""
        if self.algorithm == "ed25519-sha256":
            return self._key.sign(_sha256(data))  # type: ignore[call-arg]  # the algorithm tells the type
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        return self._key.sign(data, PKCS1v15(), SHA256())  # type: ignore[call-arg]  # as above

    def record(self) -> str:
        """The TXT record with its public half."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key.public_key()
        if self.algorithm == "ed25519-sha256":
            raw, kind = public.public_bytes(Encoding.Raw, PublicFormat.Raw), "ed25519"
        else:
            raw, kind = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "rsa"
        return f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode()}"


@lru_cache(maxsize=200)
def read_private_key(pem: str) -> PrivateKey:
    """The key in a PEM text, PKCS#1 or PKCS#8, without a password. Raises ``BadKey``.

    Reading an RSA key costs more than signing with it; so the last ones are kept.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.strip().encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"a DKIM key is no PEM private key: {type(error).__name__}") from None
    if isinstance(key, Ed25519PrivateKey):
        return PrivateKey("ed25519-sha256", _ED25519_BYTES * 8, key)
    if not isinstance(key, RSAPrivateKey):
        raise BadKey("a DKIM key is neither RSA nor Ed25519")
    if key.key_size < SHORTEST_RSA:
        raise BadKey(f"a DKIM key has {key.key_size} bits; {SHORTEST_RSA} are the least")
    return PrivateKey("rsa-sha256", key.key_size, key)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that a signature is checked with. ``kind`` is ``rsa`` or ``ed25519``; ``strict`` is the flag ``t=s``."""

    kind: str
    strict: bool
    hashes: tuple[str, ...]
    _key: RSAPublicKey | Ed25519PublicKey

    def verifies(self, signature: bytes, data: bytes, algorithm: str) -> bool:
        """Whether it is this key's signature of ``data``; ``algorithm`` as in ``a=``."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        kind, _, hashed = algorithm.partition("-")
        if kind != self.kind or (self.hashes and hashed not in self.hashes):
            return False
        try:
            if kind == "ed25519":
                self._key.verify(signature, _sha256(data))  # type: ignore[call-arg]  # ``kind`` tells the type
            else:
                self._key.verify(signature, data, PKCS1v15(), SHA256())  # type: ignore[call-arg]  # as above
        except InvalidSignature:
            return False
        return True


def read_public_key(record: str) -> PublicKey | None:
    """The key in a TXT record; ``None`` where it was revoked (an empty ``p=``). Raises ``BadTags`` for what is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    tags = read_tags(record)
    kind = tags.get("k", "rsa")
    services = [unspaced(one) for one in tags.get("s", "*").split(":")]
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags or not {"*", "email"} & set(services):
        raise BadTags("not-a-key")
    if not unspaced(tags["p"]):
        return None
    raw = read_base64(tags["p"])
    flags = [unspaced(one) for one in tags.get("t", "").split(":")]
    hashes = tuple(unspaced(one) for one in tags["h"].split(":")) if "h" in tags else ()
    try:
        if kind == "ed25519":
            return PublicKey(kind, "s" in flags, hashes, Ed25519PublicKey.from_public_bytes(raw))
        key = load_der_public_key(raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadTags("not-a-key") from error
    if kind != "rsa" or not isinstance(key, RSAPublicKey) or not SHORTEST_RSA <= key.key_size <= LONGEST_RSA:
        raise BadTags("not-a-key")
    return PublicKey(kind, "s" in flags, hashes, key)


def txt_strings(record: str) -> tuple[str, ...]:
    """A record cut as zone files want it: strings of at most 255 bytes (RFC 1035 section 3.3)."""
    return tuple(record[start : start + _TXT_STRING] for start in range(0, len(record), _TXT_STRING))


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
