"""The checker: for every accepted message and recipient, exactly one fate, and none of them a crime. Pure.

What counts as a crime, and when a second copy is excused, is described in docs/CHAOS.md. Local tooling; no stage of the
mail flow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from local.chaos.ledgers import Answer, Books, Hit, Letter, Standing, Storing, Told

MARK = "chaos:"
"""Stands in every refusal that the harness orders; a bounce without it was not deserved."""
GONE = "gone-"
"""Recipients that the next hop refuses for good begin with it."""
SLACK = 1.0
"""Seconds by which a fault may lie beside the moment that it explains."""
TICK = 0.002
"""Seconds by which moments of two programs' ledgers may differ: the log cuts off behind milliseconds."""

ARRIVED, HELD, BOUNCED, DISCARDED, LOST = "arrived", "held", "bounced", "discarded", "lost"
CHANGED, LEAKED, TWICE, INVENTED, UNTOLD = "changed", "leaked", "twice", "invented", "untold"
CRIMES = (LOST, CHANGED, LEAKED, TWICE, INVENTED, UNTOLD)
"""Lost; other bytes; delivered although held, discarded or reported as failed; two copies without excuse; delivered
though no client sent it; held and nobody asked."""
_Item = TypeVar("_Item", Answer, Storing)


@dataclass(frozen=True, slots=True)
class Finding:
    """One crime: which, of which letter, queue entry and recipient, and what the ledgers say."""

    crime: str
    number: int | None
    queue_id: str
    recipient: str
    text: str


@dataclass(frozen=True, slots=True)
class Excused:
    """A second copy inside the window, and why: ``unheard`` (no answer came) or ``unrecorded`` (it was not written)."""

    queue_id: str
    recipient: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of everything. ``fates`` counts recipients of accepted messages."""

    accepted: int
    fates: Mapping[str, int]
    findings: Sequence[Finding]
    excused: Sequence[Excused]
    resent: int
    """Queue entries beyond a letter's first: a client was not told 250 for what the relay had stored, and sent it again."""
    unanswered: int = 0
    """Whole letters that were sent and got no answer, and those that got a 4yz after the final dot."""
    deferred: int = 0

    def count(self, crime: str) -> int:
        """How often."""
        return sum(finding.crime == crime for finding in self.findings)

    @property
    def innocent(self) -> bool:
        """Whether there is no finding."""
        return not self.findings


