"""The DATA reader: real ends only, dots, every byte kept, ambiguous line endings, any cut into blocks."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smtp_relay.data_reader import DataReader

AFTER = b"MAIL FROM:<second@evil.example>\r\n"


def read(stream: bytes, cuts: tuple[int, ...] = ()) -> tuple[DataReader, bytes]:
    """Feed ``stream`` cut at ``cuts``, as the network would, until the reader has found an end."""
    reader = DataReader()
    message = b""
    borders = [0, *sorted({cut % (len(stream) + 1) for cut in cuts}), len(stream)]
    for start, end in pairwise(borders):
        if reader.finished:
            reader.rest += stream[start:end]
        elif start < end:
            message += reader.feed(stream[start:end])
    return reader, message


PLAIN = [
    pytest.param(b".\r\n", b"", id="empty message"),
    pytest.param(b"\r\n.\r\n", b"\r\n", id="one empty line"),
    pytest.param(b"a\r\n.\r\n", b"a\r\n", id="one line"),
    pytest.param(b"..\r\n.\r\n", b".\r\n", id="a dot on the first line"),
    pytest.param(b"a\r\n..\r\nb\r\n.\r\n", b"a\r\n.\r\nb\r\n", id="a dot on a line"),
    pytest.param(b"a\r\n...\r\n.\r\n", b"a\r\n..\r\n", id="two dots"),
    pytest.param(b".a\r\n.\r\n", b"a\r\n", id="a dot that a client should have doubled"),
    pytest.param(b"a.\r\n.\r\n", b"a.\r\n", id="a dot at the end of a line"),
    pytest.param(b"a\0b\xff\x80\r\n.\r\n", b"a\0b\xff\x80\r\n", id="NUL and 8-bit"),
    pytest.param(b"a\nb\r\n.\r\n", b"a\nb\r\n", id="bare LF is kept"),
    pytest.param(b"a\rb\r\n.\r\n", b"a\rb\r\n", id="bare CR is kept"),
    pytest.param(b"a\r\r\n.\r\n", b"a\r\r\n", id="bare CR before a line ending"),
    pytest.param(b"a\n\r\n.\r\n", b"a\n\r\n", id="bare LF before a line ending"),
    pytest.param(b"a\n\n\nb\r\r\rc\r\n.\r\n", b"a\n\n\nb\r\r\rc\r\n", id="many bare ones"),
    pytest.param(b"a\n\rb\r\n.\r\n", b"a\n\rb\r\n", id="LF CR is no line ending"),
    pytest.param(b"x" * 100_000 + b"\r\n.\r\n", b"x" * 100_000 + b"\r\n", id="a very long line"),
]


@pytest.mark.parametrize(("stream", "message"), PLAIN)
def test_message_is_read_to_its_real_end_and_the_rest_is_left(stream: bytes, message: bytes) -> None:
    reader, got = read(stream + AFTER)
    assert reader.finished
    assert not reader.ambiguous
    assert got == message
    assert reader.rest == AFTER


SMUGGLING = [
    pytest.param(b"\n.\n", id="LF . LF"),
    pytest.param(b"\n.\r\n", id="LF . CRLF"),
    pytest.param(b"\r.\r", id="CR . CR"),
    pytest.param(b"\r.\r\n", id="CR . CRLF"),
    pytest.param(b"\r.\n", id="CR . LF"),
    pytest.param(b"\n.\r", id="LF . CR"),
    pytest.param(b"\r\n.\n", id="CRLF . LF"),
    pytest.param(b"\r\n.\r", id="CRLF . CR"),
    pytest.param(b"\r\r\n.\n", id="CR CRLF . LF"),
    pytest.param(b"\r\n.\r\r\n", id="CRLF . CR CRLF"),
    pytest.param(b"\r\n\n.\r\n", id="CRLF LF . CRLF"),
    pytest.param(b"\n\r.\r\n", id="LF CR . CRLF"),
    pytest.param(b"\n.anything", id="a line after LF that begins with a dot"),
    pytest.param(b"\r.anything", id="a line after CR that begins with a dot"),
    pytest.param(b"\n..\r\n", id="a doubled dot after LF"),
    pytest.param(b"\r\n.\0\r\n", id="CRLF . NUL CRLF"),
    pytest.param(b"\r\n\0.\r\n", id="CRLF NUL . CRLF"),
    pytest.param(b"\r\n\0\0.\0\0\r\n", id="CRLF NULs . NULs CRLF"),
    pytest.param(b"\r\0\n.\r\n", id="CR NUL LF . CRLF"),
    pytest.param(b"\r\n.\r\0\n", id="CRLF . CR NUL LF"),
    pytest.param(b"\n\0.\n", id="LF NUL . LF"),
    pytest.param(b"\r\0.\r", id="CR NUL . CR"),
    pytest.param(b"\r\n.\0\n", id="CRLF . NUL LF"),
    pytest.param(b"\r\n.\0.\r\n", id="CRLF . NUL . CRLF, which goes on as CRLF NUL . CRLF"),
]


@pytest.mark.parametrize("variant", SMUGGLING)
@pytest.mark.parametrize("start", [b"first line", b""], ids=["inside", "at the start"])
def test_what_some_server_takes_for_an_end_neither_ends_nor_passes(variant: bytes, start: bytes) -> None:
    stream = start + variant + AFTER + b"smuggled\r\n.\r\n" + b"QUIT\r\n"
    for cut in range(len(start) + len(variant) + 2):
        reader, _ = read(stream, (cut,))
        assert reader.ambiguous, cut
        assert reader.finished
        assert reader.rest == b"QUIT\r\n", "the message was split"
    reader, _ = read(stream, tuple(range(len(stream))))
    assert reader.ambiguous


@pytest.mark.parametrize(
    "variant",
    [pytest.param(b".\n", id=". LF"), pytest.param(b".\r", id=". CR"), pytest.param(b"\0.\r\n", id="NUL . CRLF")],
)
def test_first_line_counts_as_the_beginning_of_a_line(variant: bytes) -> None:
    reader, _ = read(variant + AFTER + b".\r\n")
    assert reader.ambiguous


def test_end_may_be_cut_anywhere() -> None:
    stream = b"a\r\n.b\r\n.\r\n" + AFTER
    for first in range(len(stream)):
        for second in range(first, len(stream)):
            reader, message = read(stream, (first, second))
            assert (message, reader.rest, reader.ambiguous) == (b"a\r\nb\r\n", AFTER, False)


def test_bytes_of_a_message_come_out_as_soon_as_they_are_certain() -> None:
    reader = DataReader()
    assert reader.feed(b"hello") == b"hello"
    assert reader.feed(b"\r") == b""
    assert reader.feed(b"\n") == b""
    assert reader.feed(b".") == b""
    assert reader.feed(b".x") == b"\r\n.x"
    assert not reader.finished


def reference(stream: bytes) -> tuple[bytes, bytes] | None:
    """RFC 5321 to the letter, one line at a time: message and rest, or None where there is no end."""
    message = b""
    while True:
        line, ending, rest = stream.partition(b"\r\n")
        if not ending:
            return None
        if line == b".":
            return message, rest
        message += line.removeprefix(b".") + ending
        stream = rest


_LENIENT_LINE = re.compile(rb"\r\n|\r|\n")


def lenient_lines(stream: bytes) -> list[bytes]:
    """Lines as a server sees them that takes any of CRLF, LF and CR for an ending."""
    return _LENIENT_LINE.split(stream)


# Mostly bytes that matter, so that short examples are rich in borders.
STREAMS = st.lists(
    st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"\0", b"a", b"\r\n.", b"\r\n..", b"bc", b"\xff"]), max_size=25
).map(b"".join)


@settings(max_examples=600, deadline=None)
@given(stream=STREAMS, cuts=st.lists(st.integers(0, 60), max_size=6).map(tuple))
@example(stream=b"\r\n.\r", cuts=(2,))
@example(stream=b"", cuts=())
def test_any_stream_in_any_blocks_is_read_like_the_reference(stream: bytes, cuts: tuple[int, ...]) -> None:
    stream += b"\r\n.\r\nQUIT\r\n"
    expected = reference(stream)
    assert expected is not None
    reader, message = read(stream, cuts)
    assert reader.finished
    assert (message, reader.rest) == expected


@settings(max_examples=600, deadline=None)
@given(stream=STREAMS, cuts=st.lists(st.integers(0, 60), max_size=6).map(tuple))
@example(stream=b"\r\r\xff\n.", cuts=(3, 5))
def test_whether_a_message_is_ambiguous_does_not_depend_on_the_blocks(stream: bytes, cuts: tuple[int, ...]) -> None:
    stream += b"\r\n.\r\n"
    assert read(stream)[0].ambiguous == read(stream, cuts)[0].ambiguous


@settings(max_examples=600, deadline=None)
@given(stream=STREAMS)
def test_message_that_passes_is_one_message_to_a_lenient_server_too(stream: bytes) -> None:
    wire = stream + b"\r\n.\r\n"
    reader, message = read(wire)
    if reader.ambiguous:
        return
    as_it_came = wire[: len(wire) - len(reader.rest) - len(b".\r\n")]
    as_it_goes_on = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]
    for seen in (as_it_came, as_it_goes_on):
        assert b"." not in lenient_lines(seen)
        assert b"." not in lenient_lines(seen.replace(b"\0", b"")), "a server that drops NULs sees an end"


@settings(max_examples=300, deadline=None)
@given(message=STREAMS)
def test_what_a_client_sends_with_doubled_dots_arrives_unchanged(message: bytes) -> None:
    message += b"\r\n"
    wire = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
    assert read(wire)[1] == message


def test_every_ambiguity_found_is_a_real_one() -> None:
    """A lone CR, LF or NUL beside dots that begin no line is nothing to refuse."""
    for harmless in (b"a\nb.\n", b"a\rb.\r", b"\0.", b".\0", b"a.\nb", b"a.\rb", b"\n\0a.", b"a\0.\r\n", b"x\n .\n"):
        reader, message = read(b"start" + harmless + b"end\r\n.\r\n")
        assert not reader.ambiguous, harmless
        assert message == b"start" + harmless + b"end\r\n"


@pytest.mark.parametrize(
    "unit",
    [b"x" * 76 + b"\r\n", b"\r\n..", b"\n", b"\r", b"\0", b"\r\n", b"..\r\n"],
    ids=["mail", "only dots", "only LF", "only CR", "only NUL", "only CRLF", "dots on lines"],
)
def test_worst_content_is_read_at_a_speed_of_the_same_order(unit: bytes) -> None:
    """Linear work: forty times the bytes take no more than about forty times the time."""

    def seconds(size: int) -> float:
        block = (unit * (size // len(unit) + 1))[:65536]
        best = float("inf")
        for _ in range(3):
            reader = DataReader()
            started = time.process_time()
            for _ in range(size // 65536):
                reader.feed(block)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(40 * 262_144) < 40 * 10 * max(seconds(262_144), 1e-5)
