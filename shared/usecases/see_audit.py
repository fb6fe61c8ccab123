"""The audit log as the portal shows it (stage 6): filtered, newest first, in the reader's language.

A mark is a moment and how many lines of exactly that moment were read: lines are never changed or taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.app import App
from shared.core.hold.actor import Actor
from shared.core.policy.conditions.spelled import fold
from shared.core.settings.csv_text import write_rows
from shared.core.text.audit import EXPORT, audit_title, render_audit
from shared.core.text.language import Language
from shared.core.text.words import WORDS
from shared.errors import NotFound
from shared.ports_people import AuditCode, AuditEntry

MOST_READ = 2000
"""Lines that one request looks through."""
LARGEST_PAGE = 200
MOST_LINES = 50_000
"""Lines of an exported file."""
_AT_ONCE = 500
_MARK = re.compile(r"(\d{1,18})\.(\d{1,6})")
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = ("at", "code", "text", "role", "person", "on-behalf-of", "channel", "peer", "queue-id")


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Lines of ``[since, until)``; of one kind; by or for somebody whose address has ``person`` in it."""

    since: datetime
    until: datetime
    code: AuditCode | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line in words. ``queue_id`` is that of the message it is about, empty where it is about none."""

    at: datetime
    code: AuditCode
    title: str
    text: str
    actor: Actor
    queue_id: str


@dataclass(frozen=True, slots=True)
class AuditFound:
    """Lines, newest first. ``after`` goes on behind what was read, and is empty at the end."""

    lines: tuple[AuditLine, ...]
    after: str = ""
    searched_to: datetime | None = None


def audit_codes(language: Language) -> tuple[tuple[AuditCode, str], ...]:
    """All kinds of lines with what they are called."""
    return tuple((code, audit_title(code, language)) for code in AuditCode)


def see_audit(
    app: App, tenant_id: str, search: AuditSearch, language: Language, after: str = "", limit: int = 50
) -> AuditFound:
    """A page of what fits. Raises ``NotFound`` for a mark of elsewhere, ``TemporaryError``."""
    limit = min(max(limit, 1), LARGEST_PAGE)
    shown: list[AuditLine] = []
    mark, at = after, None
    for read, (entry, behind) in enumerate(_entries(app, tenant_id, search, after)):
        if len(shown) == limit or read >= MOST_READ:
            return AuditFound(tuple(shown), mark, at)
        mark, at = behind, entry.at
        if _fits(entry, search):
            shown.append(_line(entry, language))
    return AuditFound(tuple(shown))


def export_audit(app: App, tenant_id: str, search: AuditSearch, language: Language) -> bytes:
    """All that fits as CSV, at most ``MOST_LINES``; a last line says so where that is not all. Raises ``TemporaryError``.

    Times are in the tenant's time zone.
    """
    zone = ZoneInfo(app.settings.tenant(tenant_id).time_zone)
    lines = [tuple(EXPORT.text(f"column.{name}", language) for name in COLUMNS)]
    for read, (entry, _) in enumerate(_entries(app, tenant_id, search, "")):
        if read >= 4 * MOST_LINES or len(lines) > MOST_LINES:
            lines.append((EXPORT.text("more", language),))
            break
        if _fits(entry, search):
            lines.append(_cells(_line(entry, language), zone, language))
    return write_rows(lines)


def _entries(app: App, tenant_id: str, search: AuditSearch, after: str) -> Iterator[tuple[AuditEntry, str]]:
    """Lines from behind a mark on, each with the mark that continues behind it."""
    until, skip, at = search.until, 0, None
    if after:
        at, skip = _read_mark(after)
        until = min(until, at + _MICROSECOND)
    while True:
        read = app.audit.between(tenant_id, search.since, until, _AT_ONCE + skip)
        for number, entry in enumerate(read):
            if number < skip and entry.at == at:
                continue
            if entry.at != at:
                at, skip = entry.at, 0
            skip += 1
            yield entry, f"{(entry.at - _EPOCH) // _MICROSECOND}.{skip}"
        if len(read) < _AT_ONCE or at is None:
            return
        until = at + _MICROSECOND


def _read_mark(mark: str) -> tuple[datetime, int]:
    found = _MARK.fullmatch(mark)
    if found is None:
        raise NotFound("no mark of the audit log")
    try:
        return _EPOCH + int(found[1]) * _MICROSECOND, int(found[2])
    except OverflowError:
        raise NotFound("no mark of the audit log") from None


def _fits(entry: AuditEntry, search: AuditSearch) -> bool:
    if search.code is not None and entry.code is not search.code:
        return False
    wanted = fold(search.person)
    return not wanted or any(wanted in fold(name) for name in (entry.actor.name, entry.actor.on_behalf_of))


def _line(entry: AuditEntry, language: Language) -> AuditLine:
    return AuditLine(
        entry.at,
        entry.code,
        audit_title(entry.code, language),
        render_audit(entry.code, entry.args, language),
        entry.actor,
        entry.ref.queue_id if entry.ref else "",
    )


def _cells(line: AuditLine, zone: ZoneInfo, language: Language) -> tuple[str, ...]:
    actor = line.actor
    return (
        f"{line.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        line.title,
        line.text,
        WORDS.text(f"role.{actor.role}", language),
        actor.name,
        actor.on_behalf_of,
        WORDS.text(f"channel.{actor.channel}", language),
        actor.peer,
        line.queue_id,
    )
