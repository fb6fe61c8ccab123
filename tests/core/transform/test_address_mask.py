"""Which bytes of a raw list are signs, and which only look like one because they are half of a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.address_mask import mask

X = "\x7f"
CASES = {
    "ascii stays": (b'"a" <b@c>, d', '"a" <b@c>, d'),
    "folds stay": (b"a,\r\n b", "a,\r\n b"),
    "utf-8": ("山<a".encode(), X * 3 + "<a"),
    "iso-2022-jp with bracket and comma bytes": (b"\x1b$B!<%\"%,\x1b(B <a>", X * 12 + " <a>"),
    "iso-2022-jp half-width kana": (b"\x1b(I<,;\x1b(B,", X * 9 + ","),
    "iso-2022-jp that never ends": (b"a,\x1b$B;,", "a," + X * 5),
    "shift_jis with a backslash byte": ('"表予"<a>'.encode("cp932"), '"' + X * 4 + '"<a>'),
    "shift_jis with an at sign byte": ("ァー,a@b".encode("cp932"), X * 4 + ",a@b"),
    "euc-jp": ("佐藤はなこ,a".encode("euc_jp"), X * 10 + ",a"),
    "windows-1252": ("Gößling <a>".encode("cp1252"), "G" + X + X + "ling <a>"),
    "escape that begins no charset": (b"\x1b[31m,a", "\x1b[31m,a"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES.keys())
def test_mask(body: bytes, expected: str) -> None:
    assert mask(body) == expected


@given(st.binary(max_size=200))
def test_one_character_for_each_byte(body: bytes) -> None:
    masked = mask(body)
    assert len(masked) == len(body)
    assert all(sign in (X, chr(byte)) for sign, byte in zip(masked, body, strict=True))
