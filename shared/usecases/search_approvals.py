"""The history of approvals (product.md P0): what somebody was asked to approve, and what somebody asked to have approved.

Read from the rows of lists, newest message first, so that it costs pages of these and no look at a message. Times bound
what is read: a search begins at its end and stops at its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.app import App
from shared.core.hold.record import State
from shared.core.lists.message_row import MessageRow, Shelf
from shared.core.lists.page_mark import make_mark
from shared.core.message.domains import normal_address
from shared.core.message.identity import RANDOM_BYTES, new_queue_id
from shared.core.policy.conditions.spelled import fold
from shared.usecases.list_messages import LARGEST_PAGE, PAGE, ListedRow, ListPage, list_sent_by, list_to_approve

MOST_PAGES_READ = 20
"""Pages of rows that one request looks through; after that its page is shorter, with a mark to go on from."""


class ApprovalStatus(StrEnum):
    """How a request stands."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Nobody answered in time; the message was discarded."""
    LAPSED = "lapsed"
    """Nobody answered in time; the message went out."""


class ApprovalView(StrEnum):
    """Whose history is asked for."""

    ASKED = "asked"
    """What the person, or somebody whose proxy they are, was asked to approve."""
    REQUESTED = "requested"
    """What the person, or somebody whose proxy they are, wanted approved."""


@dataclass(frozen=True, slots=True)
class ApprovalSearch:
    """What to find; an empty field finds everything.

    ``requester`` and ``subject`` are parts of an address of the sender or of who released the message, and of the
    subject, without regard to case and width. Messages of ``[since, until)`` are found, by the time they were received.
    """

    requester: str = ""
    subject: str = ""
    status: ApprovalStatus | None = None
    since: datetime | None = None
    until: datetime | None = None


def search_approvals(
    app: App,
    tenant_id: str,
    person: str,
    view: ApprovalView,
    search: ApprovalSearch,
    after: str = "",
    limit: int = PAGE,
) -> ListPage:
    """A page of what fits. Raises ``NotFound`` for a mark of another list, ``TemporaryError``."""
    shelf, read = (Shelf.TO_APPROVE, list_to_approve) if view is ApprovalView.ASKED else (Shelf.SENT, list_sent_by)
    if not after and search.until is not None:
        first = new_queue_id(search.until, bytes(RANDOM_BYTES))
        after = make_mark(tenant_id, shelf, normal_address(person), first)
    limit = min(max(limit, 1), LARGEST_PAGE)
    shown: list[ListedRow] = []
    for _ in range(MOST_PAGES_READ):
        # Never more than are still wanted, so that the mark of the page read is the mark of the page made.
        page = read(app, tenant_id, person, after, limit - len(shown))
        shown += [listed for listed in page.rows if fits(listed.row, search)]
        after = page.after
        if search.since is not None and page.rows and page.rows[-1].row.ref.received_at < search.since:
            after = ""
        if len(shown) >= limit or not after:
            break
    return ListPage(tuple(shown), after)


def fits(row: MessageRow, search: ApprovalSearch) -> bool:
    """Whether a row is a request that is searched for."""
    if not row.seats or (search.status is not None and status_of(row) is not search.status):
        return False
    if search.since is not None and row.ref.received_at < search.since:
        return False
    if search.until is not None and row.ref.received_at >= search.until:
        return False
    wanted = fold(search.requester)
    if wanted and not any(wanted in fold(name) for name in (row.sender, row.from_address, row.requester)):
        return False
    return fold(search.subject) in fold(row.subject)


def status_of(row: MessageRow) -> ApprovalStatus:
    """How the request of a row stands."""
    if row.approval:
        return ApprovalStatus(row.approval)
    return {State.DISCARDED: ApprovalStatus.WITHDRAWN, State.EXPIRED: ApprovalStatus.EXPIRED}.get(
        row.state, ApprovalStatus.LAPSED
    )
