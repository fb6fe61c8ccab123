"""Bytes into encoded bodies: what was there stays as it was written, and what comes out is what went in."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.spans import Span
from shared.core.message.transfer import decoded_span
from shared.core.transform.splice import Splice, apply
from shared.core.transform.text_transfer import (
    base64_lines,
    best_encoding,
    encode_body,
    fits_unencoded,
    holds_boundary,
    into_base64,
    into_quoted_printable,
    quoted_printable,
)

TEXT = st.text(st.sampled_from("ab =.-\t日本é\n"), max_size=300).map(lambda text: text.replace("\n", "\r\n").encode())


def decoded(data: bytes, encoding: str) -> bytes:
    return b"".join(decoded_span(data, Span(0, len(data)), encoding))


@given(TEXT, TEXT, st.data())
def test_base64_gets_a_piece_at_any_place(content: bytes, piece: bytes, data: st.DataObject) -> None:
    body = base64.encodebytes(content).replace(b"\n", b"\r\n")
    offset = data.draw(st.integers(0, len(content)))
    splice = into_base64(body, Span(0, len(body)), content, offset, piece, b"\r\n")
    made = b"".join(apply(body, [splice]))
    assert base64.b64decode(made) == content[:offset] + piece + content[offset:]
    assert made[: splice.span.start] == body[: splice.span.start]
    assert len(decoded(body[: splice.span.start], "base64")) == offset // 3 * 3
    assert max(map(len, made.split(b"\r\n"))) <= 76


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"YWJj\r\nZGVm\r\n", id="short-lines"),
        pytest.param(b"YWJjZGVm", id="no-line-end"),
        pytest.param(b"YWJj ZGVm  \r\n\r\n", id="white-space-and-empty-lines"),
        pytest.param(b"YWJ\r\njZG\r\nVm\r\n", id="lines-that-cut-units"),
        pytest.param(b"YWI=\r\nY2RlZg==\r\n", id="padding-in-the-middle"),
        pytest.param(b"YWJjZGV", id="padding-missing"),
        pytest.param(b"YWJjZGVm\r\n-- \r\nfooter of a list\r\n", id="text-behind"),
        pytest.param(b"!YWJjZGVm", id="foreign-character"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\r\n\r\n", id="white-space"),
    ],
)
@pytest.mark.parametrize("place", ["top", "middle", "bottom"])
def test_base64_however_it_was_written(body: bytes, place: str) -> None:
    content = decoded(body, "base64")
    offset = {"top": 0, "middle": len(content) // 2, "bottom": len(content)}[place]
    made = b"".join(apply(body, [into_base64(body, Span(0, len(body)), content, offset, b"<piece>", b"\r\n")]))
    assert decoded(made, "base64") == content[:offset] + b"<piece>" + content[offset:]
    assert base64.b64decode(made) == decoded(made, "base64")


def test_text_at_the_end_of_base64_costs_one_unit() -> None:
    content = bytes(range(256)) * 400
    body = base64.encodebytes(content).replace(b"\n", b"\r\n")
    splice = into_base64(body, Span(0, len(body)), content, len(content), b"piece", b"\r\n")
    assert splice.span.start >= len(body) - 8


@given(TEXT, TEXT.filter(len), st.data())
def test_quoted_printable_gets_a_piece_at_any_line_start(content: bytes, piece: bytes, data: st.DataObject) -> None:
    body = quoted_printable(content, b"\r\n")
    starts = [0, *(at + 2 for at in range(len(content)) if content[at : at + 2] == b"\r\n"), len(content)]
    offset = data.draw(st.sampled_from(starts))
    found = into_quoted_printable(body, Span(0, len(body)), offset, piece + b"\r\n", b"\r\n")
    assert found is not None
    made = b"".join(apply(body, [Splice(*found)]))
    assert quopri.decodestring(made) == content[:offset] + piece + b"\r\n" + content[offset:]
    assert max(map(len, made.split(b"\r\n"))) <= 76


@given(TEXT, st.data())
def test_quoted_printable_gets_a_piece_in_the_middle_of_a_line(content: bytes, data: st.DataObject) -> None:
    body = quoted_printable(content, b"\r\n")
    offset = data.draw(st.integers(0, len(content)).filter(lambda at: content[at - 1 : at + 1] != b"\r\n"))
    found = into_quoted_printable(body, Span(0, len(body)), offset, b"\r\n<piece>\r\n", b"\r\n")
    assert found is not None
    made = b"".join(apply(body, [Splice(*found)]))
    wanted = content[:offset] + b"\r\n<piece>\r\n" + content[offset:]
    # White space that now ends a line was not encoded when it stood within one; decoders may drop it.
    assert [line.rstrip(b" \t") for line in quopri.decodestring(made).split(b"\r\n")] == [
        line.rstrip(b" \t") for line in wanted.split(b"\r\n")
    ]


@pytest.mark.parametrize(
    ("body", "made"),
    [
        pytest.param(b"abc=\r\n", b"abc=\r\n\r\nX\r\n", id="ends-in-a-soft-break"),
        pytest.param(b"abc=", b"abc=\r\n\r\nX\r\n", id="soft-break-whose-line-end-is-the-boundarys"),
        pytest.param(b"abc=0D=0A", b"abc=0D=0A=\r\nX\r\n", id="ends-in-an-encoded-line-end"),
        pytest.param(b"abc=0D=0A=\r\n", b"abc=0D=0A=\r\nX\r\n", id="encoded-line-end-and-soft-break"),
        pytest.param(b"abc\r\n", b"abc\r\nX\r\n", id="ends-in-a-line-end"),
        pytest.param(b"", b"X\r\n", id="empty"),
    ],
)
def test_the_end_of_quoted_printable(body: bytes, made: bytes) -> None:
    content = decoded(body, "quoted-printable")
    piece = b"X\r\n" if not content or content.endswith(b"\r\n") else b"\r\nX\r\n"
    found = into_quoted_printable(body, Span(0, len(body)), len(content), piece, b"\r\n")
    assert found is not None
    assert b"".join(apply(body, [Splice(*found)])) == made


def test_a_place_that_the_content_does_not_have_is_none() -> None:
    assert into_quoted_printable(b"abc", Span(0, 3), 9, b"X\r\n", b"\r\n") is None
    # No character of the content begins where half of an escape ends.
    assert into_quoted_printable(b"a=3Db", Span(0, 5), 1, b"X\r\n", b"\r\n") is not None


@given(TEXT)
def test_whole_bodies_are_read_back(content: bytes) -> None:
    assert quopri.decodestring(encode_body(content, "quoted-printable", b"\r\n")) == content
    assert base64.b64decode(encode_body(content, "base64", b"\r\n")) == content
    assert encode_body(content, "8bit", b"\r\n") == content


@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(0, 40))
def test_lines_of_base64_are_full_but_for_the_last(pieces: list[bytes], quarter: int) -> None:
    column = quarter * 4
    made = b"".join(base64_lines(pieces, column, b"\n"))
    assert binascii.a2b_base64(made) == b"".join(pieces)
    lines = (b"x" * column + made).split(b"\n")
    assert all(len(line) == 76 for line in lines[1:-1])
    assert len(lines[-1]) <= 76 or len(lines) == 1


@pytest.mark.parametrize(
    ("piece", "seven_bit", "fits"),
    [
        pytest.param(b"abc\r\n", True, True, id="ascii"),
        pytest.param(b"\x1b$BF|\x1b(B\r\n", True, True, id="jis"),
        pytest.param("日".encode(), True, False, id="8-bit-in-7-bit"),
        pytest.param("日".encode(), False, True, id="8-bit-in-8-bit"),
        pytest.param(b"x" * 998 + b"\r\n", True, True, id="longest-line"),
        pytest.param(b"x" * 999, True, False, id="line-too-long"),
        pytest.param(b"a\0", False, False, id="nul"),
        pytest.param(b"a\r\n--b1 \r\n", False, False, id="like-a-boundary"),
        pytest.param(b"a --b1\r\n", False, True, id="boundary-within-a-line"),
    ],
)
def test_what_can_stand_unencoded(piece: bytes, seven_bit: bool, fits: bool) -> None:
    assert fits_unencoded(piece, seven_bit=seven_bit, boundaries=(b"b1", b"b2")) is fits


def test_boundaries_at_line_starts_alone() -> None:
    assert holds_boundary(b"a\n--b\n", (b"b",))
    assert holds_boundary(b"--bc", (b"x", b"b"))
    assert not holds_boundary(b"a--b", (b"b",))
    assert not holds_boundary(b"--b", ())


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(b"caf\xc3\xa9 and a lot of ASCII\r\n", "quoted-printable", id="mostly-ascii"),
        pytest.param("日本語\r\n".encode(), "base64", id="japanese"),
        pytest.param(b"\x1b$BF|\x1b(B and a lot of ASCII\r\n", "base64", id="jis"),
        pytest.param(b"a\rb\r\n", "base64", id="bare-return"),
        pytest.param(b"a\nb\r\n", "base64", id="mixed-line-ends"),
        pytest.param(b"a\0b\r\n", "base64", id="nul"),
        pytest.param(b"a\r\n--b1\r\n", "base64", id="like-a-boundary"),
    ],
)
def test_encoding_for_what_needs_one(content: bytes, encoding: str) -> None:
    assert best_encoding(content, b"\r\n", (b"b1",)) == encoding
