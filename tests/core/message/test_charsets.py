"""Charsets: what the label says, what it means in practice, and what the bytes say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.charsets import decode_text, guess_text, is_known

LABELLED = {
    "iso-2022-jp": (b"\x1b$BF|K\\\x1b(B", "iso-2022-jp", "日本"),
    "iso-2022-jp with NEC circled digit": (b"\x1b$B-!\x1b(B", "ISO-2022-JP", "①"),
    "iso-2022-jp with NEC company mark": (b"\x1b$B-j\x1b(B", "iso-2022-jp", "㈱"),
    "iso-2022-jp with IBM extension": (b"\x1b$B|b\x1b(B", "iso-2022-jp", "髙"),
    "iso-2022-jp with half-width kana": (b"\x1b(I6E\x1b(B.", "iso-2022-jp", "ｶﾅ."),
    "iso-2022-jp with half-width kana by shift": (b"\x0e6E\x0f.", "iso-2022-jp", "ｶﾅ."),
    "iso-2022-jp old escape": (b"\x1b$@F|K\\\x1b(J!", "iso-2022-jp", "日本!"),
    "iso-2022-jp with JIS X 0212": (b"\x1b$(D0!\x1b(B", "iso-2022-jp", "丂"),
    "iso-2022-jp without the last escape": (b"\x1b$BF|K\\", "iso-2022-jp", "日本"),
    "iso-2022-jp lost escape costs one line": (b"\x1b$BF|K\\\nabc", "iso-2022-jp", "日本\nabc"),
    "iso-2022-jp half a character": (b"\x1b$BF|K\x1b(Bx", "iso-2022-jp", "日\ufffdx"),
    "iso-2022-jp label on shift_jis": ("日本".encode("cp932"), "iso-2022-jp", "日本"),
    "shift_jis is code page 932": ("①㈱髙".encode("cp932"), "shift_jis", "①㈱髙"),
    "x-sjis": ("表".encode("cp932"), "x-sjis", "表"),
    "windows-31j": ("表".encode("cp932"), "Windows-31J", "表"),
    "euc-jp": ("日本".encode("euc_jp"), "euc-jp", "日本"),
    "euc-jp with NEC circled digit": (b"\xad\xa1\xa4\xa2", "EUC-JP", "①あ"),
    "euc-jp half-width kana": (b"\x8e\xb6\x8e\xc5\xad\xa1", "euc-jp", "ｶﾅ①"),
    "euc-jp with JIS X 0212": (b"\x8f\xb0\xa1\xad\xa1", "euc-jp", "丂①"),
    "utf-8": ("日本🎉".encode(), "UTF8", "日本🎉"),
    "utf-8 label on shift_jis": ("見積書を送付".encode("cp932"), "utf-8", "見積書を送付"),
    "ascii label on utf-8": ("日本".encode(), "us-ascii", "日本"),
    "latin-1 label on shift_jis": ("文字化けの件".encode("cp932"), "iso-8859-1", "文字化けの件"),
    "latin-1 is windows-1252": (b"\x93x\x94 \xe9", "iso-8859-1", "“x” é"),
    "gb2312 is gb18030": ("镕".encode("gb18030"), "gb2312", "镕"),
    "ks_c_5601-1987 is code page 949": ("똠방각하".encode("cp949"), "ks_c_5601-1987", "똠방각하"),
    "big5": ("繁體".encode("big5"), "Big5", "繁體"),
    "koi8-r": ("Привет".encode("koi8-r"), "KOI8-R", "Привет"),
    "utf-7": (b"+ZeVnLIqe-", "utf-7", "日本語"),
    "unknown label": ("日本".encode(), "x-no-such-charset", "日本"),
    "quoted label": ("表".encode("cp932"), '"Shift_JIS"', "表"),
    "archive is no charset": (b"abc", "zlib", "abc"),
    "escape language is no charset": (b"\\u0041", "unicode_escape", "\\u0041"),
    "empty": (b"", "iso-2022-jp", ""),
}


@pytest.mark.parametrize(("data", "label", "expected"), LABELLED.values(), ids=LABELLED.keys())
def test_labelled(data: bytes, label: str, expected: str) -> None:
    assert decode_text(data, label) == expected


GUESSED = {
    "ascii": (b"abc", "abc"),
    "utf-8": ("見積書".encode(), "見積書"),
    "iso-2022-jp": (b"\x1b$BF|K\\\x1b(B", "日本"),
    "shift_jis": ("見積書をお送りします".encode("cp932"), "見積書をお送りします"),
    "shift_jis katakana with low trail bytes": ("テスト".encode("cp932"), "テスト"),
    "euc-jp": ("見積書をお送りします".encode("euc_jp"), "見積書をお送りします"),
    "half-width kana": ("ｶﾌﾞｼｷｶﾞｲｼｬ".encode("cp932"), "ｶﾌﾞｼｷｶﾞｲｼｬ"),
    "western": ("José Pérez, Zürich".encode("latin-1"), "José Pérez, Zürich"),
    "western quotes": (b"na\xefve \x93x\x94", "naïve “x”"),
}


@pytest.mark.parametrize(("data", "expected"), GUESSED.values(), ids=GUESSED.keys())
def test_guessed(data: bytes, expected: str) -> None:
    assert guess_text(data) == expected


def test_one_text_is_one_string_in_every_japanese_wrapping() -> None:
    """Keyword rules compare strings: the wave dash and its kin must not depend on the charset."""
    microsoft = "～∥－￠￡￢"
    shift_jis = microsoft.encode("cp932")
    euc = bytes.fromhex("a1c1a1c2a1dda1f1a1f2a2cc")
    jis = b"\x1b$B" + bytes(byte & 0x7F for byte in euc) + b"\x1b(B"
    assert (
        decode_text(shift_jis, "shift_jis")
        == decode_text(euc, "euc-jp")
        == decode_text(jis, "iso-2022-jp")
        == microsoft
    )
    with_nec = decode_text(jis[:-3] + b"-!\x1b(B", "iso-2022-jp")
    assert with_nec == microsoft + "①"


@given(
    st.binary(max_size=60),
    st.sampled_from(
        [
            "",
            "iso-2022-jp",
            "euc-jp",
            "shift_jis",
            "utf-8",
            "utf-7",
            "utf-16",
            "hz",
            "gb2312",
            "johab",
            "big5",
            "iso-2022-kr",
        ]
    ),
)
def test_never_raises(data: bytes, label: str) -> None:
    assert isinstance(decode_text(data, label), str)
    assert isinstance(guess_text(data), str)


@pytest.mark.parametrize(
    ("label", "known"),
    [("utf-8", True), ("ISO-2022-JP", True), ("x-unknown", False), ("rot13", False), ("", False), ("a" * 1000, False)],
)
def test_known_labels(label: str, known: bool) -> None:
    assert is_known(label) is known
