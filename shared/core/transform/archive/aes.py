"""AES-256 as ZIP archives have it (WinZip's AE-2), by pyzipper, for one file as a stream. Stage 4b.

pyzipper's encrypter does the work: key derivation, counter mode, authentication code. Its archive writer is not used: it
draws random bytes itself, knows no ZipCrypto, and leaves the sizes of stored files out of their headers when it cannot go back.
Source of the format: "AES Encryption Information: Encryption Specification AE-1 and AE-2", WinZip, version 1.04.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

SALT_BYTES = 16
_VERIFIER_BYTES = 2
_CODE_BYTES = 10


class AesCipher:
    """Encrypts one file. ``salt`` is ``SALT_BYTES`` random bytes, others for every file."""

    overhead = SALT_BYTES + _VERIFIER_BYTES + _CODE_BYTES
    """Bytes that encryption adds to a file."""

    def __init__(self, password: bytes, salt: bytes) -> None:
        self._encrypter = _salted_encrypter()(password, salt)
        self.head = cast("bytes", self._encrypter.encryption_header())
        """What stands before the content: the salt, and two bytes by which most wrong passwords are noticed."""

    def encrypt(self, data: bytes) -> bytes:
        """The next bytes of the file, encrypted."""
        return cast("bytes", self._encrypter.encrypt(data))

    def tail(self) -> bytes:
        """What stands after the content: the code by which any change of it is noticed."""
        return cast("bytes", self._encrypter.flush())


@cache
def _salted_encrypter() -> Any:
    """pyzipper's encrypter with a salt that is handed in, as all randomness is in this room."""
    from pyzipper.zipfile_aes import WZ_AES_V2, AESZipEncrypter  # here: costs 90 ms, and few messages are encrypted

    class Salted(AESZipEncrypter):  # type: ignore[misc]  # pyzipper has no types
        def __init__(self, password: bytes, salt: bytes) -> None:
            self._given = salt
            super().__init__(password, nbits=256, force_wz_aes_version=WZ_AES_V2)

        @property
        def salt(self) -> bytes:
            return self._given

        @salt.setter
        def salt(self, drawn: bytes) -> None:
            """What pyzipper draws is not used."""

    return Salted
