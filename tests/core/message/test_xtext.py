"""xtext and the UTF-8 address form: what they stand for, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.xtext import decode_original, decode_xtext, encode_utf8


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        pytest.param("QQ314159", "QQ314159", id="plain"),
        pytest.param("a+2Bb+3Dc+20d", "a+b=c d", id="plus, equals and space"),
        pytest.param("", None, id="nothing"),
        pytest.param("a b", None, id="space"),
        pytest.param("a=b", None, id="equals"),
        pytest.param("a+2b", None, id="small hex"),
        pytest.param("a+2", None, id="cut off"),
        pytest.param("+0D+0AX:+20y", None, id="a header field"),
        pytest.param("+00", None, id="NUL"),
        pytest.param("+E3+81+82", None, id="eight bits"),
        pytest.param("\u3042", None, id="beyond ASCII"),
    ],
)
def test_xtext_stands_for_printable_ascii_only(text: str, decoded: str | None) -> None:
    assert decode_xtext(text) == decoded


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        pytest.param("rfc822;a+2Bb@c.example", ("rfc822", "a+b@c.example"), id="rfc822"),
        pytest.param("RFC822;A@b.example", ("RFC822", "A@b.example"), id="case is kept"),
        pytest.param("utf-8;\\x{82B1}\\x{2B}@b.example", ("utf-8", "花+@b.example"), id="UTF-8 in seven bits"),
        pytest.param("UTF-8;花@例え.example", ("UTF-8", "花@例え.example"), id="UTF-8 as it is"),
        pytest.param("utf-8;\\x{110000}", None, id="beyond Unicode"),
        pytest.param("utf-8;\\x{202E}a", None, id="a turned direction"),
        pytest.param("utf-8;a\\b", None, id="a lone backslash"),
        pytest.param("rfc822;+E8+8A+B1@b.example", ("utf-8", "花@b.example"), id="UTF-8 in xtext, as Postfix does"),
        pytest.param("rfc822;+E8+8A@b.example", None, id="xtext that is no UTF-8"),
        pytest.param("rfc822;+E2+80+AEa@b.example", None, id="a turned direction in xtext"),
        pytest.param("rfc822;+E8+8A+B1+0D+0Aa@b.example", None, id="a line end in xtext"),
        pytest.param("x400;+E8+8A+B1@b.example", None, id="UTF-8 in xtext of another type"),
        pytest.param("rfc822", None, id="no semicolon"),
        pytest.param("rf c;a", None, id="a type with a space"),
        pytest.param("rfc822;花@b", None, id="UTF-8 under another type"),
    ],
)
def test_an_original_recipient_has_a_type_and_an_address(text: str, decoded: tuple[str, str] | None) -> None:
    assert decode_original(text) == decoded


@given(st.text(min_size=1, max_size=50).filter(str.isprintable).filter(lambda text: " " not in text))
def test_what_is_written_in_seven_bits_reads_as_it_was(address: str) -> None:
    written = encode_utf8(address)
    assert written.isascii()
    assert decode_original(f"utf-8;{written}") == ("utf-8", address)


@given(st.text(max_size=200))
def test_whatever_is_decoded_fits_on_one_line(text: str) -> None:
    decoded = decode_original(text)
    assert decoded is None or (decoded[1].isprintable() and decoded[0].isascii())
