"""Reports (stage 6): counters of the hours of some days, added up; no message and no row is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.reports.day_span import DaySpan
from shared.core.reports.report import Report, Tally, make_report
from shared.core.settings.csv_text import write_rows
from shared.core.text.audit import EXPORT
from shared.core.text.language import Language
from shared.core.text.reasons import REASONS
from shared.core.text.words import WORDS
from shared.errors import NotFound
from shared.usecases.recount_hours import settled_before


def see_report(app: App, who: Principal, span: DaySpan, language: Language) -> Report:
    """The figures of some days. Only roles that reach the whole tenant: counters know no groups.

    Raises ``NotFound`` for all others, ``TemporaryError``.
    """
    if not who.reaches_all(Right.READ_REPORTS):
        raise NotFound("reports are the whole tenant's")
    name = app.settings.tenant(who.tenant_id).time_zone
    counts = app.counters.between(who.tenant_id, span.since, span.until)
    report = make_report(counts, span.first, span.last, ZoneInfo(name), name)
    return replace(
        report,
        counted_to=settled_before(app.clock.now()),
        reasons=tuple(replace(one, title=_reason(one.name, language)) for one in report.reasons),
        states=_titled(report.states, "state", language),
        deciders=_titled(report.deciders, "role", language),
    )


def export_report(app: App, who: Principal, span: DaySpan, language: Language) -> bytes:
    """The same as CSV: section, name, value. Raises as ``see_report``."""
    report = see_report(app, who, span, language)
    header = tuple(EXPORT.text(f"column.{name}", language) for name in ("section", "name", "value"))
    return write_rows([header, *_lines(report)])


def _lines(report: Report) -> Iterator[tuple[str, ...]]:
    yield "days", "", f"{report.since} – {report.until}"
    for name in (
        *("messages", "held", "rejected", "recipients", "external_recipients", "external_messages", "size"),
        *("released", "discarded", "expired", "denied", "p50_seconds", "p90_seconds"),
    ):
        value = getattr(report, name)
        yield "total", name, "" if value is None else str(value)
    for section in ("states", "approvals", "deciders", "reasons", "rules"):
        tallies: Sequence[Tally] = getattr(report, section)
        for tally in tallies:
            yield section, tally.title or tally.name, str(tally.count)
    for sender in report.senders:
        yield "senders", sender.sender, str(sender.messages)
        yield "senders-held", sender.sender, str(sender.held)
    for section in ("days", "hours"):
        for volume in getattr(report, section):
            yield section, volume.name, str(volume.messages)
            yield f"{section}-held", volume.name, str(volume.held)
    for time in report.times:
        yield "decision-seconds", "" if time.seconds is None else str(time.seconds), str(time.count)


def _reason(code: str, language: Language) -> str:
    key = f"{code}.title"
    return REASONS.text(key if key in REASONS else "unknown.title", language)


def _titled(tallies: Sequence[Tally], kind: str, language: Language) -> tuple[Tally, ...]:
    return tuple(
        replace(one, title=WORDS.text(key, language) if (key := f"{kind}.{one.name}") in WORDS else one.name)
        for one in tallies
    )
