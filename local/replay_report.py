"""Figures of a replay as people read them in a terminal. Local tooling; no stage of the mail flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from local.replay_texts import REPLAY
from local.terminal_text import one_line, pad
from shared.core.replay.figures import BeforeAfter, Example, Figures, LoadRow
from shared.core.replay.gap import Gap
from shared.core.text.language import Language
from shared.usecases.replay_traffic import Replay

_LABEL = 54
_NUMBER = 10
_MOST_HOURS = 24


def replay_report(replay: Replay, file: str, language: Language) -> str:
    """The whole report, ending in a line end."""
    return "\n".join(_Report(replay, file, language).lines()) + "\n"


class _Report:
    def __init__(self, replay: Replay, file: str, language: Language) -> None:
        self._replay = replay
        self._file = file
        self._language = language

    def lines(self) -> Iterator[str]:
        replay, figures = self._replay, self._replay.figures
        zone = ZoneInfo(replay.time_zone)
        yield self._text(
            "title",
            tenant=replay.tenant_id,
            since=f"{replay.since.astimezone(zone):%Y-%m-%d %H:%M%z}",
            until=f"{replay.until.astimezone(zone):%Y-%m-%d %H:%M%z}",
            file=one_line(self._file),
        )
        if not figures.read:
            yield self._text("none", tenant=replay.tenant_id)
            return
        if replay.cut and figures.last is not None:
            yield self._text(
                "cut", count=figures.read, last=figures.last.astimezone(zone).isoformat(timespec="seconds")
            )
        yield ""
        for key in ("read", "judged", "same", "partly", "unknown", "unknown_held", "unknown_may_hold"):
            number: int = getattr(figures, key)
            if number or key in ("read", "judged", "unknown"):
                yield self._row(self._text(key), f"{number:,}")
        yield from self._fates(figures)
        yield from self._differences(figures)
        yield from self._causes(figures)
        yield from self._open(figures)
        yield from self._questions(figures)
        yield from self._senders(figures)
        yield from self._hours(figures)

    def _fates(self, figures: Figures) -> Iterator[str]:
        yield from self._heading("fates", "before", "after")
        for row in figures.fates:
            if row.count != BeforeAfter():
                yield self._pair(self._text(f"fate.{row.fate}"), row.count)
        yield self._pair(self._text("changed"), figures.changed)
        if figures.changed_unknown:
            yield self._row(self._text("changed_unknown"), "", f"{figures.changed_unknown:,}")

    def _differences(self, figures: Figures) -> Iterator[str]:
        yield from self._heading("differences")
        if not figures.differences:
            yield "  " + self._text("no-differences")
        for row in figures.differences:
            yield self._row(self._text(f"difference.{row.difference}"), f"{row.count:,}")
            yield from map(self._example, row.examples)

    def _causes(self, figures: Figures) -> Iterator[str]:
        yield from self._heading("causes", "before", "after")
        for row in figures.causes:
            named = f"{row.code} {row.id} {row.name}".rstrip()
            yield self._pair(named, row.count)

    def _open(self, figures: Figures) -> Iterator[str]:
        if figures.open:
            yield from self._heading("open", "messages")
            for item in figures.open:
                yield self._row(f"{item.kind} {item.id}: {self._gaps(item.gaps)}", f"{item.count:,}")
        if figures.unknown_examples:
            yield from self._heading("unknown_examples", "messages")
            for lacking in figures.gaps:
                yield self._row(self._gaps((lacking.gap,)), f"{lacking.count:,}")
            yield from map(self._example, figures.unknown_examples)

    def _questions(self, figures: Figures) -> Iterator[str]:
        found = figures.questions
        yield from self._heading("questions", "before", "after")
        yield self._pair(self._text("persons"), found.persons)
        yield self._pair(self._text("most_in_an_hour"), found.most_in_an_hour)
        for load in found.loads:
            if load.count != BeforeAfter():
                yield self._pair(self._load(load), load.count)
        if found.busiest:
            yield from self._heading("busiest", "before", "after")
            for row in found.busiest[:5]:
                yield self._pair(f"{row.hour}  {row.address}", row.held)

    def _senders(self, figures: Figures) -> Iterator[str]:
        yield from self._heading("senders", "before", "after", "unknown_column", "messages")
        for row in figures.senders:
            name = row.address or self._text("null-sender")
            yield self._pair(name, row.held, f"{row.unknown:,}", f"{row.messages:,}")

    def _hours(self, figures: Figures) -> Iterator[str]:
        yield from self._heading("hours", "before", "after", "unknown_column", "messages")
        busiest = sorted(figures.hours, key=lambda row: (-row.held.after, -row.messages, row.hour))[:_MOST_HOURS]
        for row in sorted(busiest, key=lambda row: row.hour):
            yield self._pair(row.hour, row.held, f"{row.unknown:,}", f"{row.messages:,}")
        if len(figures.hours) > _MOST_HOURS:
            yield "  " + self._text("more", count=len(figures.hours) - _MOST_HOURS)

    def _example(self, example: Example) -> str:
        subject = self._text("no-subject") if example.subject is None else example.subject or '""'
        after = "/".join(self._text(f"fate.{fate}") for fate in example.after) or "?"
        causes = f"  [{', '.join(example.causes)}]" if example.causes else ""
        told = f"{self._text(f'fate.{example.before}')} -> {after}  {example.sender or '<>'}  {subject}{causes}"
        return f"      {example.queue_id}  {one_line(told)}"

    def _load(self, load: LoadRow) -> str:
        key = "load.more" if load.most == 0 else "load.one" if load.least == load.most else "load.range"
        return self._text(key, least=load.least, most=load.most)

    def _gaps(self, gaps: Sequence[Gap]) -> str:
        return self._text("list", items=tuple(self._text(f"gap.{gap}") for gap in gaps))

    def _heading(self, key: str, *columns: str) -> Iterator[str]:
        yield ""
        yield self._line(self._text(key), *(self._text(column) for column in columns))

    def _pair(self, label: str, count: BeforeAfter, *more: str) -> str:
        return self._row(label, f"{count.before:,}", f"{count.after:,}", *more)

    def _row(self, label: str, *columns: str) -> str:
        return self._line(f"  {one_line(label)}", *columns)

    def _line(self, label: str, *columns: str) -> str:
        return (pad(label, _LABEL) + "".join(pad(column, _NUMBER) for column in columns)).rstrip()

    def _text(self, key: str, **values: str | int | tuple[str, ...]) -> str:
        return REPLAY.text(key, self._language, **values)
