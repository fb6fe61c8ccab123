"""Bytes where they lie: the three kinds of buffer answer alike."""

from __future__ import annotations

import mmap
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message import source
from shared.core.message.source import cut, find, plain


@given(st.data())
def test_a_view_is_searched_as_bytes_are(data: st.DataObject) -> None:
    content = data.draw(st.text("ab", max_size=60)).encode()
    pattern = data.draw(st.text("ab", min_size=1, max_size=5)).encode()
    start, end = data.draw(st.integers(0, 70)), data.draw(st.integers(0, 70))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_FIRST_WINDOW", data.draw(st.integers(1, 6)))
        patch.setattr(source, "_WINDOW", data.draw(st.integers(1, 6)))
        assert find(memoryview(content), pattern, start, end) == content.find(pattern, start, end)


def test_a_memory_map_is_searched_and_cut_as_bytes_are() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert find(mapped, b"45", 0, 10) == 4
            assert find(mapped, b"45", 0, 5) == -1
            assert cut(mapped, 2, 5) == b"234"


def test_a_view_of_whole_bytes_is_those_bytes() -> None:
    content = b"abc"
    assert plain(memoryview(content)) is content
    assert isinstance(plain(memoryview(content)[1:]), memoryview)


def test_a_view_of_wider_items_is_taken_as_bytes() -> None:
    view = plain(memoryview(b"abcd").cast("H"))
    assert len(view) == 4
    assert cut(view, 1, 3) == b"bc"
