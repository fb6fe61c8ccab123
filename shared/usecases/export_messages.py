"""Tracked messages as a CSV file for spreadsheets (stage 6)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.lists.message_row import MessageRow
from shared.core.settings.csv_text import write_rows
from shared.core.text.audit import EXPORT
from shared.core.text.language import Language
from shared.core.text.words import WORDS
from shared.usecases.track_messages import LARGEST_PAGE, MessageSearch, track_messages

MOST_ROWS = 50_000
MOST_REQUESTS = 400
"""Pages that are read for one file, so that a search that finds little ends too."""
COLUMNS = (
    *("received", "sender", "from", "subject", "recipients", "first-recipients", "external", "attachments", "size"),
    *("state", "verb", "decided-by", "decided-at", "reasons", "rules", "queue-id"),
)


def export_messages(app: App, who: Principal, search: MessageSearch, language: Language) -> bytes:
    """All that fits, newest first, at most ``MOST_ROWS``; a last line says so where that is not all.

    Times are in the tenant's time zone. Raises ``TemporaryError``.
    """
    zone = ZoneInfo(app.settings.tenant(who.tenant_id).time_zone)
    lines = [tuple(EXPORT.text(f"column.{name}", language) for name in COLUMNS)]
    after = ""
    for _ in range(MOST_REQUESTS):
        page = track_messages(app, who, search, after, LARGEST_PAGE)
        lines += [_line(row, zone, language) for row in page.rows]
        after = page.after
        if not after or len(lines) > MOST_ROWS:
            break
    if after or len(lines) > MOST_ROWS + 1:
        del lines[MOST_ROWS + 1 :]
        lines.append((EXPORT.text("more", language),))
    return write_rows(lines)


def _line(row: MessageRow, zone: ZoneInfo, language: Language) -> tuple[str, ...]:
    return (
        f"{row.received_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        row.sender,
        row.from_address,
        row.subject,
        str(row.recipients),
        "; ".join(row.first_recipients),
        str(row.external),
        str(row.attachments),
        str(row.size),
        WORDS.text(f"state.{row.state}", language),
        EXPORT.text(f"verb.{row.verb}", language) if row.verb else "",
        row.decided_by.name if row.decided_by else "",
        f"{row.decided_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if row.decided_at else "",
        "; ".join(row.reason_codes),
        "; ".join(row.rule_names),
        row.ref.queue_id,
    )
