"""``HourCount``: what is counted of the messages that one tenant received in one hour (stage 6). Made from rows alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.core.hold.actor import Role
from shared.core.lists.make_row import WAITING
from shared.core.lists.message_row import MessageRow

HOUR = timedelta(hours=1)
MOST_SENDERS = 300
"""Senders that an hour names; the mail of all others is counted together."""
MOST_NAMES = 300
"""Rules and reasons that an hour names."""
BOUNDS = (
    *(15, 30, 60, 120, 180, 300, 450, 600, 900, 1200, 1800, 2700, 3600),
    *(5400, 7200, 10800, 14400, 21600, 28800, 43200, 64800, 86400, 129600, 172800, 259200, 432000, 604800),
)
"""Upper ends, in seconds, of the classes of times to a decision; behind the last comes one without end."""


@dataclass(frozen=True, slots=True)
class HourCount:
    """Everything that reports and usage ask of an hour, in messages unless said otherwise.

    ``held`` are those that somebody, or time, had to decide about; ``rejected`` those that a policy refused. ``verbs`` counts their decisions by verb, ``deciders``
    by role. ``reasons`` and ``rules`` count held messages by what held them; one message counts for each of its reasons.
    ``times`` has one number for each class of ``BOUNDS``, of decisions by people. ``senders`` are messages and held
    messages by sender, the busiest ``MOST_SENDERS``; ``other_senders`` are the messages of the rest.
    """

    hour: datetime
    messages: int = 0
    recipients: int = 0
    external_recipients: int = 0
    external_messages: int = 0
    size: int = 0
    held: int = 0
    rejected: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    verbs: Mapping[str, int] = field(default_factory=dict)
    deciders: Mapping[str, int] = field(default_factory=dict)
    approvals: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    times: tuple[int, ...] = ()
    senders: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    other_senders: int = 0


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour."""
    return moment.replace(minute=0, second=0, microsecond=0)


def count_hour(hour: datetime, rows: Iterable[MessageRow]) -> HourCount:
    """The count of an hour from its rows. The same rows give the same count, in whatever order they come."""
    totals: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = {
        name: Counter() for name in ("states", "verbs", "deciders", "approvals", "reasons", "rules")
    }
    sent: Counter[str] = Counter()
    sent_held: Counter[str] = Counter()
    times = [0] * (len(BOUNDS) + 1)
    for row in rows:
        held = was_held(row)
        totals.update(
            messages=1,
            recipients=row.recipients,
            external_recipients=row.external,
            external_messages=int(row.external > 0),
            size=row.size,
            held=int(held),
            rejected=int(_was_rejected(row)),
        )
        groups["states"][row.state.value] += 1
        sent[row.sender] += 1
        if not held:
            continue
        sent_held[row.sender] += 1
        groups["reasons"].update(row.reason_codes)
        groups["rules"].update(row.rule_names)
        if row.approval:
            groups["approvals"][row.approval] += 1
        if row.verb and row.state not in WAITING:
            groups["verbs"][row.verb] += 1
            if row.decided_by is not None and row.decided_at is not None:
                groups["deciders"][row.decided_by.role.value] += 1
                if row.decided_by.role is not Role.SYSTEM:
                    times[_class_of(row.decided_at - row.received_at)] += 1
    named = [name for name, _ in sorted(sent.items(), key=lambda item: (-item[1], item[0]))[:MOST_SENDERS]]
    return HourCount(
        hour=hour,
        **totals,
        states=_top(groups["states"]),
        verbs=_top(groups["verbs"]),
        deciders=_top(groups["deciders"]),
        approvals=_top(groups["approvals"]),
        reasons=_top(groups["reasons"]),
        rules=_top(groups["rules"]),
        times=tuple(times) if any(times) else (),
        senders={name: (sent[name], sent_held[name]) for name in sorted(named)},
        other_senders=totals["messages"] - sum(sent[name] for name in named),
    )


def was_held(row: MessageRow) -> bool:
    """Whether somebody, or time, had to decide about the message. Of the copies of one message one counts."""
    return not row.leader and (row.state in WAITING or (bool(row.verb) and not _was_rejected(row)))


def _was_rejected(row: MessageRow) -> bool:
    """Refused by a policy when it was judged; nobody was asked."""
    return row.verb == "discard" and row.decided_by is not None and row.decided_by.role is Role.SYSTEM


def _class_of(pause: timedelta) -> int:
    seconds = pause.total_seconds()
    return next((number for number, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))


def _top(counter: Counter[str]) -> dict[str, int]:
    """The most frequent names, in an order that does not depend on that of the rows."""
    kept = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMES]
    return dict(sorted(kept))
