"""Messages of everybody in reach (stage 6): what is held, and what became of all that was sent.

Read from the rows of lists, newest first. One request reads at most ``MOST_READ`` rows, whatever is searched for, and
says how far it came. Who is reached is asked for every row as things stand now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.hold.record import State
from shared.core.lists.make_row import MOST_RECIPIENTS, is_listed, make_row
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.lists.page_mark import make_mark
from shared.core.message.identity import QUEUE_ID, RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.policy.conditions.spelled import fold
from shared.errors import NotFound
from shared.ports_lists import Place, RowPage
from shared.usecases.reach_message import reach_message
from shared.usecases.reach_people import Reach

MOST_READ = 2000
"""Rows that one request looks through."""
COST_OF_RECORD = 20
"""As how many rows the look at a whole message counts, where its row does not name all recipients."""
LARGEST_PAGE = 200
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """What to find; an empty field finds everything.

    ``sender`` (envelope or From), ``recipient`` and ``subject`` are parts, without regard to case and width. Messages of
    ``[since, until)`` are found, by the time they were received.
    """

    sender: str = ""
    recipient: str = ""
    subject: str = ""
    state: State | None = None
    queue_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundRows:
    """Rows, newest first. ``after`` goes on behind what was read, empty at the end; ``searched_to`` is when the last
    message that was read came in, ``None`` where none was or all were.
    """

    rows: tuple[MessageRow, ...]
    after: str = ""
    searched_to: datetime | None = None


def all_held(app: App, who: Principal, search: MessageSearch, after: str, limit: int) -> FoundRows:
    """What awaits a decision or an approval, of everybody in reach. Raises ``NotFound``, ``TemporaryError``."""
    place = Place(who.tenant_id, Shelf.HELD)
    _check_mark(after)

    def rows(last: str) -> Iterator[MessageRow]:
        return rows_behind(app, place, last)

    return _Reading(app, who, search).page(rows(after), limit)


def track_messages(app: App, who: Principal, search: MessageSearch, after: str, limit: int) -> FoundRows:
    """A page of what fits, day by day back in time. ``search`` must name both ends.

    Raises ``NotFound`` for a mark of elsewhere, ``TemporaryError``.
    """
    _check_mark(after)
    if search.queue_id:
        return _one(app, who, search)
    return _Reading(app, who, search).page(_rows_of_days(app, who.tenant_id, search, after), limit)


class _Reading:
    """One request's way through rows."""

    def __init__(self, app: App, who: Principal, search: MessageSearch) -> None:
        self._app, self._search = app, search
        self._reach = Reach(app, who, Right.READ_MESSAGES)
        self._sender, self._recipient, self._subject = map(fold, (search.sender, search.recipient, search.subject))
        self.spent = 0

    def page(self, rows: Iterator[MessageRow], limit: int) -> FoundRows:
        limit = min(max(limit, 1), LARGEST_PAGE)
        shown: list[MessageRow] = []
        last: MessageRow | None = None
        for row in rows:
            if len(shown) == limit or self.spent >= MOST_READ:
                # There is a row more than was asked for or may be read: so there is a next page.
                at = last.ref.received_at if last else None
                return FoundRows(tuple(shown), last.ref.queue_id if last else "", at)
            self.spent += 1
            last = row
            if self.fits(row):
                shown.append(row)
        return FoundRows(tuple(shown))

    def fits(self, row: MessageRow) -> bool:
        """Whether the row is searched for and in reach; the costly questions come last."""
        search = self._search
        if search.state is not None and row.state is not search.state:
            return False
        if self._sender and not any(self._sender in fold(name) for name in (row.sender, row.from_address)):
            return False
        if self._subject not in fold(row.subject):
            return False
        return self._reach.address(row.sender) and (not self._recipient or self._goes_to(row))

    def _goes_to(self, row: MessageRow) -> bool:
        """A row names the first recipients alone; where there are more the message itself is asked."""
        if any(self._recipient in fold(address) for address in row.first_recipients):
            return True
        if row.recipients <= MOST_RECIPIENTS:
            return False
        self.spent += COST_OF_RECORD
        stored = self._app.messages.load(row.ref)
        return stored is not None and any(
            self._recipient in fold(address) for address in stored.record.envelope.recipients
        )


def _one(app: App, who: Principal, search: MessageSearch) -> FoundRows:
    try:
        record = reach_message(app, who, search.queue_id).record
    except NotFound:
        return FoundRows(())
    reading = _Reading(app, who, search)
    row = make_row(record)
    return FoundRows((row,) if is_listed(record) and reading.fits(row) else ())


def _rows_of_days(app: App, tenant_id: str, search: MessageSearch, after: str) -> Iterator[MessageRow]:
    """Rows of ``[since, until)``, from behind the queue id ``after`` on."""
    if search.since is None or search.until is None:
        raise ValueError("a search through days needs both ends")
    since, until = search.since.astimezone(UTC), search.until.astimezone(UTC)
    last = first_id(until)
    if after:
        last = min(after, last)
    newest = MessageRef(tenant_id, last).received_at.date()
    day: date = newest
    while day >= since.date():
        for row in rows_behind(app, Place(tenant_id, Shelf.DAY, day.strftime("%Y%m%d")), last):
            if row.ref.received_at < since:
                return
            yield row
        day -= timedelta(days=1)


def rows_behind(app: App, place: Place, last: str) -> Iterator[MessageRow]:
    """All rows of a shelf behind a queue id, read page by page as they are taken."""
    mark = make_mark(place.tenant_id, place.shelf, place.owner, last) if last else ""
    while True:
        page: RowPage = app.lists.page(place, mark, _AT_ONCE)
        yield from page.rows
        mark = page.after
        if not mark:
            return


def first_id(moment: datetime) -> str:
    """The first queue id of that millisecond: all messages before it have smaller ones."""
    return new_queue_id(moment, bytes(RANDOM_BYTES))


def _check_mark(after: str) -> None:
    if after and not QUEUE_ID.fullmatch(after):
        raise NotFound("no mark of this list")
