"""The relay's accept rate against raw PUTs to the same Azurite and against Postfix; its memory for a large message.

All three sides make each message durable before they answer. The load comes from smtp-source (Debian package postfix)
over 10 sessions; the raw PUTs come over 10 kept connections with requests that were signed before the clock started.
"""

from __future__ import annotations

import json
import os
import queue
import re
import socket
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import client, postfix
from bench.rounds import interleave
from bench.rows import Row
from local.debian_packages import find_program
from local.endpoints import connection_string
from local.processes import Child, stop_all
from local.tools import ROOT, azurite_command
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_rest import BlobRest, account_from
from shared.adapters.storage_setup import prepare_storage
from shared.settings import ProcessSettings

SESSIONS = 10
_TENANT = {"tenant_id": "bench", "ingress": {"peers": ["127.0.0.0/8"]}}
_METADATA = "x" * 700
"""As long as the relay's own metadata for one recipient."""
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Storage:
    """A running Azurite with the containers made."""

    connection_string: str

    def raw_rate(self, messages: int, size: int) -> float:
        """PUTs a second over ``SESSIONS`` connections, from the fastest client that Python's sockets allow."""
        account = account_from(self.connection_string)
        rest = BlobRest(account, timeout_seconds=_PATIENCE_SECONDS)
        body = os.urandom(size)
        requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        for _ in range(messages):
            requests.put(rest.prepare("PUT", f"spool/{uuid.uuid4().hex}", headers=_put_headers(), body=body))
        host, port = account.endpoint.split("/")[2].split(":")
        ready = threading.Barrier(SESSIONS + 1)

        def work() -> None:
            with socket.create_connection((host, int(port))) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.wait()
                while True:
                    try:
                        request = requests.get_nowait()
                    except queue.Empty:
                        return
                    connection.sendall(request)
                    answer = connection.recv(65536)
                    if not answer.startswith(b"HTTP/1.1 201"):
                        raise RuntimeError(f"storage answered {answer[:200]!r}")

        threads = [threading.Thread(target=work, daemon=True) for _ in range(SESSIONS)]
        for thread in threads:
            thread.start()
        ready.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join()
        return messages / (time.perf_counter() - started)


def _put_headers() -> dict[str, str]:
    return {"x-ms-blob-type": "BlockBlob", "If-None-Match": "*", "x-ms-meta-spooled": _METADATA}


@dataclass(frozen=True)
class RunningRelay:
    """A relay process."""

    port: int
    pid: int

    def rate(self, messages: int, size: int) -> float:
        """Messages accepted a second."""
        return accept_rate(self.port, messages, size)

    def peak_growth(self, size: int) -> float:
        """Bytes of memory that one message of ``size`` needs at most, beyond what the process had before."""
        before = _resident(self.pid, "VmRSS")
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")  # sets the high-water mark back: proc(5)
        with client.Client(self.port) as session:
            session.send(client.message(uuid.uuid4().hex, size))
        return float(_resident(self.pid, "VmHWM") - before)


def accept_rate(port: int, messages: int, size: int) -> float:
    """Messages a second that a server on ``port`` takes from smtp-source over ``SESSIONS`` sessions."""
    started = time.perf_counter()
    client.load(port, messages, sessions=SESSIONS, size=size)
    return messages / (time.perf_counter() - started)


