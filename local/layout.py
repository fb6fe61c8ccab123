"""Ports and files of one local instance.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import secrets
import shutil
import socket
from dataclasses import dataclass, fields
from pathlib import Path

from local.tools import ROOT

DEFAULT_PORT_BASE = 17000
DEFAULT_DIRECTORY = ROOT / ".run"
_MARK = ".matta-local-data"


_BASES = range(20_000, 32_000, 100)
_TRIES = 200
_SPAN = 84
"""How far above the base the last port lies."""


class LayoutError(RuntimeError):
    """Ports or directories can't be used; the text says which and what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part listens, on 127.0.0.1."""

    api: int
    blob: int
    queue: int
    table: int
    smtp: int
    relay_health: int
    mailbox_smtp: int
    mailbox_web: int
    teams_web: int
    teams_service: int
    identity: int
    portal: int

    @classmethod
    def from_base(cls, base: int) -> Ports:
        """The ports of an instance; bases 100 apart don't meet.

        :raises LayoutError: no port number results.
        """
        if not 1 <= base <= 65535 - _SPAN:
            raise LayoutError(f"--port-base must be between 1 and {65535 - _SPAN}, not {base}")
        return cls(
            api=base,
            blob=base + 10,
            queue=base + 11,
            table=base + 12,
            smtp=base + 25,
            relay_health=base + 26,
            mailbox_smtp=base + 27,
            mailbox_web=base + 80,
            teams_web=base + 81,
            teams_service=base + 82,
            identity=base + 83,
            portal=base + 84,
        )

    @classmethod
    def free(cls) -> Ports:
        """Ports that nothing listens on at this moment, for instances of tests.

        They lie below the range that the kernel takes for outgoing connections (32768 up on Linux), so that none of those
        can take one before its part has started.
        """
        for _ in range(_TRIES):
            ports = cls.from_base(secrets.choice(_BASES))
            try:
                ports.check_free()
            except LayoutError:
                continue
            return ports
        raise LayoutError("no free ports between 20000 and 32000")

    def check_free(self) -> None:
        """:raises LayoutError: something listens on one of them; names every such port and the way out."""
        taken = []
        for field in fields(self):
            port = getattr(self, field.name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT counts as free
                try:
                    probe.bind(("127.0.0.1", port))
                except PermissionError:
                    raise LayoutError(f"port {port} needs privileges; choose others with --port-base N") from None
                except OSError:
                    taken.append(f"{port} ({field.name})")
        if taken:
            noun = "port is" if len(taken) == 1 else "ports are"
            raise LayoutError(
                f"the {noun} in use already: {', '.join(taken)}. "
                "Stop what listens there, or choose others with --port-base N."
            )


@dataclass(frozen=True, slots=True)
class Layout:
    """Files of one instance, all below ``directory``."""

    directory: Path

    @property
    def data(self) -> Path:
        """What a second start goes on with."""
        return self.directory / "data"

    @property
    def logs(self) -> Path:
        """One log file for each part."""
        return self.directory / "logs"

    @property
    def endpoints(self) -> Path:
        """Where the running instance says how to reach it."""
        return self.directory / "endpoints.json"

    @property
    def lock(self) -> Path:
        """Held as long as the instance runs."""
        return self.directory / "up.lock"

    def part(self, name: str) -> Path:
        """Directory for the data of one part."""
        return self.data / name

    def make(self) -> None:
        """Make the directories, readable for their owner alone: there are keys and mail in them.

        :raises LayoutError: the data directory is there and holds something else than an instance's data.
        """
        if self.data.is_dir() and any(self.data.iterdir()) and not (self.data / _MARK).exists():
            raise LayoutError(f"{self.data} holds something that ./dev did not make; choose another --data DIR")
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.data / _MARK).touch()
        self.logs.mkdir(exist_ok=True)
        for name in ("azurite", "mailbox", "teams", "identity", "functions"):
            self.part(name).mkdir(exist_ok=True)

    def forget(self) -> None:
        """Delete data and logs of the earlier runs, if there are any.

        :raises LayoutError: the data directory was not made by ``make``.
        """
        if not self.data.exists():
            return
        if not (self.data / _MARK).exists():
            raise LayoutError(f"{self.data} holds something that ./dev did not make, so --fresh leaves it alone")
        shutil.rmtree(self.data)
        shutil.rmtree(self.logs, ignore_errors=True)
