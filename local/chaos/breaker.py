"""``Breaker``: breaks the parts of a running instance as a plan says, and mends them. Local tooling; no stage of the mail flow.

Azurite's answer is no proof that its data would outlive a SIGKILL: it saves its tables every five seconds. Azure's is. So
that the harness measures Matta and not Azurite, storage is first cut off (clients see connections reset, with requests
half done), then has time to save, and is then killed.
"""

from __future__ import annotations

import contextlib
import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from local.chaos.ledgers import Hit
from local.chaos.plan import GONE, FaultPlan
from local.chaos.wire import Wire, WireFault
from local.endpoints import connection_string
from local.instance import Instance
from local.layout import Ports

_SAVE_SECONDS = 5.5
_QUIET_SECONDS = 0.6
_SAVED_WITHIN = 60.0
_SERVICES = ("blob", "queue", "table")
_CHILDREN = {"relay": "relay", "functions": "functions", "storage": "azurite", "next-hop": "mailbox"}
_STUTTER_SECONDS = 0.25
_ALWAYS = {"stage": "rcpt", "address": GONE, "reply": "550 5.1.1 chaos: no such user"}


class Wires:
    """The proxies before relay, storage and next hop; addresses in the instance's settings lead to them."""

    def __init__(self, ports: Ports) -> None:
        self.relay = Wire(ports.smtp)
        self.next_hop = Wire(ports.mailbox_smtp)
        self.storage = {name: Wire(getattr(ports, name)) for name in _SERVICES}
        self._stack = ExitStack()

    def environment(self) -> dict[str, str]:
        """What the parts are to be told."""
        storage = connection_string(*(self.storage[name].port for name in _SERVICES))
        return {
            "MattaStorage": storage,
            "AzureWebJobsStorage": storage,
            "MATTA_DEMO_NEXT_HOP": f"127.0.0.1:{self.next_hop.port}",
        }

    def __enter__(self) -> Wires:
        with ExitStack() as stack:
            for wire in (self.relay, self.next_hop, *self.storage.values()):
                stack.enter_context(wire)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


class Breaker:
    """Use it in the main thread: parts are started again in it."""

    def __init__(self, instance: Instance, wires: Wires) -> None:
        self._instance = instance
        self._wires = wires
        self.hits: list[Hit] = []

    def prepare(self) -> None:
        """The faults that are always there."""
        self._mailbox_faults([])

    def carry_out(self, faults: Sequence[FaultPlan]) -> None:
        """All faults of one round, each at its offset; returns when everything is mended."""
        began = time.monotonic()
        for fault in sorted(faults, key=lambda fault: fault.offset):
            time.sleep(max(began + fault.offset - time.monotonic(), 0))
            start = time.time()
            self._suffer(fault)
            self.hits.append(Hit(fault.part, fault.kind, start, time.time()))

    def _suffer(self, fault: FaultPlan) -> None:
        if fault.kind == "kill":
            self._kill(fault)
        elif fault.kind in ("pause", "stutter"):
            self._stop_for_a_while(fault)
        elif fault.part == "next-hop" and fault.kind not in ("slow", "cut"):
            self._mailbox_faults([_mailbox_fault(fault)])
            time.sleep(fault.seconds)
            self._mailbox_faults([])
        else:
            wires = self._wires_of(fault)
            for wire in wires:
                wire.strike(WireFault(fault.kind, fault.amount))
            time.sleep(fault.seconds)
            for wire in wires:
                wire.heal()

    def _wires_of(self, fault: FaultPlan) -> Sequence[Wire]:
        if fault.part == "storage":
            every = self._wires.storage
            return list(every.values()) if fault.detail == "all" else [every[fault.detail]]
        return [self._wires.relay if fault.part == "relay" else self._wires.next_hop]

    def _kill(self, fault: FaultPlan) -> None:
        name = _CHILDREN[fault.part]
        storage = list(self._wires.storage.values()) if fault.part == "storage" else []
        for wire in storage:
            wire.strike(WireFault("refuse"))
        if storage:
            _wait_until_saved(self._instance.layout.part("azurite"))
        child = self._instance.children[name]
        child.signal(signal.SIGKILL)
        child.process.wait()
        time.sleep(fault.seconds)
        self._instance.restart(name)
        for wire in storage:
            wire.heal()
        if fault.part == "next-hop":
            self._mailbox_faults([])

    def _stop_for_a_while(self, fault: FaultPlan) -> None:
        """SIGSTOP and SIGCONT: once, or again and again, which makes a part slow."""
        child = self._instance.children[_CHILDREN[fault.part]]
        end = time.monotonic() + fault.seconds
        try:
            while (left := end - time.monotonic()) > 0:
                child.signal(signal.SIGSTOP)
                time.sleep(left if fault.kind == "pause" else min(left, _STUTTER_SECONDS))
                child.signal(signal.SIGCONT)
                if fault.kind == "stutter":
                    time.sleep(_STUTTER_SECONDS / 4)
        finally:
            child.signal(signal.SIGCONT)

    def _mailbox_faults(self, faults: Sequence[dict[str, Any]]) -> None:
        """Put these in force, and those that always are. The mailbox may be busy for a moment."""
        body = json.dumps([_ALWAYS, *faults]).encode()
        url = f"{self._instance.endpoints['mailbox_web']}/api/faults"
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="PUT")
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(request, timeout=10):
                    return
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)


def _mailbox_fault(fault: FaultPlan) -> dict[str, Any]:
    """The fault in the mailbox's words (``local/mailbox/faults.py``). What nobody may answer for good: notices and DSNs."""
    if fault.kind == "refuse":
        stage, reply = fault.detail.split("|")
        # Senders are never recipients of letters: notices and reports are deferred like all, and refused for good never.
        permanent = reply.startswith("5") and stage != "connect"
        return {"stage": stage, "address": "reader-*" if permanent else "*", "reply": reply}
    if fault.kind == "hang-up":
        return {"stage": "content", "drop": True}
    if fault.kind == "hang-up-stored":
        return {"stage": "content", "drop": True, "store": True, "times": 5}
    return {"stage": fault.detail, fault.kind.replace("-", "_"): True}


def _wait_until_saved(directory: Path) -> None:
    """Until Azurite, which nobody talks to any more, has written its tables."""
    time.sleep(_SAVE_SECONDS)
    end = time.monotonic() + _SAVED_WITHIN
    before: list[tuple[str, int, int]] = []
    while time.monotonic() < end:
        now = _files(directory)
        if now == before:
            return
        before = now
        time.sleep(_QUIET_SECONDS)


def _files(directory: Path) -> list[tuple[str, int, int]]:
    found = []
    for path in sorted(directory.glob("__azurite_db*")):
        with contextlib.suppress(FileNotFoundError):  # it is written beside, then renamed
            about = path.stat()
            found.append((path.name, about.st_mtime_ns, about.st_size))
    return found
