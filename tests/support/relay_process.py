"""The relay as a process of its own, as it runs in production: for tests of signals, memory and sudden death."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from local.processes import Child, stop_all
from local.tools import ROOT
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_setup import prepare_storage
from shared.settings import ProcessSettings


def prepare(storage: str, *, tenant: str = "demo") -> ProcessSettings:
    """Make containers and a tenant whose peers are this machine; returns settings to look at the spool with."""
    process = ProcessSettings(storage=storage, storage_timeout=5.0)
    prepare_storage(process)
    document = {"tenant_id": tenant, "ingress": {"peers": ["127.0.0.0/8"]}}
    container_client(process, "settings").upload_blob(f"{tenant}.json", json.dumps(document), overwrite=True)
    return process


class RelayProcess:
    """``python -m smtp_relay``; starts in a ``with`` block, and again by ``start``. Keywords are its variables."""

    def __init__(self, directory: Path, storage: str, **variables: object) -> None:
        self._directory = directory
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MATTA_")},
            "MattaStorage": storage,
            "MATTA_RELAY_PORT": "0",
            "MATTA_RELAY_HEALTH_PORT": "0",
            **{f"MATTA_{name.upper()}": str(value) for name, value in variables.items()},
        }
        self._starts = 0
        self.child: Child | None = None
        self.port = 0
        self.health_port = 0

    def start(self, *, wait: bool = True) -> None:
        """Start it on the port that it had before, if it had one, and wait until it listens."""
        self._starts += 1
        log = self._directory / f"relay-{self._starts}.log"
        command = [sys.executable, "-m", "smtp_relay"]
        self.child = Child("relay", command, log=log, environment=self._environment, directory=ROOT)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds: float = 30.0) -> None:
        """Return when it listens."""
        assert self.child is not None
        end = time.monotonic() + seconds
        while not (ready := self.logged("ready")):
            assert self.child.exit_code() is None, self.child.log_tail()
            assert time.monotonic() < end, self.child.log_tail()
            time.sleep(0.02)
        self.port, self.health_port = ready[0]["port"], ready[0]["health_port"]
        self._environment["MATTA_RELAY_PORT"] = str(self.port)

    def logged(self, event: str) -> list[Mapping[str, Any]]:
        """What this start logged of one kind."""
        assert self.child is not None
        lines = [line for line in self.child.log.read_text().splitlines(keepends=True) if line.endswith("}\n")]
        return [line for line in map(json.loads, lines) if line["event"] == event]

    def healthy(self) -> bool:
        """What ``GET /healthz`` says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except urllib.error.URLError:
            return False

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.child is not None
        self.child.signal(number)

    def exit_code(self, seconds: float = 30.0) -> int:
        """Wait for its end."""
        assert self.child is not None
        return self.child.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.tell(signal.SIGKILL)
        self.exit_code()

    def memory(self, field: str) -> int:
        """``VmRSS`` or ``VmHWM`` in bytes (Linux)."""
        assert self.child is not None
        text = Path(f"/proc/{self.child.pid}/status").read_text()
        found = re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024

    def reset_peak(self) -> None:
        """Set ``VmHWM`` back to the present (Linux, proc(5))."""
        assert self.child is not None
        Path(f"/proc/{self.child.pid}/clear_refs").write_text("5")

    def __enter__(self) -> RelayProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.child is not None:
            stop_all([self.child])
