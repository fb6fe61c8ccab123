"""The letter of a report: what a person reads of it, in their language (stage 5)."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.hold.record import RecipientResult
from shared.core.notice.dsn_report import LONGEST_ADDRESS, Report, ReportKind, answer_of, cause_of, host_of, wait_of
from shared.core.notice.formats import moment_text
from shared.core.notice.safe_text import one_line
from shared.core.policy.decision import Disposition
from shared.core.text.dsn import DSN
from shared.core.text.reasons import render

SHOWN = 20
"""Recipients that the letter lists; the machine's part has all."""
_LONGEST_SUBJECT = 120
_LONGEST_REASON = 600


def subject_line(report: Report) -> str:
    """The subject of the mail: what became of which message."""
    return DSN.text(f"{report.kind}.subject", report.context.language, subject=_subject(report))


def letter_text(report: Report, *, whole: bool) -> str:
    """The letter, CRLF line ends. ``whole`` tells whether the message itself comes back with it."""
    return "\r\n".join(_lines(report, whole)) + "\r\n"


def _subject(report: Report) -> str:
    subject = one_line(report.record.summary.subject or "", _LONGEST_SUBJECT)
    return subject or DSN.text("subject_blank", report.context.language)


def _lines(report: Report, whole: bool) -> Iterator[str]:
    record, kind, context = report.record, report.kind, report.context
    language = context.language
    some = len(report.results) < len(record.recipients) and kind is not ReportKind.REFUSED
    yield DSN.text(f"{kind}.title_some" if some else f"{kind}.title", language)
    yield ""
    sent = record.summary.date if record.summary.date and record.summary.date.tzinfo else record.reception.received_at
    yield f"{DSN.text('label.subject', language)}: {_subject(report)}"
    yield f"{DSN.text('label.sent', language)}: {moment_text(sent, context.zone, language)}"
    yield ""
    yield f"{DSN.text(f'{kind}.label', language)}:"
    for result in report.results[:SHOWN]:
        yield ""
        yield f"  {one_line(result.address, LONGEST_ADDRESS)}"
        yield from (f"    {line}" for line in _about(report, result))
    if len(report.results) > SHOWN:
        yield ""
        more = "more" if kind is not ReportKind.REFUSED else "more_plain"
        yield f"  {DSN.text(more, language, count=len(report.results) - SHOWN)}"
    yield ""
    yield from _what_comes(report)
    if kind is not ReportKind.REFUSED:
        yield DSN.text("technical_whole" if whole else "technical", language)
    yield DSN.text("automatic", language)


def _about(report: Report, result: RecipientResult) -> Iterator[str]:
    """What is told of one recipient: why, in words, and what the other server said."""
    language = report.context.language
    if report.kind is ReportKind.RELAYED:
        yield DSN.text("handed_to", language, server=host_of(result.server))
        return
    yield _why(report, result)
    decision = report.record.decision
    if decision.disposition is Disposition.REJECT and decision.reject_text:
        yield one_line(decision.reject_text, _LONGEST_REASON)
    if result.code and result.server and result.text:
        yield f"{DSN.text('answer', language)} ({host_of(result.server)}): {answer_of(result)}"


def _why(report: Report, result: RecipientResult) -> str:
    """Why, as a sentence; a message that Matta refused says so by the reason of its decision."""
    language, decision = report.context.language, report.record.decision
    if report.kind is ReportKind.DELAYED:
        return DSN.text(f"wait.{wait_of(result)}", language)
    if decision.disposition is Disposition.REJECT and decision.reasons:
        return one_line(render(decision.reasons[0], language), _LONGEST_REASON)
    return DSN.text(f"why.{cause_of(result)}", language)


def _what_comes(report: Report) -> Iterator[str]:
    """What happens next, and what the person can do; of a failure each recipient's own line says it."""
    context = report.context
    if report.kind is ReportKind.DELAYED and context.retry_until is not None:
        until = moment_text(context.retry_until, context.zone, context.language)
        yield DSN.text("delayed.until", context.language, until=until)
    if report.kind in (ReportKind.DELAYED, ReportKind.RELAYED):
        yield DSN.text(f"{report.kind}.next", context.language)
        yield ""
