"""End to end: from the end of DATA to the receipt by the next hop, against Postfix with an after-queue Python filter.

Matta runs whole (relay, Azurite, one functions process), as `./dev up` runs it; Postfix has its filter in one Python
process. Both take the same 10 KB message from the same client over loopback and give it to the same kind of next hop.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import client, postfix
from bench.rounds import interleave
from bench.rows import Row
from bench.sink import Sink
from local.instance import Instance
from local.layout import Layout, Ports
from local.probes import listens, wait_until
from local.processes import Child, stop_all
from local.tools import ROOT

SIZE = 10 * 1024
SESSIONS = 10
_PATIENCE_SECONDS = 120.0
_REST_SECONDS = 0.1
"""Pause between two messages of the latency measurement: unloaded means that nothing else is on its way."""
_LATENCY = "end to end, DATA end to next-hop receipt, unloaded p50 ÷ Postfix with an after-queue Python filter"
_THROUGHPUT = "end to end throughput, one worker ÷ the same Postfix filter"


@dataclass(frozen=True)
class Way:
    """One way from a client to a next hop."""

    port: int
    sink: Sink

    def latency(self, messages: int) -> float:
        """The median of the seconds from the end of DATA to the receipt, one message at a time."""
        taken = []
        with client.Client(self.port) as session:
            for _ in range(messages):
                message_id = f"{uuid.uuid4().hex}@bench.example"
                written, _ = session.send(client.message(message_id, SIZE))
                taken.append(self.sink.wait_for(message_id, _PATIENCE_SECONDS) - written)
                time.sleep(_REST_SECONDS)
        return statistics.median(taken)

    def throughput(self, messages: int) -> float:
        """Messages a second, from the first connection to the receipt of the last message."""
        before = self.sink.count
        started = time.perf_counter()
        client.load(self.port, messages, sessions=SESSIONS, size=SIZE)
        self.sink.wait_count(before + messages, _PATIENCE_SECONDS)
        return messages / (time.perf_counter() - started)


@contextmanager
def matta(directory: Path) -> Iterator[Way]:
    """A whole instance whose demo tenant delivers to a sink."""
    with Sink() as sink:
        environment = {"MATTA_DEMO_NEXT_HOP": f"127.0.0.1:{sink.port}"}
        with Instance(Layout(directory), Ports.free(), environment) as instance:
            yield Way(instance.ports.smtp, sink)


@contextmanager
def filtered_postfix(directory: Path) -> Iterator[Way]:
    """Postfix that sends every message through the Python filter."""
    filter_port = postfix.free_port()
    with Sink() as sink, ExitStack() as stack:
        server = postfix.Postfix(directory, next_hop_port=sink.port, filter_port=filter_port)
        command = [sys.executable, "-m", "bench.python_filter", str(filter_port), str(server.reentry_port)]
        child = Child("filter", command, log=directory.with_suffix(".filter.log"), directory=ROOT)
        stack.callback(stop_all, [child])
        if not wait_until(
            lambda: listens(filter_port), timeout_seconds=30, give_up=lambda: child.exit_code() is not None
        ):
            raise RuntimeError(f"the filter did not start:\n{child.log_tail()}")
        stack.enter_context(server)
        yield Way(server.port, sink)


def run(quick: bool = False) -> list[Row]:
    """Two rows: latency and throughput. Without Postfix they have no ratio."""
    why = postfix.install()
    rounds, messages, load = (2, 5, 50) if quick else (5, 20, 300)
    with tempfile.TemporaryDirectory(prefix="matta-bench-") as name, ExitStack() as stack:
        directory = Path(name)
        ours = stack.enter_context(matta(directory / "matta"))
        if why:
            ours.latency(messages)
            return [
                Row(_LATENCY, f"{ours.latency(messages) * 1000:.0f} ms", "–", None, "", "<= 3", why),
                Row(_THROUGHPUT, "–", "–", None, "", ">= 0.75", why),
            ]
        theirs = stack.enter_context(filtered_postfix(directory / "postfix"))
        for side in (ours, theirs):  # caches, connections, imports
            side.latency(5)
        latency = interleave(lambda: ours.latency(messages), lambda: theirs.latency(messages), rounds)
        throughput = interleave(lambda: ours.throughput(load), lambda: theirs.throughput(load), rounds)
    shown: Callable[[float], str] = lambda seconds: f"{seconds * 1000:.1f} ms"  # noqa: E731 # used twice, one line
    return [
        Row(
            _LATENCY,
            shown(statistics.median(latency.ours)),
            shown(statistics.median(latency.baseline)),
            latency.ratio,
            latency.spread,
            "<= 3",
            f"{SIZE} bytes, {rounds} rounds of {messages} messages, one at a time",
        ),
        Row(
            _THROUGHPUT,
            f"{statistics.median(throughput.ours):.0f}/s",
            f"{statistics.median(throughput.baseline):.0f}/s",
            throughput.ratio,
            throughput.spread,
            ">= 0.75",
            f"{SIZE} bytes, {SESSIONS} sessions, {load} messages until the last was received; Azurite is one process too",
        ),
    ]
