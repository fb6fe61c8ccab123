"""Room for messages between transforms: small in memory, large on disk, the same bytes."""

from __future__ import annotations

import mmap
from collections.abc import Iterator

import pytest

from shared.core.message.source import Buffer
from shared.usecases.workspace import IN_MEMORY, Workspace


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        pytest.param(0, bytes, id="empty"),
        pytest.param(IN_MEMORY, bytes, id="just-small"),
        pytest.param(IN_MEMORY + 1, mmap.mmap, id="just-large"),
    ],
)
def test_bytes_come_back_as_they_were_put(size: int, kind: type) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    with Workspace() as workspace:
        made = workspace.put([data[: size // 2], data[size // 2 : size]])
        assert isinstance(made, kind)
        assert bytes(made[:]) == data[:size]


def shifted(buffer: Buffer, size: int) -> Iterator[bytes]:
    """The bytes, each one up by one, read piece by piece."""
    for start in range(0, size, 1_000_000):
        yield bytes(byte + 1 for byte in bytes(buffer[start : start + 1_000_000])[:1]) * len(
            buffer[start : start + 1_000_000]
        )


def test_the_next_bytes_may_be_made_from_the_ones_before() -> None:
    size = IN_MEMORY + 1000
    with Workspace() as workspace:
        buffer = workspace.put([b"a" * size])
        for _ in range(4):
            buffer = workspace.put(shifted(buffer, size))
        assert bytes(buffer[:]) == b"e" * size


def test_nothing_stays_open(tmp_path: object) -> None:
    with Workspace() as workspace:
        buffers = [workspace.put([b"x" * (IN_MEMORY + number + 1)]) for number in range(4)]
    assert all(isinstance(buffer, mmap.mmap) and buffer.closed for buffer in buffers)
