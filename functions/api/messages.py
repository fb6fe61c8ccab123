"""Messages: what waits, what was sent, one in detail, its content; release and discard, one or many."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.hold.partial_release import CannotDrop
from shared.core.hold.record import State
from shared.core.lists.message_row import MessageRow
from shared.core.message.identity import MessageRef
from shared.usecases.approval_seats import NobodyToApprove
from shared.usecases.decide_hold import (
    Acted,
    AlreadyActed,
    Decided,
    HoldWish,
    NotAcknowledged,
    RecipientsJoined,
    Verb,
    decide_hold,
)
from shared.usecases.decide_holds import BulkResult, BulkWish, decide_holds
from shared.usecases.list_messages import ListPage, list_held_for, list_sent_by
from shared.usecases.reach_message import Reached, asker_of, reach_message
from shared.usecases.read_content import Body, ContentDeleted, TooLargeToShow, read_attachment, read_body
from shared.usecases.see_message import MessageView, see_message
from shared.usecases.withdraw_request import withdraw_request

routes = Routes("Messages")

Shown = Annotated[str, msgspec.Meta(max_length=64)]
Number = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
_WHOEVER_SEES_MESSAGES = (Right.OWN, Right.READ_MESSAGES)


class MessageListRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message in a list. ``acting_for`` is the person whose proxy the reader is, empty for their own."""

    message: MessageRow
    acting_for: str


class MessageListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, the newest first. ``after`` asks for the next page; empty at the end."""

    rows: tuple[MessageListRow, ...]
    after: str


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with a held message. A release needs every reason's number in ``acknowledged``.

    ``shown`` is the field of that name of the message as it was read: where recipients have joined since, nothing is
    released. Empty for no such check.
    """

    verb: Verb
    acknowledged: Annotated[tuple[Number, ...], msgspec.Meta(max_length=1000)] = ()
    drop_recipients: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=320)], ...], msgspec.Meta(max_length=1000)
    ] = ()
    drop_attachments: Annotated[
        tuple[Annotated[str, msgspec.Meta(max_length=100)], ...], msgspec.Meta(max_length=1000)
    ] = ()
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    shown: Shown = ""


