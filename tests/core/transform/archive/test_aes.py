"""AES of WinZip archives against PyCryptodome-free pieces: hashlib, hmac and cryptography."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from shared.core.transform.archive.aes import SALT_BYTES, AesCipher


def by_the_book(password: bytes, salt: bytes, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Head, encrypted content and authentication code as WinZip's specification has them."""
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
    block = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
    stream = b"".join(block.update(number.to_bytes(16, "little")) for number in range(1, len(data) // 16 + 2))
    encrypted = bytes(one ^ two for one, two in zip(data, stream, strict=False))
    return salt + keys[64:], encrypted, hmac.new(keys[32:64], encrypted, "sha1").digest()[:10]


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 255 * 16 + 3, 257 * 16, 70_000])
def test_it_is_what_the_specification_says(size: int) -> None:
    salt, data = bytes(range(SALT_BYTES)), b"\x5a\x00\xff" * 30_000
    cipher = AesCipher(b"Kx7-mQ2=", salt)
    head, encrypted, code = by_the_book(b"Kx7-mQ2=", salt, data[:size])
    assert cipher.head == head
    assert cipher.encrypt(data[: size // 3]) + cipher.encrypt(data[size // 3 : size]) == encrypted
    assert cipher.tail() == code
    assert AesCipher.overhead == len(head) + len(code)
