"""The functions host as a process of its own, for tests: started, asked, stopped or killed."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.processes import Child
from local.tools import ROOT


class FunctionsHost:
    """One host process after the other on the same state folder and port-free address.

    `directory` takes its settings, state and log; nothing else may use it.
    """

    def __init__(
        self, app_dir: Path, directory: Path, settings: Mapping[str, str], options: Sequence[str] = ()
    ) -> None:
        self.app_dir = app_dir
        self.directory = directory
        self.log = directory / "host.log"
        self.url = ""
        self._settings = directory / "settings.json"
        self._settings.write_text(json.dumps(settings), encoding="utf-8")
        self._options = list(options)
        self._child: Child | None = None

    def start(self, timeout: float = 60.0) -> None:
        """Start it and return when it says that it is ready. Raises RuntimeError, with its log, if it does not."""
        skip = self.log.stat().st_size if self.log.exists() else 0
        command = [
            *(sys.executable, "-m", "local.functions_host", "--app-dir", str(self.app_dir), "--port", "0"),
            *("--settings", str(self._settings), "--state", str(self.directory / "state")),
            *self._options,
        ]
        self._child = Child("functions", command, log=self.log, directory=ROOT, environment=dict(os.environ))
        deadline = time.monotonic() + timeout
        while True:
            for line in self.lines(skip):
                if line.get("event") == "ready":
                    self.url = str(line["url"])
                    return
            if self._child.exit_code() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the host did not start:\n{self._child.log_tail(40)}")
            time.sleep(0.05)

    def lines(self, skip: int = 0) -> list[dict[str, Any]]:
        """What it has logged, from byte `skip` on."""
        found = []
        for line in self.log.read_bytes()[skip:].decode("utf-8", "replace").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        assert self._child is not None
        self._child.signal(signal.SIGKILL)
        self._child.process.wait()
        self._child = None

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return at once."""
        assert self._child is not None
        self._child.signal(signal.SIGTERM)

    def wait(self, timeout: float = 20.0) -> int:
        """Wait for its end; returns its exit status."""
        assert self._child is not None
        return self._child.process.wait(timeout)

    def stop(self) -> None:
        """End it in order if it runs; after 15 s by force."""
        if self._child is None or self._child.exit_code() is not None:
            return
        self.ask_to_stop()
        try:
            self.wait(15)
        finally:
            self._child.signal(signal.SIGKILL)
