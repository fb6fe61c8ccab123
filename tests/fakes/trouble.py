"""``Trouble``: makes a fake fail on demand, before or after it has done its work.

store.trouble.before("commit", StorageUnavailable("down"))           # fails once, nothing done
store.trouble.after("commit", StorageUnavailable("answer lost"))     # done, and then fails once
store.trouble.before("load", StorageUnavailable("down"), times=3)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Trouble:
    """The failures that a fake still has before it. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, str, BaseException]] = []

    def before(self, method: str, error: BaseException, *, times: int = 1) -> None:
        """The next calls of ``method`` raise ``error`` and do nothing."""
        with self._lock:
            self._waiting += [("before", method, error)] * times

    def after(self, method: str, error: BaseException, *, times: int = 1) -> None:
        """The next calls of ``method`` do their work and then raise ``error``."""
        with self._lock:
            self._waiting += [("after", method, error)] * times

    def clear(self) -> None:
        """No failures any more."""
        with self._lock:
            self._waiting.clear()

    @contextmanager
    def around(self, method: str) -> Iterator[None]:
        """For fakes: put this around the work of ``method``."""
        self._strike("before", method)
        yield
        self._strike("after", method)

    def _strike(self, when: str, method: str) -> None:
        with self._lock:
            found = next((entry for entry in self._waiting if entry[:2] == (when, method)), None)
            if found is not None:
                self._waiting.remove(found)
        if found is not None:
            raise found[2]