@dataclass
class _Case:
    """The books, indexed."""

    books: Books
    letters: dict[int, Letter] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    stored: dict[str, list[Storing]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    recorded: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reports: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        books = self.books
        self.letters = {letter.number: letter for letter in books.letters}
        self.standings = {standing.queue_id: standing for standing in books.standings}
        self.reports = {(report.queue_id, report.recipient) for report in books.reports}
        _group(self.stored, books.stored)
        _group(self.answers, books.answers)
        for item in books.recorded:
            self.recorded[item.queue_id].append(item.at)


def _group(into: dict[str, list[_Item]], items: Iterable[_Item]) -> None:
    for item in sorted(items, key=lambda item: item.at):
        into[item.queue_id].append(item)


def check(books: Books) -> Verdict:
    """Compare the ledgers."""
    case = _Case(books)
    fates: Counter[str] = Counter()
    findings: list[Finding] = []
    excused: list[Excused] = []
    for told in books.told:
        for recipient in told.recipients:
            fate, found = _fate(case, told, recipient)
            fates[fate] += 1
            findings += found
    for queue_id, copies in case.stored.items():
        findings += _bytes(case, copies)
        recipients = dict.fromkeys(recipient for copy in copies for recipient in copy.recipients)
        for recipient in recipients:
            for finding in _copies(case, queue_id, recipient):
                (excused if isinstance(finding, Excused) else findings).append(finding)  # type: ignore[arg-type]  # each kind in its own list
    findings += _invented(case)
    findings += _untold(case)
    entries: dict[int, set[str]] = defaultdict(set)
    for told in books.told:
        entries[told.number].add(told.queue_id)
    for copy in books.stored:
        if copy.number is not None:
            entries[copy.number].add(copy.queue_id)
    resent = sum(len(queue_ids) - 1 for queue_ids in entries.values())
    unanswered = sum(not item.code for item in books.unclear)
    return Verdict(len(books.told), dict(fates), findings, excused, resent, unanswered, len(books.unclear) - unanswered)


def _fate(case: _Case, told: Told, recipient: str) -> tuple[str, list[Finding]]:
    """What became of one recipient of an accepted message."""
    letter = case.letters[told.number]
    standing = case.standings.get(told.queue_id)
    copies = [copy for copy in case.stored.get(told.queue_id, ()) if recipient in copy.recipients]

    def finding(crime: str, text: str) -> Finding:
        return Finding(crime, told.number, told.queue_id, recipient, text)

    if copies:
        return ARRIVED, [finding(LEAKED, text) for text in _leaks(case, standing, recipient, copies[0])]
    if standing is None:
        return LOST, [finding(LOST, "it was never judged")]
    fate = standing.fates.get(recipient, "")
    if standing.state == "moving":
        return LOST, [finding(LOST, f"it is still {standing.shown or 'moving'}")]
    if standing.state == "waiting":
        return HELD, []
    if standing.state == "discarded":
        if letter.decision == "discard":
            return DISCARDED, []
        return LOST, [finding(LOST, "it is discarded, and nobody decided that")]
    if fate == "failed":
        text = standing.texts.get(recipient, "")
        if MARK not in text and not recipient.startswith(GONE):
            return LOST, [finding(LOST, f"it bounced, and the next hop had not refused it: {text!r}")]
        if letter.sender and (told.queue_id, recipient) not in case.reports:
            return LOST, [finding(LOST, "it bounced, and its sender got no report")]
        return BOUNCED, []
    return LOST, [finding(LOST, f"the record says {fate or 'nothing'}, and it did not arrive")]


def _leaks(case: _Case, standing: Standing | None, recipient: str, first: Storing) -> list[str]:
    """What is wrong with it that something arrived."""
    if standing is None:
        return []
    if standing.state in ("waiting", "discarded"):
        return [f"it arrived although it is {standing.shown or standing.state}"]
    if standing.fates.get(recipient) == "failed" and any(
        answer.accepted for answer in case.answers.get(first.queue_id, ()) if answer.at >= first.at - SLACK
    ):
        # Without an answer Matta could not know, and a later refusal is all that it has heard.
        return ["it arrived, the next hop said so, and its sender was told that it failed"]
    return []


def _bytes(case: _Case, copies: Sequence[Storing]) -> Iterable[Finding]:
    for copy in copies:
        if copy.number is None:
            continue  # Matta's own mail
        letter = case.letters.get(copy.number)
        if letter is not None and copy.digest != letter.digest:
            yield Finding(CHANGED, copy.number, copy.queue_id, copy.recipients[0], "other bytes arrived than were sent")


def _copies(case: _Case, queue_id: str, recipient: str) -> Iterable[Finding | Excused]:
    """Each copy of one queue entry after the first."""
    copies = [copy for copy in case.stored[queue_id] if recipient in copy.recipients]
    for first, again in pairwise(copies):
        why = excuse(
            first.at,
            again.at,
            case.answers.get(queue_id, ()),
            case.recorded.get(queue_id, ()),
            case.books.hits,
        )
        if why.startswith("un"):
            yield Excused(queue_id, recipient, why)
        else:
            text = f"stored again {again.at - first.at:.1f} s after the first time: {why}"
            yield Finding(TWICE, first.number, queue_id, recipient, text)


def excuse(
    first: float, again: float, answers: Sequence[Answer], recorded: Sequence[float], hits: Sequence[Hit]
) -> str:
    """``unheard`` or ``unrecorded`` where a second storing lies inside the window, else why it does not.

    The window is open from the moment at which the next hop has stored a message until its answer is in the record. It
    is excused only where a fault kept it open: one of the next hop, its wire or the worker while the answer was on its
    way, one of the worker or storage while it was being written down.
    """
    since = [answer for answer in answers if first - TICK <= answer.at < again - TICK]
    if since and since[0].accepted:
        heard = since[0].at
        # What is recorded after the next attempt's answer is that attempt's.
        until = since[1].at if len(since) > 1 else again
        if any(heard - TICK <= moment < until for moment in recorded):
            return "the answer was in the record"
        return (
            "unrecorded" if _hit(hits, ("functions", "storage"), heard, until) else "nothing kept it from being written"
        )
    before = [answer for answer in answers if answer.at < first - TICK]
    if since:
        start, end = first, since[0].at
    elif before and not before[-1].accepted:
        start, end = before[-1].at, first  # the worker had given up when the next hop came round to storing it
    else:
        start, end = first, again
    if _hit(hits, ("functions", "next-hop"), start, end):
        return "unheard"
    return "nothing kept the answer from being heard"


def _hit(hits: Sequence[Hit], parts: Sequence[str], start: float, end: float) -> bool:
    return any(hit.part in parts and hit.start <= end + SLACK and hit.end >= start - SLACK for hit in hits)


def _invented(case: _Case) -> Iterable[Finding]:
    """What arrived, and no client was told 250 for, nor left without an answer, nor deferred while storage was in trouble.

    A commit whose answer storage did not give may stand or not. The relay then says 4yz, which is the safe side.
    """
    known = {told.queue_id for told in case.books.told}
    unclear = {
        item.number
        for item in case.books.unclear
        if not item.code or _hit(case.books.hits, ("storage", "relay"), item.at, item.at)
    }
    for queue_id, copies in case.stored.items():
        number = copies[0].number
        if number is not None and queue_id not in known and number not in unclear:
            yield Finding(INVENTED, number, queue_id, copies[0].recipients[0], "it arrived, and no client sent it")


def _untold(case: _Case) -> Iterable[Finding]:
    """Held messages whose sender was not asked."""
    for told in case.books.told:
        standing = case.standings.get(told.queue_id)
        if standing is not None and standing.state == "waiting" and told.number not in case.books.asked:
            yield Finding(
                UNTOLD, told.number, told.queue_id, told.recipients[0], "it is held, and its sender got no notice"
            )
