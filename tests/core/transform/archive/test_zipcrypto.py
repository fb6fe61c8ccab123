"""ZipCrypto against the plain definition of APPNOTE 6.1, a byte at a time."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.transform.archive.zipcrypto import HEAD_BYTES, ZipCryptoCipher


class ByTheBook:
    """The three keys as APPNOTE defines them; CRC by zlib, which inverts it before and after."""

    def __init__(self, password: bytes) -> None:
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self.update(byte)

    def update(self, byte: int) -> None:
        one, two, three = self.keys
        one = self.crc(one, byte)
        two = (two + (one & 0xFF)) * 134775813 + 1 & 0xFFFFFFFF
        self.keys = [one, two, self.crc(three, two >> 24)]

    @staticmethod
    def crc(value: int, byte: int) -> int:
        return zlib.crc32(bytes((byte,)), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def encrypt(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            mixed = (self.keys[2] | 2) & 0xFFFF
            out.append(byte ^ (mixed * (mixed ^ 1) >> 8 & 0xFF))
            self.update(byte)
        return bytes(out)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=64),
    st.binary(min_size=HEAD_BYTES - 1, max_size=HEAD_BYTES - 1),
    st.integers(0, 255),
    st.lists(st.binary(max_size=300), max_size=5),
)
def test_it_is_what_the_specification_says(password: bytes, noise: bytes, check: int, pieces: list[bytes]) -> None:
    cipher, book = ZipCryptoCipher(password, noise, check), ByTheBook(password)
    assert cipher.head == book.encrypt(noise + bytes((check,)))
    assert [cipher.encrypt(piece) for piece in pieces] == [book.encrypt(piece) for piece in pieces]
    assert cipher.tail() == b""


@pytest.mark.parametrize("size", [1, 65_536, 262_144])
def test_a_long_piece_is_as_many_short_ones(size: int) -> None:
    """Long loops are compiled to machine code, short ones are not."""
    data = bytes(range(256)) * 1200
    whole = ZipCryptoCipher(b"pw", b"0" * 11, 9).encrypt(data)
    cipher = ZipCryptoCipher(b"pw", b"0" * 11, 9)
    end = 3000 if size == 1 else len(data)
    pieces = b"".join(cipher.encrypt(data[start : start + size]) for start in range(0, end, size))
    assert pieces[:end] == whole[:end]
    assert whole[:2000] == ByTheBook.encrypt(_after_head(), data[:2000])


def _after_head() -> ByTheBook:
    book = ByTheBook(b"pw")
    book.encrypt(b"0" * 11 + b"\x09")
    return book
