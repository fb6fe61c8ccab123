"""The history of encryptions and password notices (product.md Z7): a person's own and those they are proxy for (stage 6).

A list shows how each notice stands; who opens one sees what became of it. No password is in either: it is looked at one
by one, and each look is recorded (``view_password.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.app import App
from shared.core.hold.record import Event
from shared.core.message.identity import MessageRef
from shared.core.notice.receipt_sheet import ReceiptSheet, make_receipt_sheet
from shared.errors import NotFound
from shared.usecases.change_password_notice import password_standing
from shared.usecases.decide_hold import Asker
from shared.usecases.effective_settings import settings_for
from shared.usecases.list_messages import PAGE, ListedRow, ListPage, list_sent_by
from shared.usecases.note_look import note_look

MOST_PAGES_READ = 10
"""Pages of sent mail that one list looks through; after that it is shorter, with a mark."""


@dataclass(frozen=True, slots=True)
class PasswordHistory:
    """One message's encryptions, without passwords, and what became of their notices, oldest first.

    ``version`` is the message's (its ``event_count``).
    """

    version: int
    sheet: ReceiptSheet
    events: tuple[Event, ...]


def list_passwords(app: App, tenant_id: str, person: str, after: str = "", limit: int = PAGE) -> ListPage:
    """Messages that ``person`` and those whose proxy they are have sent with an encrypted file, newest first.

    Raises ``NotFound`` for a mark of another list, ``TemporaryError``.
    """
    shown: list[ListedRow] = []
    for _ in range(MOST_PAGES_READ):
        # Never more than are still wanted, so that the mark of the page read is the mark of the page made.
        page = list_sent_by(app, tenant_id, person, after, limit - len(shown))
        shown += [listed for listed in page.rows if listed.row.password is not None]
        after = page.after
        if len(shown) >= limit or not after:
            break
    return ListPage(tuple(shown), after)


def password_history(app: App, ref: MessageRef, asker: Asker) -> PasswordHistory:
    """What became of one message's password notices; that somebody looked is recorded.

    Raises ``NotFound``, ``NotEntitled`` (also recorded), ``TemporaryError``.
    """
    stored = app.messages.load(ref)
    if stored is None or stored.record.own or not stored.record.passwords:
        raise NotFound("no such password notice")
    record = stored.record
    standing = password_standing(app, record, asker, "password.history")
    settings = settings_for(app, ref.tenant_id, record.envelope.reverse_path)
    note_look(app, ref, standing, asker, "password-history")
    events = tuple(event for event in app.messages.events(ref) if event.code.startswith("password-"))
    return PasswordHistory(record.event_count, make_receipt_sheet(record, settings.internal_domains, {}), events)
