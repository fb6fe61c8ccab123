"""Lists of messages for one person: what waits for them, what they sent, what they are asked to approve (stage 6).

A page costs what it shows: one request for each shelf that is read, the person's own and those of the people whose
proxy they are. Whether they may see it is asked for every row, as things stand now: a proxy who was taken away sees
nothing from the next page on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.app import App
from shared.core.hold.actor import Role
from shared.core.hold.approval_standing import is_any_of
from shared.core.hold.entitlement import People, Standing, administrator_of, entitled_to_mail_of
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.lists.page_mark import make_mark, read_mark
from shared.core.message.domains import normal_address
from shared.ports_lists import Place
from shared.usecases.people_about import addresses_of, people_of, principals_of

PAGE = 50
"""Rows of a page, unless fewer or more are asked for."""
LARGEST_PAGE = 200
MOST_PAGES_READ = 4
"""How often a page is filled up after rows that the person may not see; after that it is shorter, with a mark."""
_ALL = ""


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row, and as what the person may see it."""

    row: MessageRow
    standing: Standing


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows, newest message first. ``after`` continues behind them, and is empty at the end."""

    rows: tuple[ListedRow, ...]
    after: str = ""


Judge = Callable[[Sequence[MessageRow]], Callable[[MessageRow], Standing | None]]
"""From the rows of a page to what says of each as what the person may see it."""


def list_held_for(app: App, tenant_id: str, person: str, after: str = "", limit: int = PAGE) -> ListPage:
    """What awaits the decision, or after it an approval, of ``person`` and of those whose proxy they are.

    For the administrator this reads all that waits in the tenant, since whoever sent it may be anybody: mail of foreign
    senders and of removed people is theirs to decide. Raises ``NotFound`` for a mark of another list, ``TemporaryError``.
    """
    principals = _principals(app, tenant_id, person)
    administrator = normal_address(administrator_of(app.settings.tenant(tenant_id)))
    owners = (_ALL,) if administrator in principals else principals
    return _list(app, tenant_id, person, (Shelf.HELD, owners), _own_mail(app, tenant_id, person), after, limit)


def list_sent_by(app: App, tenant_id: str, person: str, after: str = "", limit: int = PAGE) -> ListPage:
    """What ``person`` and those whose proxy they are have sent. Raises ``NotFound``, ``TemporaryError``."""
    shelf = (Shelf.SENT, _principals(app, tenant_id, person))
    return _list(app, tenant_id, person, shelf, _own_mail(app, tenant_id, person), after, limit)


def list_to_approve(app: App, tenant_id: str, person: str, after: str = "", limit: int = PAGE) -> ListPage:
    """What ``person``, or somebody whose proxy they are, was asked to approve, answered or not.

    Never what they sent or released themselves (product.md P1). Raises ``NotFound``, ``TemporaryError``.
    """
    seats = _principals(app, tenant_id, person)

    def judge(rows: Sequence[MessageRow]) -> Callable[[MessageRow], Standing | None]:
        others = [name for row in rows for name in _barred_names(row)]
        people, now = people_of(app, tenant_id, seats, [person, *others]), app.clock.now()
        return lambda row: _approver(row, person, seats, people, now)

    return _list(app, tenant_id, person, (Shelf.TO_APPROVE, seats), judge, after, limit)


def _principals(app: App, tenant_id: str, person: str) -> tuple[str, ...]:
    """Whose shelves a person reads: their own, and those of all who have named them, whatever the dates say.

    By all of their addresses: who is the same person to the directory may act, and so must see what there is to do.
    """
    return (*addresses_of(app, tenant_id, person), *principals_of(app, tenant_id, person))


def _own_mail(app: App, tenant_id: str, person: str) -> Judge:
    def judge(rows: Sequence[MessageRow]) -> Callable[[MessageRow], Standing | None]:
        settings, now = app.settings.tenant(tenant_id), app.clock.now()
        senders = [row.sender for row in rows]
        people = people_of(app, tenant_id, [*dict.fromkeys(senders), administrator_of(settings)], [person])
        return lambda row: entitled_to_mail_of(row.sender, person, settings, people, now)

    return judge


def _barred_names(row: MessageRow) -> tuple[str, ...]:
    """Who must not approve: the sender, and who released it."""
    released = row.decided_by if row.verb == "release" else None
    return tuple(
        filter(
            None,
            (row.sender, row.requester, released.name if released else "", released.on_behalf_of if released else ""),
        )
    )


def _approver(row: MessageRow, person: str, seats: Iterable[str], people: People, now: datetime) -> Standing | None:
    if people.is_removed(person) or is_any_of(person, _barred_names(row), people):
        return None
    mine = [seat for seat in seats if seat in row.seats and not people.is_removed(seat)]
    if any(people.same(person, seat) for seat in mine):
        return Standing(Role.APPROVER)
    return next((Standing(Role.APPROVER, seat) for seat in mine if people.is_proxy(person, seat, now)), None)


def _list(
    app: App, tenant_id: str, person: str, shelf: tuple[Shelf, Sequence[str]], judge: Judge, after: str, limit: int
) -> ListPage:
    kind, owners = shelf
    own = normal_address(person)
    last = read_mark(tenant_id, kind, own, after)
    limit = min(max(limit, 1), LARGEST_PAGE)
    shown: list[ListedRow] = []
    for _ in range(MOST_PAGES_READ):
        rows, more = _merged(app, [Place(tenant_id, kind, owner) for owner in owners], last, limit)
        standing_of = judge(rows) if rows else None
        for index, row in enumerate(rows, 1):
            last = row.ref.queue_id
            standing = standing_of(row) if standing_of else None
            if standing is not None:
                shown.append(ListedRow(row, standing))
            if len(shown) == limit:
                more = more or index < len(rows)
                break
        if len(shown) == limit or not more:
            break
    return ListPage(tuple(shown), make_mark(tenant_id, kind, own, last) if more else "")


def _merged(app: App, places: Sequence[Place], last: str, limit: int) -> tuple[list[MessageRow], bool]:
    """The newest ``limit`` messages behind ``last`` on several shelves, each once, and whether there are more.

    None is missed: a shelf that holds more has given ``limit`` messages, the last of which is no newer than the last
    of these.
    """
    found: dict[str, MessageRow] = {}
    more = False
    for place in places:
        mark = make_mark(place.tenant_id, place.shelf, place.owner, last) if last else ""
        page = app.lists.page(place, mark, limit)
        more = more or bool(page.after)
        found |= {row.ref.queue_id: row for row in page.rows if _is_newest(row, found)}
    rows = [found[queue_id] for queue_id in sorted(found, reverse=True)]
    return rows[:limit], more or len(rows) > limit


def _is_newest(row: MessageRow, found: dict[str, MessageRow]) -> bool:
    known = found.get(row.ref.queue_id)
    return known is None or known.event_count < row.event_count
