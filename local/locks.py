"""One process at a time, across processes of one machine: a lock that ends with its holder, however it ends.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockHeldError(RuntimeError):
    """Another process holds the lock. ``holder`` is what that process wrote into the lock file."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is held by another process ({holder or 'unknown'})")
        self.path = path
        self.holder = holder


@contextmanager
def exclusive_lock(path: Path, *, wait: bool, note: str = "") -> Iterator[None]:
    """Hold ``path`` exclusively for the length of the block.

    ``wait=True`` blocks until the holder lets go; ``wait=False`` raises :class:`LockHeldError` at once. The file keeps
    ``note`` (by default ``pid N``) so that the one who is refused can say who has it. The lock belongs to the open
    file (flock), so a crash releases it and the file that stays behind means nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            holder = os.pread(descriptor, 500, 0).decode("utf-8", "replace").strip()
            raise LockHeldError(path, holder) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, (note or f"pid {os.getpid()}").encode(), 0)
        yield
    finally:
        os.close(descriptor)
