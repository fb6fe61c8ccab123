"""TNEF streams: message class and files, from whole, cut and damaged streams."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.tnef import TnefSummary, summarise_tnef

HEADER = struct.pack("<IH", 0x223E9F78, 1)


def attribute(level: int, identifier: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


NOTE = HEADER + attribute(1, 0x00089006, b"\0\0\1\0") + attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\0")
FILE = attribute(2, 0x00069002, b"\1\0" + b"\xff" * 12)


def test_a_stream_without_files() -> None:
    assert summarise_tnef(NOTE) == TnefSummary("IPM.Microsoft Mail.Note", carries_files=False, complete=True)


def test_a_stream_with_a_file() -> None:
    assert summarise_tnef(NOTE + FILE) == TnefSummary("IPM.Microsoft Mail.Note", carries_files=True, complete=True)


def test_a_cut_stream_is_not_complete() -> None:
    summary = summarise_tnef((NOTE + FILE)[:-1])
    assert summary is not None
    assert not summary.complete


def test_something_else_is_no_stream() -> None:
    assert summarise_tnef(b"PK\x03\x04 and so on") is None
    assert summarise_tnef(b"") is None


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_signature_are_survived(data: bytes) -> None:
    assert summarise_tnef(HEADER + data) is not None
