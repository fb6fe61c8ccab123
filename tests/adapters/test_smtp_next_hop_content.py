"""Dot-stuffing and the search for sequences that smuggle, for every way to cut the content into chunks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.smtp_next_hop_content import BLOCK, Smuggling, header_is_ascii, stuffed

# Built from what matters, so that the interesting sequences come up often.
contents = st.lists(
    st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"x", b"\r\n.\r\n", b"a.", b"\0", b" "]), max_size=12
).map(b"".join)


def cut(content: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(content), *(place % (len(content) + 1) for place in places)})
    return [content[start:end] for start, end in itertools.pairwise(edges)]


def lone_dot(content: bytes) -> bool:
    """Whether a dot is alone on its line for a server that takes bare line ends or drops NULs, but not for all."""
    marked = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")
    return re.search(rb"[\r\n]\.[\r\n \t]", marked.replace(b"\0", b"")) is not None


@given(contents, st.lists(st.integers(0, 60), max_size=6))
def test_whatever_is_sent_a_server_reads_back_as_it_was(content: bytes, places: list[int]) -> None:
    whole = content if not content or content.endswith(b"\r\n") else content + b"\r\n"
    smuggles = lone_dot(whole)
    try:
        wire = b"".join(stuffed(cut(content, places)))
    except Smuggling:
        assert smuggles
        return
    assert not smuggles
    assert not wire.startswith(b".\r\n")
    assert b"\r\n.\r\n" not in wire
    assert b"\n.\n" not in wire
    read = [line[1:] if line.startswith(b".") else line for line in wire.split(b"\r\n")]
    assert b"\r\n".join(read) == whole


@given(contents, st.lists(st.integers(0, 60), max_size=6))
def test_nothing_that_completes_a_smuggling_sequence_is_given_out(content: bytes, places: list[int]) -> None:
    given_out = b""
    try:
        for piece in stuffed(cut(content, places)):
            given_out += piece
    except Smuggling:
        pass
    for seen in (given_out, given_out.replace(b"\0", b"")):
        assert re.search(rb"[\r\n]\.[\r\n \t]", b"\r\n" + seen) is None


def test_blocks_are_neither_tiny_nor_huge() -> None:
    small = [b"0123456789"] * 100_000
    sizes = [len(piece) for piece in stuffed(small)]
    assert max(sizes) < 2 * BLOCK
    assert len(sizes) < 12
    assert max(len(piece) for piece in stuffed([b"0" * 10_000_000])) < 2 * BLOCK


def test_content_is_read_only_as_it_is_sent() -> None:
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"x" * BLOCK

    sending = stuffed(chunks())
    for _ in range(3):
        next(sending)
    assert read <= 4


@pytest.mark.parametrize(
    ("chunks", "ascii_only"),
    [
        pytest.param([b"Subject: x\r\n\r\n\xe6"], True, id="only the body has more"),
        pytest.param([b"Subject: \xe6\r\n\r\nx"], False, id="the header has more"),
        pytest.param([b"Subject: x\r", b"\n\r", b"\n\xe6"], True, id="end of header cut in pieces"),
        pytest.param([b"Subject: x\r\n"], True, id="header without end"),
        pytest.param([b"Subject: \xe6\r\n"], False, id="header with more, without end"),
        pytest.param([b"x" * 70_000] * 16, False, id="endless header"),
        pytest.param([], True, id="nothing"),
    ],
)
def test_whether_a_header_needs_utf8(chunks: list[bytes], ascii_only: bool) -> None:
    assert header_is_ascii(chunks) is ascii_only