def _resident(pid: int, field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the system does not tell {field}")
    return int(found[1]) * 1024


@contextmanager
def running_storage(directory: Path) -> Iterator[Storage]:
    """Azurite on disk on free ports."""
    data = directory / "azurite"
    data.mkdir()
    log = directory / "azurite.log"
    child = Child("azurite", azurite_command(data, 0, 0, 0), log=log)
    try:
        pattern = re.compile(r"Azurite (\w+) service is successfully listening at http://127\.0\.0\.1:(\d+)")
        end = time.monotonic() + _PATIENCE_SECONDS
        while len(found := dict(pattern.findall(log.read_text()))) < 3:
            if child.exit_code() is not None or time.monotonic() > end:
                raise RuntimeError(f"Azurite did not start:\n{child.log_tail()}")
            time.sleep(0.05)
        text = connection_string(*(int(found[service]) for service in ("Blob", "Queue", "Table")))
        process = ProcessSettings(storage=text)
        prepare_storage(process)
        container_client(process, "settings").upload_blob("bench.json", json.dumps(_TENANT))
        yield Storage(text)
    finally:
        stop_all([child])


@contextmanager
def running_relay(storage: Storage, directory: Path) -> Iterator[RunningRelay]:
    """The relay as a process of its own."""
    log = directory / f"relay-{uuid.uuid4().hex[:8]}.log"
    environment = {**os.environ, "MattaStorage": storage.connection_string, "MATTA_RELAY_PORT": "0"}
    child = Child("relay", [sys.executable, "-m", "smtp_relay"], log=log, environment=environment, directory=ROOT)
    try:
        end = time.monotonic() + _PATIENCE_SECONDS
        while (found := re.search(r'"event":"ready".*"port":(\d+)', log.read_text())) is None:
            if child.exit_code() is not None or time.monotonic() > end:
                raise RuntimeError(f"the relay did not start:\n{child.log_tail()}")
            time.sleep(0.05)
        yield RunningRelay(int(found[1]), child.pid)
    finally:
        stop_all([child])


def _against_raw(relay: RunningRelay, storage: Storage, size: int, goal: str, messages: int, rounds: int) -> Row:
    measured = interleave(lambda: relay.rate(messages, size), lambda: storage.raw_rate(messages, size), rounds=rounds)
    return Row(
        f"relay accept rate ÷ raw HTTP PUT rate ({size // 1024} KB, {SESSIONS} sessions)",
        f"{statistics.median(measured.ours):.0f}/s",
        f"{statistics.median(measured.baseline):.0f}/s",
        measured.ratio,
        measured.spread,
        goal,
    )


def _against_postfix(relay: RunningRelay, directory: Path, messages: int, rounds: int) -> Row:
    name = f"relay accept rate ÷ Postfix accept rate (10 KB, {SESSIONS} sessions, each durable)"
    missing = postfix.install()
    if missing:
        return Row(name, f"{relay.rate(messages, 10240):.0f}/s", "", 0.0, "", "", missing)
    with postfix.Postfix(directory / "postfix", discard=True) as other:
        measured = interleave(
            lambda: relay.rate(messages, 10240), lambda: accept_rate(other.port, messages, 10240), rounds=rounds
        )
    return Row(
        name,
        f"{statistics.median(measured.ours):.0f}/s",
        f"{statistics.median(measured.baseline):.0f}/s",
        measured.ratio,
        measured.spread,
        ">= 1.0",
    )


def _memory(storage: Storage, directory: Path, size: int, rounds: int) -> Row:
    growths = []
    for _ in range(rounds):
        with running_relay(storage, directory) as relay:  # a fresh one: a used one has free memory of its own
            relay.rate(50, 10240)
            growths.append(relay.peak_growth(size))
    ratios = sorted(growth / size for growth in growths)
    return Row(
        f"relay memory for one {size // 1_000_000} MB message ÷ its size",
        f"{statistics.median(growths) / 1e6:.1f} MB",
        f"{size / 1e6:.0f} MB",
        statistics.median(ratios),
        f"{ratios[0]:.2f}–{ratios[-1]:.2f}",
        "<= 0.3",
    )


def run(*, quick: bool = False) -> list[Row]:
    """Measure; ``quick`` takes fewer messages and rounds."""
    if find_program("smtp-source") is None and postfix.install():
        return [Row("relay accept rate", "", "", 0.0, "", "", "smtp-source is missing (Debian package postfix)")]
    messages, rounds = (300, 3) if quick else (1500, 5)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matta-bench-")))
        storage = stack.enter_context(running_storage(directory))
        with running_relay(storage, directory) as relay:
            relay.rate(200, 10240)
            rows = [
                _against_raw(relay, storage, 10 * 1024, ">= 0.8", messages, rounds),
                _against_raw(relay, storage, 100 * 1024, ">= 0.75", messages // 3, rounds),
                _against_postfix(relay, directory, messages, rounds),
            ]
        rows.append(_memory(storage, directory, 25_000_000, 3))
        rows.append(_memory(storage, directory, 150_000_000, 1))
    return rows
