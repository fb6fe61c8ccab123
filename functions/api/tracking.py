"""Messages of everybody in reach: what is held, and what became of all that was sent; also as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from functions.api.days import Day, span_in
from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.hold.record import State
from shared.core.lists.message_row import MessageRow
from shared.usecases.export_messages import export_messages
from shared.usecases.track_messages import FoundRows, MessageSearch, all_held, track_messages

routes = Routes("Tracking")

Part = Annotated[str, msgspec.Meta(max_length=320)]
USUAL_DAYS = 7
MOST_DAYS = 90


class AllHeldQuery(PageQuery, frozen=True, kw_only=True):
    """``sender`` and ``subject`` are parts of them, without regard to case and width."""

    sender: Part = ""
    subject: Part = ""


class TrackingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Days from ``since`` to ``until``, both counted (usually the last 7, at most 90). Everything else narrows further:
    parts of the sender, of any recipient, of the subject, without regard to case and width; a state; a queue id.
    """

    since: Day = ""
    until: Day = ""
    sender: Part = ""
    recipient: Part = ""
    subject: Part = ""
    state: State | None = None
    queue_id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class TrackingQuery(PageQuery, frozen=True, kw_only=True):
    """As ``TrackingFilter``, a page at a time."""

    since: Day = ""
    until: Day = ""
    sender: Part = ""
    recipient: Part = ""
    subject: Part = ""
    state: State | None = None
    queue_id: Annotated[str, msgspec.Meta(max_length=64)] = ""


class TrackedPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, the newest first. ``after`` asks for the next page; empty at the end.

    One request looks through a bounded number of messages, so a page may have few rows, even none, and a next one:
    ``searched_to`` is how far back it has looked.
    """

    rows: tuple[MessageRow, ...]
    after: str
    searched_to: datetime | None


@routes.add(
    "GET",
    "/tracking/held",
    Right.READ_MESSAGES,
    summary="What waits of everybody in reach",
    query=AllHeldQuery,
    returns=TrackedPage,
    cost=2,
)
def all_held_messages(call: Call) -> TrackedPage:
    """Held, delayed or awaiting approval. Group administrators see what people of their groups sent."""
    asked: AllHeldQuery = call.query
    place = f"all-held\0{asked.sender}\0{asked.subject}"
    search = MessageSearch(sender=asked.sender, subject=asked.subject)
    return _page(call, place, all_held(call.app, call.principal, search, mark_in(call, place), asked.limit))


@routes.add(
    "GET",
    "/tracking/messages",
    Right.READ_MESSAGES,
    summary="Search all messages in reach",
    query=TrackingQuery,
    returns=TrackedPage,
    cost=3,
)
def tracked_messages(call: Call) -> TrackedPage:
    """Mail that passed is found once it has come to its end; held mail at once. `/messages/{queue_id}` tells the rest."""
    asked: TrackingQuery = call.query
    search = _search(call)
    place = f"tracking\0{msgspec.json.encode(search).decode()}"
    return _page(call, place, track_messages(call.app, call.principal, search, mark_in(call, place), asked.limit))


@routes.add(
    "GET",
    "/tracking/export",
    Right.READ_MESSAGES,
    summary="Messages as a CSV file",
    query=TrackingFilter,
    returns=bytes,
    cost=30,
)
def export_tracked_messages(call: Call) -> Answer:
    """UTF-8 with a mark, as Excel wants it; texts that a spreadsheet would run are made harmless. At most 50,000 rows;
    the last line says so where there are more.
    """
    file = export_messages(call.app, call.principal, _search(call), call.language)
    return Answer(file=file, file_name="messages.csv", media_type="text/csv; charset=utf-8")


def _search(call: Call) -> MessageSearch:
    asked: TrackingFilter | TrackingQuery = call.query
    span = span_in(call, usual=USUAL_DAYS, most=MOST_DAYS)
    return MessageSearch(
        sender=asked.sender,
        recipient=asked.recipient,
        subject=asked.subject,
        state=asked.state,
        queue_id=asked.queue_id.strip().lower(),
        since=span.since,
        until=span.until,
    )


def _page(call: Call, place: str, found: FoundRows) -> TrackedPage:
    return TrackedPage(rows=found.rows, after=mark_out(call, place, found.after), searched_to=found.searched_to)
