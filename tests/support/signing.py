"""Keys for tests of signatures, and a second opinion: dkimpy checks what Matta signs, and signs what Matta checks."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from functools import cache
from types import SimpleNamespace

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.adapters.smtp_next_hop_content import stuffed
from shared.core.signing.dkim_sign import Signer
from shared.core.signing.keys import read_private_key

# dkimpy compares times with the machine's clock; tests have a clock of their own.
dkim.time = SimpleNamespace(time=lambda: 1_900_000_000.0)


@cache
def rsa_pem(name: str = "1", bits: int = 2048, *, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    """A private key of that name, the same during a test run."""
    assert name
    key = generate_private_key(65537, bits)
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


@cache
def ed25519_pem(name: str = "1") -> str:
    """A private key of that name, the same during a test run."""
    assert name
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def signer(pem: str, domain: str = "aozora.example", selector: str = "s1") -> Signer:
    """Who signs with that key."""
    return Signer(domain, selector, read_private_key(pem))


def record(pem: str) -> str:
    """The TXT record for a private key."""
    return read_private_key(pem).record()


def ed25519_seed(pem: str) -> bytes:
    """The key as dkimpy takes it."""
    raw = read_private_key(pem)._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return base64.b64encode(raw)


def over_smtp(chunks: Iterable[bytes]) -> bytes:
    """What a server has after DATA. Raises ``Smuggling``."""
    wire = b"\r\n" + b"".join(stuffed(chunks))
    return wire.replace(b"\r\n..", b"\r\n.")[2:]


def dkim_results(message: bytes, records: Mapping[str, str]) -> list[bool]:
    """dkimpy's verdict on every DKIM signature from the top; what it cannot read is wrong."""
    found = []
    checker = dkim.DKIM(message)
    for index in range(sum(name.lower() == b"dkim-signature" for name, _ in checker.headers)):
        try:
            found.append(dkim.DKIM(message).verify(index, dnsfunc=_lookup(records)))
        except dkim.DKIMException:
            found.append(False)
    return found


def arc_result(message: bytes, records: Mapping[str, str]) -> str:
    """dkimpy's verdict on the ARC chain: ``none``, ``pass``, ``fail``, or ``ended``."""
    status, _, _ = dkim.arc_verify(message, dnsfunc=_lookup(records))
    return "ended" if status is None else status.decode()


def _lookup(records: Mapping[str, str]):  # type: ignore[no-untyped-def]  # the shape is dkimpy's
    def lookup(name: bytes, timeout: int = 5) -> bytes | None:
        found = records.get(name.decode().rstrip("."))
        return None if found is None else found.encode()

    return lookup