class DecisionOfOne(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several decisions; ``shown`` as in a decision of one message."""

    queue_id: Annotated[str, msgspec.Meta(max_length=64)]
    acknowledged: Annotated[tuple[Number, ...], msgspec.Meta(max_length=1000)] = ()
    shown: Shown = ""


class Decisions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One verb for several messages; each with the reasons that were acknowledged for it."""

    verb: Verb
    messages: Annotated[tuple[DecisionOfOne, ...], msgspec.Meta(min_length=1, max_length=50)]


class DecisionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of several decisions."""

    queue_id: str
    result: BulkResult
    state: State | None
    missing: tuple[int, ...]


class DecisionResults(msgspec.Struct, frozen=True, kw_only=True):
    """In the order in which they were asked for."""

    results: tuple[DecisionResult, ...]


@routes.add(
    "GET",
    "/messages/held",
    Right.OWN,
    summary="What waits for me",
    query=PageQuery,
    returns=MessageListPage,
    problems=(403,),
)
def held_messages(call: Call) -> MessageListPage:
    """Held, delayed or awaiting approval; the caller's own and those of people whose proxy they are."""
    who = call.principal
    page = list_held_for(call.app, who.tenant_id, who.address, mark_in(call, "held"), call.query.limit)
    return list_page(call, "held", page)


@routes.add(
    "GET",
    "/messages/sent",
    Right.OWN,
    summary="What I sent",
    query=PageQuery,
    returns=MessageListPage,
    problems=(403,),
)
def sent_messages(call: Call) -> MessageListPage:
    """The delivery history of the caller and of people whose proxy they are."""
    who = call.principal
    page = list_sent_by(call.app, who.tenant_id, who.address, mark_in(call, "sent"), call.query.limit)
    return list_page(call, "sent", page)


@routes.add(
    "GET", "/messages/{queue_id}", *_WHOEVER_SEES_MESSAGES, summary="One message in detail", returns=MessageView
)
def message(call: Call) -> Answer:
    """Everything that may be shown of it but its content. The ETag is its version."""
    view = _view(call)
    return Answer(view, etag=str(view.version))


@routes.add(
    "GET", "/messages/{queue_id}/body", Right.OWN, Right.READ_CONTENT, summary="The text of a message", returns=Body
)
def message_body(call: Call) -> Body:
    """The look is recorded."""
    return read_body(call.app, call.principal, _reached(call), call.peer)


@routes.add(
    "GET",
    "/messages/{queue_id}/attachments/{part}",
    Right.OWN,
    Right.READ_CONTENT,
    summary="An attachment of a message",
    returns=bytes,
    problems=(410, 413),
    cost=5,
)
def message_attachment(call: Call) -> Answer:
    """As a download, whatever its type says. The look is recorded. 410 where retention has deleted the content."""
    try:
        file = read_attachment(call.app, call.principal, _reached(call), call.peer, call.path["part"])
    except TooLargeToShow as error:
        raise Refusal(413, "too-large", error.public) from None
    except ContentDeleted as error:
        raise Refusal(410, "content-deleted", error.public) from None
    return Answer(file=file.data, file_name=file.name)


@routes.add(
    "POST",
    "/messages/{queue_id}/decision",
    Right.OWN,
    Right.DECIDE,
    summary="Release or discard a held message",
    body=Decision,
    returns=MessageView,
    problems=(409,),
)
def decide_message(call: Call) -> MessageView:
    """Exactly one decision counts; whoever comes later gets 409 and is told who decided what."""
    reached = _reached(call)
    asked: Decision = call.body
    wish = HoldWish(
        asked.verb,
        frozenset(asked.acknowledged),
        asked.drop_recipients,
        asked.drop_attachments,
        asked.comment,
        asked.shown,
    )
    try:
        decided = decide_hold(call.app, reached.record.ref, asker_of(call.principal, call.peer, reached), wish)
    except CannotDrop as error:
        raise Refusal(422, "cannot-leave-out", error.public) from None
    except NobodyToApprove as error:
        raise Refusal(422, "nobody-to-approve", error.public) from None
    _settle(call, decided)
    return _view(call)


@routes.add(
    "POST",
    "/messages/{queue_id}/withdrawal",
    Right.OWN,
    summary="Take back a request for approval",
    returns=MessageView,
    problems=(409,),
)
def withdraw_message(call: Call) -> MessageView:
    """The message is discarded."""
    reached = _reached(call)
    _settle(call, withdraw_request(call.app, reached.record.ref, asker_of(call.principal, call.peer)))
    return _view(call)


@routes.add(
    "POST",
    "/decisions",
    Right.OWN,
    summary="Release or discard several held messages",
    body=Decisions,
    returns=DecisionResults,
    cost=10,
)
def decide_messages(call: Call) -> DecisionResults:
    """Each is decided on its own; one that cannot be does not stop the others."""
    who = call.principal
    asked: Decisions = call.body
    wishes = []
    for one in asked.messages:
        try:
            ref = MessageRef(who.tenant_id, one.queue_id)
        except ValueError:
            raise Refusal(422, "invalid", "A queue id is not one.") from None
        wishes.append(BulkWish(ref, HoldWish(asked.verb, frozenset(one.acknowledged), shown=one.shown)))
    outcomes = decide_holds(call.app, who.tenant_id, asker_of(who, call.peer), wishes)
    return DecisionResults(
        results=tuple(
            DecisionResult(
                queue_id=outcome.ref.queue_id,
                result=outcome.result,
                state=outcome.record.state if outcome.record else None,
                missing=outcome.missing,
            )
            for outcome in outcomes
        )
    )


def _reached(call: Call) -> Reached:
    return reach_message(call.app, call.principal, call.path["queue_id"])


def _view(call: Call) -> MessageView:
    return see_message(call.app, call.principal, _reached(call), call.language)


def _settle(call: Call, result: Decided) -> None:
    """Let a decision through that this request made. Raises ``Refusal`` for one that it did not."""
    match result:
        case Acted():
            return
        case AlreadyActed():
            raise Refusal(409, "already-decided", current=_view(call))
        case NotAcknowledged(numbers):
            raise Refusal(422, "not-acknowledged", f"Reasons {', '.join(map(str, numbers))}.")
        case RecipientsJoined():
            raise Refusal(409, "recipients-joined", current=_view(call))


def list_page(call: Call, place: str, page: ListPage) -> MessageListPage:
    """A page of a list as the API answers it; ``place`` is the list with its filters."""
    rows = tuple(MessageListRow(message=item.row, acting_for=item.standing.on_behalf_of) for item in page.rows)
    return MessageListPage(rows=rows, after=mark_out(call, place, page.after))
