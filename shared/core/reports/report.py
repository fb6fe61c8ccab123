"""``Report``: hours added up to what the portal shows as figures and charts (stage 6). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from shared.core.reports.hour_count import BOUNDS, HourCount

TOP = 20
"""Names that a list of the most frequent has."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Messages of a day, or of an hour of the day, in the tenant's time zone. ``name`` is ``2026-11-21`` or ``09``."""

    name: str
    messages: int
    held: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a name occurred. ``title`` is for people; the same as ``name`` where there is no other."""

    name: str
    count: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class SenderTally:
    """A sender's messages, and how many of them were held."""

    sender: str
    messages: int
    held: int


@dataclass(frozen=True, slots=True)
class TimeClass:
    """Decisions that took up to ``seconds``, and longer than the class before; ``None``: longer than all."""

    seconds: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """A tenant's figures for the days from ``since`` to ``until``, both counted, in its time zone.

    ``p50_seconds`` and ``p90_seconds`` are the times within which half and nine tenths of people's decisions fell, to the
    width of a class; ``None`` where nobody decided. ``counted_to`` is up to when changes are sure to be in it.
    """

    since: date
    until: date
    time_zone: str
    messages: int
    held: int
    rejected: int
    recipients: int
    external_recipients: int
    external_messages: int
    size: int
    released: int
    discarded: int
    expired: int
    denied: int
    states: tuple[Tally, ...]
    approvals: tuple[Tally, ...]
    deciders: tuple[Tally, ...]
    reasons: tuple[Tally, ...]
    rules: tuple[Tally, ...]
    senders: tuple[SenderTally, ...]
    days: tuple[Volume, ...]
    hours: tuple[Volume, ...]
    times: tuple[TimeClass, ...]
    p50_seconds: int | None
    p90_seconds: int | None
    counted_to: datetime | None = None


def make_report(counts: Iterable[HourCount], since: date, until: date, zone: tzinfo, time_zone: str) -> Report:
    """Hours that begin on these days in ``zone`` added up; other hours are left out.

    An hour that a zone's midnight cuts (zones with half hours) belongs to the day on which it begins.
    """
    total: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = {
        name: Counter() for name in ("states", "verbs", "deciders", "approvals", "reasons", "rules")
    }
    sent: Counter[str] = Counter()
    held: Counter[str] = Counter()
    days: dict[str, list[int]] = {day.isoformat(): [0, 0] for day in _days(since, until)}
    hours: dict[str, list[int]] = {f"{hour:02}": [0, 0] for hour in range(24)}
    times = [0] * (len(BOUNDS) + 1)
    for count in counts:
        local = count.hour.astimezone(zone)
        if not since <= local.date() <= until:
            continue
        for name in ("messages", "held", "rejected", "recipients", "external_recipients", "external_messages", "size"):
            total[name] += getattr(count, name)
        for name, group in groups.items():
            group.update(getattr(count, name))
        for sender, (all_, kept) in count.senders.items():
            sent[sender] += all_
            held[sender] += kept
        for volume in (days[local.date().isoformat()], hours[f"{local.hour:02}"]):
            volume[0] += count.messages
            volume[1] += count.held
        for index, number in enumerate(count.times):
            times[index] += number
    verbs = groups["verbs"]
    return Report(
        since=since,
        until=until,
        time_zone=time_zone,
        messages=total["messages"],
        held=total["held"],
        rejected=total["rejected"],
        recipients=total["recipients"],
        external_recipients=total["external_recipients"],
        external_messages=total["external_messages"],
        size=total["size"],
        released=verbs["release"],
        discarded=verbs["discard"],
        expired=verbs["expire"],
        denied=verbs["deny"],
        states=_tallies(groups["states"]),
        approvals=_tallies(groups["approvals"]),
        deciders=_tallies(groups["deciders"]),
        reasons=_tallies(groups["reasons"]),
        rules=_tallies(groups["rules"]),
        senders=tuple(SenderTally(name, number, held[name]) for name, number in _most(sent)),
        days=_volumes(days),
        hours=_volumes(hours),
        times=tuple(TimeClass(bound, number) for bound, number in zip((*BOUNDS, None), times, strict=True)),
        p50_seconds=percentile(times, 50),
        p90_seconds=percentile(times, 90),
    )


def percentile(times: Sequence[int], percent: int) -> int | None:
    """The seconds within which that share of the decisions fell, even within a class; the last bound for longer ones."""
    wanted = sum(times) * percent / 100
    if not wanted:
        return None
    seen, low = 0, 0
    for bound, number in zip(BOUNDS, times, strict=False):
        if number and seen + number >= wanted:
            return round(low + (bound - low) * (wanted - seen) / number)
        seen, low = seen + number, bound
    return BOUNDS[-1]


def _days(since: date, until: date) -> Iterable[date]:
    return (since + timedelta(days=number) for number in range((until - since).days + 1))


def _volumes(found: Mapping[str, list[int]]) -> tuple[Volume, ...]:
    return tuple(Volume(name, messages, held) for name, (messages, held) in found.items())


def _most(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(((name, number) for name, number in counter.items() if number), key=lambda one: (-one[1], one[0]))[
        :TOP
    ]


def _tallies(counter: Counter[str]) -> tuple[Tally, ...]:
    return tuple(Tally(name, number, name) for name, number in _most(counter))
