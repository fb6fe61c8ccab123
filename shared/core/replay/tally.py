"""``Tally``: counts judgements of past messages into ``Figures``, in one pass and bounded memory. Replay (S5, B5)."""

from __future__ import annotations

import heapq
from collections import Counter
from datetime import datetime, tzinfo

from shared.core.policy.decision import Decision
from shared.core.replay.figures import (
    CauseRow,
    DifferenceRow,
    Example,
    FateRow,
    Figures,
    GapRow,
    HourRow,
    OpenRow,
    SenderRow,
)
from shared.core.replay.gap import Gap
from shared.core.replay.judge_again import Judgement, OpenItem
from shared.core.replay.outcome import Cause, Difference, Fate, Outcome, differences, outcome_of
from shared.core.replay.pair import Pair
from shared.core.replay.past_message import PastMessage
from shared.core.replay.question_load import QuestionLoad

LONGEST_SUBJECT = 120


class _Line:
    """What is counted of one sender, or of one hour."""

    __slots__ = ("held", "messages", "unknown")

    def __init__(self) -> None:
        self.messages = 0
        self.unknown = 0
        self.held = Pair()

    def add(self, *, before: bool, after: bool, sure: bool) -> None:
        self.messages += 1
        if sure:
            self.held.add(before, after)
        else:
            self.unknown += 1


