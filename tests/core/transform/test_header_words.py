"""Header text as Matta writes it: lines short enough, characters whole, and no way out of the field."""

from __future__ import annotations

import re
from base64 import b64decode
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.decode import clean, header_text
from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.header_words import address_word, unstructured_body, unstructured_field
from tests.support.second_parser import second_parse

WORD = re.compile(rb"=\?utf-8\?B\?([A-Za-z0-9+/=]+)\?=")
TEXTS = {
    "plain": "checked",
    "spaces inside": "a  b   c",
    "long plain": "word " * 60,
    "japanese": "社外秘の資料を含みますので、お取り扱いにご注意ください。" * 5,
    "prefix stays readable": "Re: 見積書送付の件",
    "words behind stay readable": "見積書 version two of the offer",
    "two spaces before what is encoded": "Re:  見積",
    "two spaces behind": "見積  two",
    "emoji beyond the first plane": "🎉" * 40,
    "combining marks": "か\u3099" * 30,
    "looks like an encoded word": "=?utf-8?B?YQ==?= stays as it is written",
    "no place to fold": "x" * 1200,
    "one long token among others": "a " + "y" * 950 + " b",
    "ideographic space at the end of a line": "あ\u3000" * 40,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("name", ["X-Foo", "X-" + "Long-Name-" * 7])
def test_a_text_comes_back(name: str, text: str) -> None:
    field = unstructured_field(name, text, b"\r\n")
    check_lines(field)
    message = field + b"\r\n\r\nbody\r\n"
    [parsed] = parse(message).root.fields
    assert header_text(message[parsed.body_start : parsed.body_end]) == text.strip()
    assert (
        str(make_header(decode_header(field.partition(b":")[2].decode("ascii").replace("\r\n", "")))).strip()
        == text.strip()
    )


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_second_parser_reads_the_same_subject(text: str) -> None:
    message = b"From: a@b.example\r\n" + unstructured_field("Subject", text, b"\r\n") + b"\r\n\r\nbody\r\n"
    assert second_parse(message).subject.strip() == text.strip()


def check_lines(field: bytes) -> None:
    """No line too long, no line of white space only, no encoded word too long or with half a character."""
    lines = field.split(b"\r\n")
    for line in lines:
        assert len(line) <= 998
        assert line.strip()
        if WORD.search(line):
            assert len(line) <= 76
    assert all(line[:1] == b" " for line in lines[1:])
    for word in WORD.finditer(field):
        assert len(word.group()) <= 75
        b64decode(word.group(1)).decode("utf-8")


@given(st.text(max_size=300))
def test_any_text_gives_one_field_that_reads_back(text: str) -> None:
    try:
        field = unstructured_field("X-Foo", text, b"\r\n")
    except BadArgument:
        assert re.search("[\r\n\x00]", text)
        return
    [parsed] = parse(field + b"\r\n\r\n").root.fields
    assert parsed.end == len(field) + 2
    assert field.isascii()
    assert header_text(field[parsed.body_start :]) == header_text(clean(text).strip().encode("utf-8")) or "=?" in text
    check_lines(field)


def test_what_was_short_is_not_folded() -> None:
    assert unstructured_field("X-Foo", "a b c", b"\n") == b"X-Foo: a b c"
    assert unstructured_body("", 6, b"\n") == b""


def test_folds_are_the_line_ends_of_the_message() -> None:
    field = unstructured_field("X-Foo", "word " * 30, b"\n")
    assert b"\n word" in field
    assert b"\r" not in field


@pytest.mark.parametrize("text", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b"])
def test_a_text_that_would_open_another_field_is_refused(text: str) -> None:
    with pytest.raises(BadArgument):
        unstructured_field("X-Foo", text, b"\r\n")


@pytest.mark.parametrize("name", ["", "X Foo", "X:Foo", "X-Foo\r\nBcc", "名前"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(BadArgument):
        unstructured_field(name, "text", b"\r\n")


ADDRESSES = {
    "plain": ("a.b+c@example.com", b"a.b+c@example.com"),
    "upper case stays": ("Taro.Yamada@Example.COM", b"Taro.Yamada@Example.COM"),
    "dots that RFC 5322 does not know (old Japanese mobile addresses)": (
        "a..b.@mobile.example",
        b"a..b.@mobile.example",
    ),
    "quoted local part": ('"a b"@example.com', b'"a b"@example.com'),
    "domain literal": ("a@[192.0.2.1]", b"a@[192.0.2.1]"),
    "international domain": ("a@例え.example", b"a@xn--r8jz45g.example"),
    "international local part": ("山田@例え.example", "山田@例え.example".encode()),
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_address(address: str, expected: bytes) -> None:
    assert address_word(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@b.example", "a@", "a@b@c.example", "a b@c.example", "a@b.example, c@d.example", "<a@b.example>",
        "a@b.example\r\nBcc: x@y.example", "a@b.example\n", "a\x00@b.example", "a(b)@c.example", "a@b.example;",
        "Taro:a@b.example;", "a@b\u3000c.example", '"a\r\n"@b.example', "a\ud800@b.example", "a\u202e@b.example",
        "x" * 1000 + "@b.example", "=?utf-8?Q?a=40b.example=2C?=@c.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadArgument):
        address_word(address)


@given(st.text(alphabet=st.sampled_from('ab.@ <>,;:"\\()[]\r\n\tあ=?'), max_size=20))
def test_what_is_taken_for_an_address_reads_as_that_one_address(text: str) -> None:
    try:
        word = address_word(text)
    except BadArgument:
        return
    message = b"To: " + word + b"\r\n\r\n"
    [field] = parse(message).root.fields
    assert message[field.body_start : field.body_end] == b" " + word
    assert not re.search(rb"[\r\n]", word)
