"""Private keys in every usual form, and those that cannot be used."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shared.core.signing.keys import BadKey, read_private_key, read_public_key, txt_strings
from tests.support.signing import ed25519_pem, rsa_pem

EC = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
LOCKED = (
    load_pem_private_key(rsa_pem().encode(), None)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    .decode()
)
# A key of 512 bits, which today's libraries do not even make: verifiers reject it.
SHORT = """-----BEGIN RSA PRIVATE KEY-----
MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu
KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQJAIJLixBy2qpFoS4DSmoEm
o3qGy0t6z09AIJtH+5OeRV1be+N4cDYJKffGzDa88vQENZiRm0GRq6a+HPGQMd2k
TQIhAKMSvzIBnni7ot/OSie2TmJLY4SwTQAevXysE2RbFDYdAiEBCUEaRQnMnbp7
9mxDXDf6AU0cN/RPBjb9qSHDcWZHGzUCIG2Es59z8ugGrDY+pxLQnwfotadxd+Uy
v/Ow5T0q5gIJAiEAyS4RaI9YG8EWx/2w0T67ZUVAw8eOMB6BIUg0Xcu+3okCIBOs
/5OiPgoTdSy7bcF9IGpSE8ZgGKzgYQVZeN97YE00
-----END RSA PRIVATE KEY-----
"""


@pytest.mark.parametrize(
    ("pem", "algorithm", "bits"),
    [
        (rsa_pem(), "rsa-sha256", 2048),
        (rsa_pem(form=PrivateFormat.TraditionalOpenSSL), "rsa-sha256", 2048),
        (rsa_pem("2", 1024), "rsa-sha256", 1024),
        (ed25519_pem(), "ed25519-sha256", 256),
        ("\r\n " + rsa_pem().replace("\n", "\r\n") + "\r\n", "rsa-sha256", 2048),
    ],
    ids=["pkcs8", "pkcs1", "short", "ed25519", "crlf"],
)
def test_usual_forms_are_read(pem: str, algorithm: str, bits: int) -> None:
    key = read_private_key(pem)
    assert (key.algorithm, key.bits) == (algorithm, bits)
    public = read_public_key(key.record())
    assert public is not None
    assert public.verifies(key.sign(b"text"), b"text", algorithm)
    assert not public.verifies(key.sign(b"text"), b"Text", algorithm)
    assert key.sign(b"text") == key.sign(b"text")


@pytest.mark.parametrize(
    "pem",
    ["", "hello", EC, LOCKED, SHORT, rsa_pem()[:600], rsa_pem().replace("PRIVATE", "PUBLIC"), "\udcff"],
    ids=["empty", "text", "other-curve", "locked", "512-bit", "cut", "public", "no-text"],
)
def test_what_cannot_sign_is_refused_without_showing_it(pem: str) -> None:
    with pytest.raises(BadKey) as caught:
        read_private_key(pem)
    assert "BEGIN" not in str(caught.value)
    assert len(str(caught.value)) < 100


def test_nothing_of_a_key_is_shown() -> None:
    assert "PRIVATE" not in repr(read_private_key(rsa_pem()))
    assert "object at" not in repr(read_private_key(rsa_pem()))


def test_a_long_record_is_cut_into_strings() -> None:
    record = read_private_key(rsa_pem()).record()
    strings = txt_strings(record)
    assert "".join(strings) == record
    assert [len(one) for one in strings] == [255, len(record) - 255]