class Tally:
    """Mutable. Messages must come in the order of their time of reception."""

    def __init__(self, zone: tzinfo, *, examples: int = 5, most_rows: int = 20) -> None:
        """``zone`` is the tenant's; ``examples`` of each difference and ``most_rows`` of senders and hours are kept."""
        self._zone = zone
        self._most_examples = examples
        self._most_rows = most_rows
        self._read = self._judged = self._partly = self._same = 0
        self._unknown = self._unknown_held = self._unknown_may_hold = self._changed_unknown = 0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._fates = {fate: Pair() for fate in Fate}
        self._changed = Pair()
        self._differences: Counter[Difference] = Counter()
        self._examples: dict[Difference, list[Example]] = {}
        self._unknown_examples: list[Example] = []
        self._causes: dict[Cause, Pair] = {}
        self._names: dict[Cause, str] = {}
        self._open: Counter[OpenItem] = Counter()
        self._gaps: Counter[Gap] = Counter()
        self._senders: dict[str, _Line] = {}
        self._hours: dict[str, _Line] = {}
        self._questions = QuestionLoad(most_rows)

    @property
    def read(self) -> int:
        """Messages so far."""
        return self._read

    def add(self, past: PastMessage, judgement: Judgement) -> None:
        """Count one message."""
        before = outcome_of(past.decision)
        fate = judgement.fate
        self._read += 1
        self._last = past.ref.received_at
        self._first = self._first or self._last
        self._name(past.decision)
        self._open.update(judgement.open)
        self._lines(past, before.fate, fate)
        if fate is None:
            self._add_unknown(past, before, judgement)
            return
        self._judged += 1
        self._fates[before.fate].add(True, False)
        self._fates[fate].add(False, True)
        self._add_causes(before, judgement.outcomes)
        changed = {outcome.is_changed for outcome in judgement.outcomes}
        if len(changed) == 1:
            self._changed.add(before.is_changed, changed.pop())
        else:
            self._changed_unknown += 1
        sure = _sure_differences(before, judgement.outcomes)
        if len(judgement.outcomes) > 1:
            self._partly += 1
        elif not sure:
            self._same += 1
        for difference in sure:
            self._differences[difference] += 1
            shown = self._examples.setdefault(difference, [])
            if len(shown) < self._most_examples:
                shown.append(_example(past, before, judgement.outcomes))

    def name_settings(self, names: dict[Cause, str]) -> None:
        """Names for the draft's rules and policies, where stored decisions have none for them."""
        for cause, name in names.items():
            self._names.setdefault(cause, name)

    def figures(self) -> Figures:
        """The figures so far."""
        causes = sorted(self._causes.items(), key=lambda item: (-item[1].after, -item[1].before, item[0]))
        senders = heapq.nsmallest(
            self._most_rows,
            self._senders.items(),
            key=lambda item: (-item[1].held.after, -item[1].held.before, -item[1].unknown, -item[1].messages, item[0]),
        )
        return Figures(
            read=self._read,
            judged=self._judged,
            partly=self._partly,
            same=self._same,
            unknown=self._unknown,
            unknown_held=self._unknown_held,
            unknown_may_hold=self._unknown_may_hold,
            first=self._first,
            last=self._last,
            fates=tuple(FateRow(fate, pair.frozen()) for fate, pair in self._fates.items()),
            changed=self._changed.frozen(),
            changed_unknown=self._changed_unknown,
            differences=tuple(
                DifferenceRow(difference, self._differences[difference], tuple(self._examples[difference]))
                for difference in Difference
                if self._differences[difference]
            ),
            causes=tuple(
                CauseRow(cause.code, cause.id, self._names.get(cause, ""), pair.frozen()) for cause, pair in causes
            ),
            open=tuple(
                OpenRow(item.kind, item.id, tuple(sorted(item.gaps)), count) for item, count in self._merged_open()
            ),
            gaps=tuple(GapRow(gap, self._gaps[gap]) for gap in Gap if self._gaps[gap]),
            unknown_examples=tuple(self._unknown_examples),
            senders=tuple(SenderRow(name, line.messages, line.held.frozen(), line.unknown) for name, line in senders),
            hours=tuple(
                HourRow(hour, line.messages, line.held.frozen(), line.unknown) for hour, line in self._hours.items()
            ),
            questions=self._questions.figures(),
        )

    def _merged_open(self) -> list[tuple[OpenItem, int]]:
        """Each rule or policy once, with every fact that it was missing at some message."""
        merged: dict[tuple[str, str], tuple[OpenItem, int]] = {}
        for item, count in self._open.items():
            before, so_far = merged.get((item.kind, item.id), (item, 0))
            merged[item.kind, item.id] = (OpenItem(item.kind, item.id, before.gaps | item.gaps), so_far + count)
        return sorted(merged.values(), key=lambda entry: (-entry[1], entry[0].kind, entry[0].id))

    def _name(self, decision: Decision) -> None:
        for reason in (*decision.reasons, *decision.notes):
            if reason.name:
                self._names[Cause(reason.code, reason.rule_id)] = reason.name

    def _lines(self, past: PastMessage, before: Fate, after: Fate | None) -> None:
        local = past.ref.received_at.astimezone(self._zone)
        hour = local.replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")
        sender = past.envelope.reverse_path.lower()
        was, is_ = before is Fate.HOLD, after is Fate.HOLD
        for table, key in ((self._senders, sender), (self._hours, hour)):
            line = table.get(key)
            if line is None:
                line = table[key] = _Line()
            line.add(before=was, after=is_, sure=after is not None)
        if after is not None:
            self._questions.note(hour, sender, before=was, after=is_)

    def _add_unknown(self, past: PastMessage, before: Outcome, judgement: Judgement) -> None:
        self._unknown += 1
        self._unknown_held += before.fate is Fate.HOLD
        self._unknown_may_hold += not judgement.outcomes or any(
            outcome.fate is Fate.HOLD for outcome in judgement.outcomes
        )
        self._gaps.update(judgement.gaps)
        if len(self._unknown_examples) < self._most_examples:
            self._unknown_examples.append(_example(past, before, judgement.outcomes))

    def _add_causes(self, before: Outcome, after: tuple[Outcome, ...]) -> None:
        sure = frozenset.intersection(*(outcome.causes for outcome in after))
        for cause in before.causes | sure:
            pair = self._causes.get(cause)
            if pair is None:
                pair = self._causes[cause] = Pair()
            pair.add(cause in before.causes, cause in sure)


def _sure_differences(before: Outcome, after: tuple[Outcome, ...]) -> frozenset[Difference]:
    found = frozenset.intersection(*(differences(before, outcome) for outcome in after))
    # Of several open rules only all and none were tried: in between the causes may be those that they were before.
    return found if len({outcome.causes for outcome in after}) == 1 else found - {Difference.OTHER_CAUSES}


def _example(past: PastMessage, before: Outcome, after: tuple[Outcome, ...]) -> Example:
    sure = frozenset.intersection(*(outcome.causes for outcome in after)) if after else frozenset[Cause]()
    subject = past.summary.subject
    return Example(
        past.ref.queue_id,
        past.ref.received_at,
        past.envelope.reverse_path,
        None if subject is None else subject[:LONGEST_SUBJECT],
        before.fate,
        tuple(sorted({outcome.fate for outcome in after})),
        tuple(f"{cause.code}:{cause.id}" if cause.id else cause.code for cause in sorted(sure)),
    )
