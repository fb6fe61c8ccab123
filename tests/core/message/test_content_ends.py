"""The end of encoded content: one of the forms offered is right, and little is read for it."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.content_ends import content_ends
from shared.core.message.spans import Span


@given(st.integers(0, 5_000), st.integers(1, 300), st.sampled_from([76, 72, 61, 4]), st.sampled_from([b"\r\n", b"\n"]))
def test_base64_of_any_line_length_gives_the_end(size: int, length: int, width: int, line_end: bytes) -> None:
    data = bytes(index * 7 % 251 for index in range(size))
    letters = base64.b64encode(data)
    lines = line_end.join(letters[start : start + width] for start in range(0, len(letters), width))
    message = b"header" + lines + b"after"
    found = list(content_ends(message, Span(6, 6 + len(lines)), "base64", length))
    assert data[-length:] in found
    assert len(found) <= 4
    assert all(len(end) <= length for end in found)


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary"])
def test_plain_content_is_cut(encoding: str) -> None:
    assert list(content_ends(b"xxHello worldxx", Span(2, 13), encoding, 5)) == [b"world"]
    assert list(content_ends(b"xxHello worldxx", Span(2, 13), encoding, 500)) == [b"Hello world"]


def test_quoted_printable_is_decoded_where_it_is_not_large() -> None:
    encoded = binascii.b2a_qp("見積書 = 1".encode())
    assert list(content_ends(encoded, Span(0, len(encoded)), "quoted-printable", 4)) == [b" = 1"]
    large = b"a=3D" * 1_100_000
    assert list(content_ends(large, Span(0, len(large)), "quoted-printable", 4)) == []
