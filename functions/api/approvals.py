"""Approvals: what somebody is asked to approve, the history of it, and the answer. A message in detail is in messages.py."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.messages import MessageListPage, list_page
from functions.api.pages import Moment, PageQuery, mark_in, moment_in
from functions.api.problem import Refusal
from functions.api.route import Call, Routes
from shared.core.access.roles import Right
from shared.usecases.answer_approval import AlreadyAnswered, answer_approval
from shared.usecases.reach_message import asker_of, reach_message
from shared.usecases.search_approvals import ApprovalSearch, ApprovalStatus, ApprovalView, search_approvals
from shared.usecases.see_message import MessageView, see_message

routes = Routes("Approvals")


class ApprovalQuery(PageQuery, frozen=True, kw_only=True):
    """``status`` left out: open and ended ones. ``requester`` and ``subject`` are parts of an address and of the subject.

    ``since`` and ``until`` bound when the message was received.
    """

    view: ApprovalView = ApprovalView.ASKED
    status: ApprovalStatus | None = None
    requester: Annotated[str, msgspec.Meta(max_length=320)] = ""
    subject: Annotated[str, msgspec.Meta(max_length=200)] = ""
    since: Moment | None = None
    until: Moment | None = None


class ApprovalReply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Yes or no, and why."""

    allow: bool
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@routes.add(
    "GET",
    "/approvals",
    Right.OWN,
    summary="What I am asked to approve, and the history of approvals",
    query=ApprovalQuery,
    returns=MessageListPage,
    problems=(403,),
    cost=3,
)
def approvals(call: Call) -> MessageListPage:
    """The caller's own, and those of people whose proxy they are. A page can be short and still have one after it."""
    asked: ApprovalQuery = call.query
    since, until = moment_in(asked.since), moment_in(asked.until)
    search = ApprovalSearch(asked.requester, asked.subject, asked.status, since, until)
    place = f"approvals\0{asked.view}\0{search}"
    who, mark = call.principal, mark_in(call, place)
    page = search_approvals(call.app, who.tenant_id, who.address, asked.view, search, mark, asked.limit)
    return list_page(call, place, page)


@routes.add(
    "POST",
    "/approvals/{queue_id}/answer",
    Right.OWN,
    summary="Approve or deny a message",
    body=ApprovalReply,
    returns=MessageView,
    problems=(409,),
)
def answer_request(call: Call) -> MessageView:
    """Each approver answers once; where nothing is left to answer, 409 tells how it stands."""
    reached = reach_message(call.app, call.principal, call.path["queue_id"])
    asked: ApprovalReply = call.body
    asker = asker_of(call.principal, call.peer)
    found = answer_approval(call.app, reached.record.ref, asker, asked.allow, asked.comment)
    after = reach_message(call.app, call.principal, call.path["queue_id"])
    view = see_message(call.app, call.principal, after, call.language)
    if isinstance(found, AlreadyAnswered):
        raise Refusal(409, "already-decided", current=view)
    return view
