"""Starting, watching and ending child processes so that none is left behind.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LEAST_SECONDS = 3.0
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _end_with_parent(parent: int) -> Callable[[], None]:
    """What a child does between fork and exec so that it is told to stop when its parent dies, even by SIGKILL.

    Linux only; elsewhere a parent that is killed hard leaves its children running.
    """

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # the parent died before prctl took effect
                os._exit(1)

    return prepare


class Child:
    """One running child process: the leader of a process group of its own, writing to a log file of its own.

    Make it in the main thread: Linux ties the end of the child to the end of the thread that made it.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        """Start ``command``; ``environment`` replaces the inherited one if given.

        :raises OSError: the program can't be started.
        """
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment) if environment is not None else None,
                cwd=directory,
                start_new_session=True,  # a Ctrl-C in the terminal reaches the parent alone, which then stops in order
                preexec_fn=_end_with_parent(os.getpid()),
            )

    @property
    def pid(self) -> int:
        """Process id, which is also the id of its process group."""
        return self.process.pid

    def exit_code(self) -> int | None:
        """None while it runs, else its exit code (negative: the signal that ended it)."""
        return self.process.poll()

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])
        except OSError:
            return ""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group; nothing happens if it is gone."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return


def stop_all(
    children: Sequence[Child], *, grace_seconds: float = 15.0, hurry: Callable[[], bool] = lambda: False
) -> None:
    """Stop the children in the reverse order of their start: SIGTERM, and after ``grace_seconds`` altogether SIGKILL.

    One after the other, because the later ones use the earlier ones while they finish what they have in hand. Each gets
    3 seconds at least, however long the others took: Azurite writes what it has only in memory when it is told to stop.
    ``hurry`` is asked while waiting: True ends the patience.
    """
    deadline = time.monotonic() + grace_seconds
    for child in reversed(children):
        child.signal(signal.SIGTERM)
        patience = max(deadline, time.monotonic() + _LEAST_SECONDS)
        while child.exit_code() is None and time.monotonic() < patience and not hurry():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(0.1)
        # Also what the child itself had started and left behind.
        child.signal(signal.SIGKILL)
        child.process.wait()
