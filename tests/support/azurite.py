"""A real Azurite for tests: its own process, ports and data directory, on disk as in `./dev up`.

Use the fixture ``azurite`` of tests/conftest.py; make an instance of your own only for a test that kills or restarts it.
"""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

from local.endpoints import AZURITE_ACCOUNT, AZURITE_KEY, connection_string
from local.processes import Child, stop_all
from local.tools import azurite_command
from tests.support.certificates import CertificateFiles

_SERVICES = ("blob", "queue", "table")


class Azurite:
    """One Azurite. ``start`` and ``stop`` may be called again: data and ports stay."""

    def __init__(self, directory: Path, certificate: CertificateFiles | None = None) -> None:
        """With a certificate it speaks TLS alone, and takes bearer tokens beside its key (``--oauth basic``)."""
        self.directory = directory
        self._certificate = certificate
        self._scheme = "http" if certificate is None else "https"
        self.ports = dict.fromkeys(_SERVICES, 0)
        self._child: Child | None = None

    def start(self, timeout_seconds: float = 60.0) -> None:
        """Start it and return when all three services listen."""
        data = self.directory / "data"
        data.mkdir(parents=True, exist_ok=True)
        log = self.directory / "azurite.log"
        log.unlink(missing_ok=True)
        command = azurite_command(data, self.ports["blob"], self.ports["queue"], self.ports["table"])
        if self._certificate is not None:
            command += ["--oauth", "basic", "--cert", str(self._certificate.cert), "--key", str(self._certificate.key)]
        child = Child("azurite", command, log=log)
        self._child = child
        deadline = time.monotonic() + timeout_seconds
        pattern = re.compile(r"Azurite (\w+) service is successfully listening at https?://127\.0\.0\.1:(\d+)")
        while len(found := pattern.findall(log.read_text())) < len(_SERVICES):
            if child.exit_code() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Azurite did not start:\n{child.log_tail()}")
            time.sleep(0.05)
        self.ports = {service.lower(): int(port) for service, port in found}

    def stop(self) -> None:
        """End it in order: everything that it has accepted is on disk afterwards."""
        if self._child is not None:
            stop_all([self._child])
            self._child = None

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._child is not None:
            self._child.signal(signal.SIGKILL)
            self._child.process.wait()
            self._child = None

    @property
    def pid(self) -> int:
        """Process id of the running Azurite."""
        if self._child is None:
            raise RuntimeError("Azurite is not running")
        return self._child.pid

    @property
    def blob_url(self) -> str:
        """URL of the blob service, account included."""
        return f"{self._scheme}://127.0.0.1:{self.ports['blob']}/{AZURITE_ACCOUNT}"

    @property
    def queue_url(self) -> str:
        """URL of the queue service, account included."""
        return f"{self._scheme}://127.0.0.1:{self.ports['queue']}/{AZURITE_ACCOUNT}"

    @property
    def table_url(self) -> str:
        """URL of the table service, account included."""
        return f"{self._scheme}://127.0.0.1:{self.ports['table']}/{AZURITE_ACCOUNT}"

    @property
    def account(self) -> str:
        """Account name."""
        return AZURITE_ACCOUNT

    @property
    def key(self) -> str:
        """Account key."""
        return AZURITE_KEY

    @property
    def connection_string(self) -> str:
        """Connection string for all three services."""
        text = connection_string(self.ports["blob"], self.ports["queue"], self.ports["table"])
        return text.replace("http://", f"{self._scheme}://").replace("Protocol=http;", f"Protocol={self._scheme};")
