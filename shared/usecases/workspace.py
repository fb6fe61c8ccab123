"""Room for the bytes of a message between one transform and the next: memory for small ones, a file for large ones."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable
from types import TracebackType

from shared.core.message.source import Buffer

IN_MEMORY = 8 * 1024 * 1024
"""Bytes up to which a message stays in memory; a larger one is mapped from a temporary file."""


class Workspace:
    """Keeps the present bytes of one message; those before them are given back as soon as they are replaced.

    Use it as a context manager. A buffer that it gave must not be used after the next ``put`` but one.
    """

    def __init__(self) -> None:
        self._open: list[mmap.mmap] = []

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for view in self._open:
            view.close()
        self._open.clear()

    def put(self, chunks: Iterable[bytes]) -> Buffer:
        """The bytes of ``chunks`` as one buffer. ``chunks`` may still read from the buffer that was put before."""
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            for chunk in chunks:
                file.write(chunk)
            size = file.tell()
            file.seek(0)
            if size <= IN_MEMORY:
                made: Buffer = file.read()
            else:
                file.rollover()
                made = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        while len(self._open) > 1:
            self._open.pop(0).close()
        if isinstance(made, mmap.mmap):
            self._open.append(made)
        return made
