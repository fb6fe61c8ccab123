"""One soak: how fast an instance is, then four fifths of that for as long as wished, with samples of its processes.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.sink import Sink
from local.demo_tenant import TENANT
from local.instance import Instance
from local.layout import Layout, Ports
from local.soak.clearing import Clearing
from local.soak.load import Load
from local.soak.process import Usage, usage
from local.soak.trend import Trend, percentile, trend
from shared.settings import read_process_settings

PARTS = ("azurite", "mailbox", "functions", "relay")
WATCHED = ("relay", "functions", "azurite")
JUDGED = ("relay", "functions")
"""Azurite is watched for information: it is not Matta's."""
SESSIONS = 10
SHARE = 0.8
SAMPLE_SECONDS = 10.0
_WARM_UP_SECONDS = 60.0
_MEASURE_SECONDS = 60.0
_ON_THEIR_WAY = 60
_DRAIN_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look, ``at`` seconds after the beginning. Delays are in milliseconds, from 250 to arrival, of the time since
    the last look.
    """

    at: float
    usages: Mapping[str, Usage]
    backlog: int
    waiting: int
    rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Soaked:
    """What a soak found. ``lost`` messages were accepted and had not arrived when nothing had come for two minutes."""

    measured_rate: float
    rate: float
    seconds: float
    samples: tuple[Sample, ...]
    accepted: int
    arrived: int
    lost: int
    failed_tries: int
    cleared: int
    clearing_troubles: int

    def series(self, part: str, what: str) -> list[tuple[float, float]]:
        """One figure of one process over time."""
        return [(sample.at, float(getattr(sample.usages[part], what))) for sample in self.samples]

    def trends(self) -> dict[str, dict[str, Trend]]:
        """Of memory, open files and threads of each process."""
        figures = ("resident", "files", "threads")
        return {part: {what: trend(self.series(part, what)) for what in figures} for part in WATCHED}

    @property
    def is_flat(self) -> bool:
        """Whether memory and open files of relay and functions do not grow."""
        found = self.trends()
        return all(found[part][what].is_flat for part in JUDGED for what in ("resident", "files"))


def soak(
    layout: Layout, ports: Ports, *, minutes: float, rate: float, say: Callable[[str], None], sessions: int = SESSIONS
) -> Soaked:
    """Run one; ``rate`` 0 measures it first. In the main thread.

    :raises PartFailedError: a part did not start, or ended by itself.
    """
    with Sink() as sink:
        environment = {"MATTA_DEMO_NEXT_HOP": f"127.0.0.1:{sink.port}", "MATTA_BOT_APP_ID": ""}
        with Instance(layout, ports, environment, only=PARTS) as instance:
            clearing = Clearing(read_process_settings(instance.environment), TENANT)
            clearing.start()
            with Load(ports.smtp, sink, sessions=sessions) as load:

                def clear() -> None:
                    clearing.note(item.queue_id for item, _ in load.take_through())

                # The rate counts that lasts: with caches warm, and storage as full as it will be.
                load.flat_out(_WARM_UP_SECONDS, most_on_their_way=_ON_THEIR_WAY, meanwhile=clear)
                measured = load.flat_out(_MEASURE_SECONDS, most_on_their_way=_ON_THEIR_WAY, meanwhile=clear)
                _drain(load)
                clear()
                used = rate or measured * SHARE
                say(f"measured {measured:.1f} messages a second; sending {used:.1f} for {minutes:g} minutes")
                began = time.perf_counter()
                samples = _watch(instance, load, sink, clearing, used, minutes * 60, say)
                seconds = time.perf_counter() - began
                lost = _drain(load)
            clearing.stop.set()
            clearing.join(60)
            instance.check()
        return Soaked(
            measured,
            used,
            seconds,
            tuple(samples),
            load.accepted,
            sink.count,
            lost,
            load.failed,
            clearing.cleared,
            clearing.troubles,
        )


def _drain(load: Load) -> int:
    """Wait until everything has arrived; what has not when nothing has come for a long time."""
    left, end = load.backlog, time.monotonic() + _DRAIN_SECONDS
    while (load.waiting or load.backlog > 0) and time.monotonic() < end:
        time.sleep(0.1)
        if load.backlog != left:
            left, end = load.backlog, time.monotonic() + _DRAIN_SECONDS
    return max(load.backlog, 0)


def _watch(
    instance: Instance,
    load: Load,
    sink: Sink,
    clearing: Clearing,
    rate: float,
    seconds: float,
    say: Callable[[str], None],
) -> list[Sample]:
    samples: list[Sample] = []
    began = last = time.perf_counter()
    count = sink.count
    for _ in load.at_rate(rate, seconds):
        now = time.perf_counter()
        if now - last < SAMPLE_SECONDS:
            continue
        instance.check()
        through = load.take_through()
        delays = [max(arrived - item.at, 0.0) * 1000 for item, arrived in through]
        clearing.note(item.queue_id for item, _ in through)
        usages = {part: usage(instance.children[part].pid) for part in WATCHED}
        arrived_now = sink.count
        samples.append(
            Sample(
                round(now - began, 1),
                usages,
                max(load.backlog, 0),
                load.waiting,
                round((arrived_now - count) / (now - last), 1),
                round(percentile(delays, 50), 1),
                round(percentile(delays, 99), 1),
            )
        )
        last, count = now, arrived_now
        if len(samples) % 6 == 1:
            say(_line(samples[-1]))
    return samples


def _line(sample: Sample) -> str:
    processes = ", ".join(
        f"{part} {taken.resident / 2**20:.0f} MiB {taken.files} files" for part, taken in sample.usages.items()
    )
    return (
        f"{sample.at:6.0f} s: {sample.rate:.1f}/s, on their way {sample.backlog}, "
        f"p50 {sample.p50:.0f} ms, p99 {sample.p99:.0f} ms; {processes}"
    )


def content(found: Soaked, machine: Mapping[str, Any]) -> dict[str, Any]:
    """Everything as JSON."""
    return {
        "machine": dict(machine),
        "measured_rate": round(found.measured_rate, 1),
        "rate": round(found.rate, 1),
        "seconds": round(found.seconds),
        "accepted": found.accepted,
        "arrived": found.arrived,
        "lost": found.lost,
        "failed_tries": found.failed_tries,
        "cleared": found.cleared,
        "troubles_of_clearing": found.clearing_troubles,
        "trends": {
            part: {
                what: {
                    "median": item.median,
                    "per_hour": round(item.per_hour, 1),
                    "percent_per_hour": round(item.percent_per_hour, 2),
                    "flat": item.is_flat,
                }
                for what, item in figures.items()
            }
            for part, figures in found.trends().items()
        },
        "flat": found.is_flat,
        "samples": [asdict(sample) for sample in found.samples],
    }
