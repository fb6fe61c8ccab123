"""The archive's part: base64 lines, and names for programs old and new."""

from __future__ import annotations

import base64
import email
import email.header
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.zip_part import base64_lines, part_header


@given(st.lists(st.binary(max_size=400), max_size=8), st.sampled_from([b"\r\n", b"\n"]))
def test_pieces_of_any_size_become_full_lines(pieces: list[bytes], line_end: bytes) -> None:
    out = b"".join(base64_lines(pieces, line_end))
    lines = out.split(line_end)
    assert base64.b64decode(out.replace(line_end, b""), validate=True) == b"".join(pieces)
    assert all(len(line) == 76 for line in lines[:-1])
    assert len(lines[-1]) <= 76
    assert not out.endswith(line_end)


def test_a_large_piece_is_cut_into_blocks_that_join() -> None:
    data = bytes(range(256)) * 1000
    assert b"".join(base64_lines([data], b"\n")) + b"\n" == base64.encodebytes(data)


@pytest.mark.parametrize(
    "name",
    [
        "enc_20260314.zip",
        "見積書.zip",
        "a b (2).zip",
        "100% sure; really.zip",
        "it's.zip",
        "長い名前" * 20 + ".zip",
        "x" * 200 + ".zip",
        "😀" * 30 + ".zip",
        "ümläut~.zip",
    ],
)
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_names_are_read_in_both_places_and_lines_stay_short(name: str, line_end: bytes) -> None:
    header = part_header(name, "application/zip", "aes-256", line_end)
    part = email.message_from_bytes(header + b"UEs=", policy=email.policy.default)
    assert part.get_filename() == name
    old = email.message_from_bytes(header, policy=email.policy.compat32)
    stated = str(old.get_param("name"))
    assert str(email.header.make_header(email.header.decode_header(stated))) == name
    assert all(len(line) <= 78 for line in header.split(line_end))
    assert header.isascii()
    assert header.endswith(line_end * 2)
