"""The port of metrics: numbers about the service that somebody's monitoring reads (OpenTelemetry; docs/adr/0084).

A closed set of instruments, each with a closed set of labels. Labels are a tenant, a next hop, or a word that the code
knows: never an address of a person, never anything out of a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol


class Kind(StrEnum):
    """How an instrument adds up: a count that only grows, the latest value, or a distribution of seconds."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(StrEnum):
    """The instruments, by the names under which they are sent; docs/OPERATIONS.md says what each is for."""

    RELAY_MESSAGES = "matta.relay.messages"
    RELAY_BYTES = "matta.relay.bytes"
    RELAY_SESSIONS = "matta.relay.sessions"
    RELAY_DEFERRED = "matta.relay.deferred"
    RELAY_REFUSED = "matta.relay.refused"
    RELAY_BACKLOG_AGE = "matta.relay.backlog.age"
    JUDGED = "matta.messages.judged"
    EVENTS = "matta.messages.events"
    TRANSACTIONS = "matta.delivery.transactions"
    DELIVERY_DELAY = "matta.delivery.delay"
    NEXT_HOP_WELL = "matta.next_hop.well"
    NOTICES = "matta.notices"
    SWEEP_FOUND = "matta.sweep.found"
    UNJUDGED = "matta.spool.unjudged"
    UNJUDGED_AGE = "matta.spool.unjudged.age"
    STUCK = "matta.messages.stuck"
    UNDELIVERED_AGE = "matta.messages.undelivered.age"
    PARKED = "matta.work.parked"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What an instrument counts, in which unit (UCUM), and which labels it has."""

    kind: Kind
    unit: str
    text: str
    labels: tuple[str, ...] = ()


_COUNT, _NOW, _SPREAD = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM
INSTRUMENTS: Mapping[Metric, Instrument] = {
    Metric.RELAY_MESSAGES: Instrument(
        _COUNT, "{message}", "messages at the end of DATA, by reply", ("tenant", "outcome")
    ),
    Metric.RELAY_BYTES: Instrument(_COUNT, "By", "bytes of messages that were stored"),
    Metric.RELAY_SESSIONS: Instrument(_COUNT, "{session}", "SMTP connections"),
    Metric.RELAY_DEFERRED: Instrument(
        _COUNT, "{reply}", "connections and transactions put off, by cause", ("outcome",)
    ),
    Metric.RELAY_REFUSED: Instrument(_COUNT, "{reply}", "connections and transactions refused, by cause", ("outcome",)),
    Metric.RELAY_BACKLOG_AGE: Instrument(_NOW, "s", "age of the oldest unjudged message, as the relay knows it"),
    Metric.JUDGED: Instrument(_COUNT, "{message}", "messages judged, by disposition", ("tenant", "outcome")),
    Metric.EVENTS: Instrument(_COUNT, "{event}", "changes of state of relayed mail, by code", ("tenant", "outcome")),
    Metric.TRANSACTIONS: Instrument(_COUNT, "{transaction}", "transactions with next hops", ("hop", "outcome")),
    Metric.DELIVERY_DELAY: Instrument(
        _SPREAD, "s", "from the relay's 250, or the release, to the last 250 of a next hop", ("outcome",)
    ),
    Metric.NEXT_HOP_WELL: Instrument(_NOW, "1", "1 where a next hop answered when last tried, else 0", ("hop",)),
    Metric.NOTICES: Instrument(_COUNT, "{notice}", "notices given, by channel", ("tenant", "outcome")),
    Metric.SWEEP_FOUND: Instrument(_COUNT, "{message}", "messages that the sweep judged"),
    Metric.UNJUDGED: Instrument(_NOW, "{message}", "messages behind which the sweep is"),
    Metric.UNJUDGED_AGE: Instrument(_NOW, "s", "age of the oldest message in the spool that is not judged"),
    Metric.STUCK: Instrument(_NOW, "{message}", "messages that do not move on, by what they wait for", ("outcome",)),
    Metric.UNDELIVERED_AGE: Instrument(_NOW, "s", "for how long the oldest stuck delivery has been tried"),
    Metric.PARKED: Instrument(_NOW, "{item}", "work that failed for good, by queue", ("outcome",)),
}
"""Every instrument."""


class Labels(NamedTuple):
    """What a number is about; empty where it is about nothing in particular. What an instrument has no label for is dropped."""

    tenant: str = ""
    outcome: str = ""
    hop: str = ""


NO_LABELS = Labels()
"""Of a number about the whole process."""


class Metrics(Protocol):
    """Takes numbers. Never raises and never waits: a call costs microseconds, and mail goes on whatever becomes of it."""

    def add(self, metric: Metric, labels: Labels = NO_LABELS, amount: int = 1) -> None:
        """Count on a counter."""
        ...

    def observe(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """One more value of a histogram."""
        ...

    def set(self, metric: Metric, value: float, labels: Labels = NO_LABELS) -> None:
        """The present value of a gauge. One that nobody sets again for some minutes is forgotten."""
        ...
