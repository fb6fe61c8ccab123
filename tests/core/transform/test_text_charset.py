"""Text in a charset: it fits for every reader, or it does not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.text_charset import (
    charset_by_content,
    decode,
    encode,
    is_ascii_based,
    is_stateful,
    mask_escaped,
    return_to_ascii,
)


@pytest.mark.parametrize(
    ("label", "text", "written"),
    [
        ("iso-2022-jp", "日本", b"\x1b$BF|K\\\x1b(B"),
        ("ISO-2022-JP", "～−－〜", b"\x1b$B!A!]!]!A\x1b(B"),
        ("iso-2022-jp", "a\r\n日\r\nb", b"a\r\n\x1b$BF|\x1b(B\r\nb"),
        ("iso-2022-jp", "①", None),
        ("iso-2022-jp", "㈱", None),
        ("iso-2022-jp", "ｱ", None),
        ("iso-2022-jp", "¥", None),
        ("iso-2022-jp-2", "é", None),
        ("iso-2022-jp-ms", "日", b"\x1b$BF|\x1b(B"),
        ("shift_jis", "表～ｱ", b"\x95\x5c\x81\x60\xb1"),
        ("shift_jis", "①", None),
        ("windows-31j", "①", b"\x87\x40"),
        ("cp932", "〜", b"\x81\x60"),
        ("x-sjis", "髙", b"\xee\xe0"),
        ("shift_jis", "髙", None),
        ("euc-jp", "日本ｱ", b"\xc6\xfc\xcb\xdc\x8e\xb1"),
        ("euc-jp", "丂", None),  # JIS X 0212
        ("utf-8", "①😀", "①😀".encode()),
        ("us-ascii", "é", None),
        ("us-ascii", "e", b"e"),
        ("iso-8859-1", "é", b"\xe9"),
        ("iso-8859-1", "—", None),
        ("windows-1252", "—", b"\x97"),
        ("gb2312", "中", b"\xd6\xd0"),
        ("gb2312", "髙", None),
        ("iso-2022-kr", "한", None),
        ("iso-2022-kr", "a", b"a"),
        ("no-such-charset", "日", None),
        ("", "日", None),
    ],
)
def test_writing(label: str, text: str, written: bytes | None) -> None:
    assert encode(text, label) == written


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=50),
    st.sampled_from(["iso-2022-jp", "shift_jis", "euc-jp", "utf-8", "gb18030", "iso-8859-1", "cp1252"]),
)
def test_what_fits_is_read_back_by_pythons_codec_too(text: str, label: str) -> None:
    written = encode(text, label)
    if written is not None:
        same = str.maketrans("～∥－￠￡￢", "〜‖−¢£¬")
        assert written.decode(label).translate(same) == text.translate(same)
        assert not return_to_ascii(written, 0, len(written))


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"\x1b$BF|K\\\x1b(B", "iso-2022-jp", "日本"),
        (b"\x1b$B-!\x1b(B", "iso-2022-jp", "①"),
        (b"\x1b(I1\x1b(B", "iso-2022-jp", "ｱ"),
        (b"\x87\x40", "shift_jis", "①"),
        (b"\x81\x60", "shift_jis", "〜"),
        (b"\xad\xa1", "euc-jp", "①"),
        (b"\x93quoted\x94", "iso-8859-1", "“quoted”"),
        (b"caf\xe9", "iso-8859-1", "café"),
        (b"\xe3\x81", "utf-8", None),
        (b"\xff\xff", "shift_jis", None),
        (b"\x81", "iso-8859-1", None),
        (b"\x1b$B\xff\xff\x1b(B", "iso-2022-jp", None),
        (b"\x1b%Gx", "iso-2022-jp", None),
        (b"x", "unknown-to-all", None),
    ],
)
def test_reading_without_loss(data: bytes, label: str, text: str | None) -> None:
    assert decode(data, label) == text


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"plain", "us-ascii"),
        (b"\x1b$BF|\x1b(B", "iso-2022-jp"),
        ("日本".encode(), "utf-8"),
        ("日本".encode("cp932"), ""),
        (b"", "us-ascii"),
    ],
)
def test_telling_by_content(data: bytes, charset: str) -> None:
    assert charset_by_content(data) == charset


@pytest.mark.parametrize("label", ["utf-16", "utf-16le", "utf-32", "utf-7", "hz", "cp037", "cp500"])
def test_charsets_that_ascii_cannot_stand_in(label: str) -> None:
    assert not is_ascii_based(label)


@pytest.mark.parametrize(
    "label",
    ["utf-8", "us-ascii", "iso-2022-jp", "shift_jis", "cp932", "euc-jp", "big5", "gb18030", "koi8-r", "x-own", ""],
)
def test_charsets_that_hold_ascii_as_it_is(label: str) -> None:
    assert is_ascii_based(label)


def test_only_escape_sequences_make_ascii_bytes_mean_something_else() -> None:
    assert [is_stateful(label) for label in ("iso-2022-jp", "cp50221", "shift_jis", "utf-8", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("data", "needed"),
    [
        (b"", b""),
        (b"abc", b""),
        (b"\x1b$BF|\x1b(Bx", b""),
        (b"\x1b$BF|", b"\x1b(B"),
        (b"\x1b$BF|\r\n", b"\x1b(B"),
        (b"\x1b(Ix", b"\x1b(B"),
        (b"\x1b(J", b"\x1b(B"),
        (b"\x0e1", b"\x0f"),
        (b"\x0e1\x0f", b""),
        (b"\x1b$BF|\x0e", b"\x0f\x1b(B"),
    ],
)
def test_back_to_ascii(data: bytes, needed: bytes) -> None:
    assert return_to_ascii(b"##" + data, 2, 2 + len(data)) == needed


def test_masking_takes_markup_out_of_double_bytes() -> None:
    data = b"<p>" + "縺翫".encode("iso2022_jp") + "肴偀示".encode("iso2022_jp", "ignore") + b"</p>"
    assert len(mask_escaped(data)) == len(data)
    assert mask_escaped(b"<p>\x1b$B<b>\x1b(B<i>") == b"<p>xxxxxx\x1b(B<i>"
    assert mask_escaped(b"<p>\x0e<b>\x0f<i>") == b"<p>xxxx\x0f<i>"
