"""Header text for people: encoded words as they should be and as mailers write them, raw bytes, and what may not be shown."""

from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.decode import clean_lines, decode_words, header_text


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


JIS = b"\x1b$BF|Dx$N3NG'\x1b(B"
UTF8 = "見積書送付".encode()

HEADERS = {
    "plain": (b" Hello ", "Hello"),
    "folded": (b" one\r\n two\r\n\tthree", "one two three"),
    "folded by bare LF and CR": (b"one\n two\r three", "one two three"),
    "B word": (b"=?utf-8?B?6KaL56mN5pu4?=", "見積書"),
    "Q word": (b"=?utf-8?Q?=E8=A6=8B_x?=", "見 x"),
    "lower-case encoding letters": (b"=?utf-8?b?6KaL?= =?utf-8?q?=E7=A9=8D?=", "見積"),
    "language tag": (b"=?utf-8*ja?B?6KaL?=", "見"),
    "space between words is dropped": (b"=?utf-8?B?6KaL?=\r\n =?utf-8?B?56mN?=", "見積"),
    "space between word and text stays": (b"Re: =?utf-8?B?6KaL?= end", "Re: 見 end"),
    "word stuck to text": (b"[=?utf-8?B?6KaL?=]x", "[見]x"),
    "words without space between": (b"=?utf-8?B?6KaL?==?utf-8?B?56mN?=", "見積"),
    "character cut in two": (f"=?utf-8?B?{b64(UTF8[:4])}?= =?UTF-8?B?{b64(UTF8[4:])}?=".encode(), "見積書送付"),
    "character cut between B and Q": (f"=?utf-8?B?{b64(UTF8[:13])}?= =?utf-8?Q?=BB=98?=".encode(), "見積書送付"),
    "ISO-2022-JP state runs on": (f"=?iso-2022-jp?B?{b64(JIS[:7])}?= =?iso-2022-jp?B?{b64(JIS[7:])}?=".encode(), "日程の確認"),
    "ISO-2022-JP state left open before ASCII word": (
        f"=?iso-2022-jp?B?{b64(JIS[:-3])}?= =?iso-2022-jp?Q?abc?=".encode(),
        "日程の確認abc",
    ),
    "base64 itself cut": (f"=?utf-8?B?{b64(UTF8)[:6]}?= =?utf-8?B?{b64(UTF8)[6:]}?=".encode(), "見積書送付"),
    "no padding": (b"=?utf-8?B?eA?= y", "x y"),
    "one letter too many": (b"=?utf-8?B?6KaLx?=", "見"),
    "spaces inside": (b"=?utf-8?B?6KaL 56mN?=", "見積"),
    "question mark inside Q": (b"=?utf-8?Q?really??=", "really?"),
    "no end": (b"=?utf-8?B?6KaL56mN", "見積"),
    "no end before the next word": (b"=?utf-8?B?6KaL =?utf-8?B?56mN?=", "見積"),
    "no end before plain text": (b"=?utf-8?B?6KaL and more", "見 and more"),
    "unknown charset": (b"=?x-nothing?B?6KaL?=", "見"),
    "unknown-8bit": (b"=?unknown-8bit?B?6KaL?=", "見"),
    "two charsets": (f"=?utf-8?B?6KaL?= =?shift_jis?B?{b64('積'.encode('cp932'))}?=".encode(), "見積"),
    "not a word": (b"a =? b ?= c", "a =? b ?= c"),
    "empty word": (b"=?utf-8?B??=x", "x"),
    "raw utf-8": ("生の件名".encode(), "生の件名"),
    "raw iso-2022-jp": (JIS, "日程の確認"),
    "raw shift_jis": ("見積書をお送り".encode("cp932"), "見積書をお送り"),
    "raw utf-8 beside a word": ("件 =?utf-8?B?6KaL?=".encode(), "件 見"),
    "raw utf-8 inside a Q word": ("=?utf-8?Q?件?=".encode(), "件"),
    "NUL and controls": (b"a\0b\x07c\x7f", "abc"),
    "line breaks smuggled into a word": (f"=?utf-8?B?{b64(b'a' + bytes([13, 10]) + b'Bcc: x')}?=".encode(), "a  Bcc: x"),
    "right-to-left override": ("a\u202eb\u2066c\u200ed".encode(), "abcd"),
    "line separator": ("a\u2028b".encode(), "a b"),
    "zero width space": ("a\u200bb\ufeff".encode(), "ab"),
    "joined emoji keeps its joiner": ("👩\u200d💻".encode(), "👩\u200d💻"),
    "lone surrogate by utf-7": (b"=?utf-7?Q?+2AA-?=", "\ufffd"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), HEADERS.values(), ids=HEADERS.keys())
def test_header(raw: bytes, expected: str) -> None:
    assert header_text(raw) == expected


PIECES = st.sampled_from(
    [
        "=?utf-8?B?",
        "=?iso-2022-jp?b?",
        "=?x?q?",
        "?=",
        "=?",
        "44GC",
        "GyRC",
        "=E3=81",
        " ",
        "\r\n ",
        "\t",
        "あ",
        "\x1b$B",
        "\x1b(B",
        "\0",
        "\u202e",
        "?",
        "=",
    ]
)


@given(st.lists(PIECES, max_size=20))
def test_any_mixture_can_be_shown_on_one_line(pieces: list[str]) -> None:
    text = header_text("".join(pieces).encode())
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
    assert "\u202e" not in text
    text.encode("utf-8")


@given(st.text(max_size=40))
def test_text_without_words_is_left_alone(text: str) -> None:
    plain = text.replace("=?", "")
    assert decode_words(plain) == plain


def test_lines_keep_breaks_and_tabs_and_lose_the_rest() -> None:
    assert clean_lines("a\r\nb\rc\td\0\x1b\u202ee\ud800") == "a\nb\nc\tde\ufffd"
