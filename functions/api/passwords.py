"""Password notices: which encrypted files were sent, how their notices stand, what to do about them, and one password."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.messages import MessageListPage, list_page
from functions.api.pages import PageQuery, mark_in
from functions.api.problem import Refusal
from functions.api.route import Call, Routes
from shared.core.access.roles import Right
from shared.core.hold.password_notice import NoticeVerb
from shared.core.hold.sealed import CannotUnseal
from shared.core.message.identity import MessageRef
from shared.core.notice.receipt_sheet import ReceiptSheet
from shared.core.text.events import render_event
from shared.usecases.change_password_notice import NoticeUnchanged, change_password_notice
from shared.usecases.list_passwords import list_passwords, password_history
from shared.usecases.reach_message import asker_of, reach_message
from shared.usecases.see_message import HistoryLine
from shared.usecases.view_password import view_password

routes = Routes("Password notices")

VariantName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class PasswordNotices(msgspec.Struct, frozen=True, kw_only=True):
    """One message's encrypted files and what became of their notices, oldest first; no password is in it.

    ``version`` is the message's: a change names it, so that nothing is done to what somebody else has changed.
    """

    queue_id: str
    version: int
    sheet: ReceiptSheet
    history: tuple[HistoryLine, ...]


class NoticeChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with the notice of one file. ``version`` is the one that the person has seen."""

    variant: VariantName
    verb: NoticeVerb
    version: Annotated[int, msgspec.Meta(ge=0)] | None = None


class PasswordWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file's password is wanted."""

    variant: VariantName


class RevealedPassword(msgspec.Struct, frozen=True, kw_only=True):
    """A password in clear."""

    file_name: str
    password: str


@routes.add(
    "GET",
    "/passwords",
    Right.OWN,
    summary="Messages that were sent with an encrypted file",
    query=PageQuery,
    returns=MessageListPage,
    problems=(403,),
    cost=3,
)
def passwords(call: Call) -> MessageListPage:
    """The caller's own, and those of people whose proxy they are. A page can be short and still have one after it."""
    who = call.principal
    page = list_passwords(call.app, who.tenant_id, who.address, mark_in(call, "passwords"), call.query.limit)
    return list_page(call, "passwords", page)


@routes.add(
    "GET",
    "/passwords/{queue_id}",
    Right.OWN,
    summary="The encrypted files of a message and their notices",
    returns=PasswordNotices,
)
def password_notices(call: Call) -> PasswordNotices:
    """The look is recorded."""
    return _notices(call, _ref(call))


@routes.add(
    "POST",
    "/passwords/{queue_id}/change",
    Right.OWN,
    summary="Send, pause, resume or delete a password notice",
    body=NoticeChange,
    returns=PasswordNotices,
    problems=(409,),
)
def change_notice(call: Call) -> PasswordNotices:
    """409 where the notice stands otherwise than the person has seen, or the step does not exist."""
    ref = _ref(call)
    asked: NoticeChange = call.body
    found = change_password_notice(
        call.app, ref, asker_of(call.principal, call.peer), asked.variant, asked.verb, asked.version
    )
    view = _notices(call, ref)
    if isinstance(found, NoticeUnchanged):
        raise Refusal(409, "conflict", current=view)
    return view


@routes.add(
    "POST",
    "/passwords/{queue_id}/reveal",
    Right.OWN,
    summary="One password in clear",
    body=PasswordWish,
    returns=RevealedPassword,
    problems=(409,),
    cost=5,
)
def reveal_password(call: Call) -> RevealedPassword:
    """That it was looked at is recorded before it is shown. 409 where the key that it was sealed with is gone."""
    ref = _ref(call)
    try:
        shown = view_password(call.app, ref, asker_of(call.principal, call.peer), call.body.variant)
    except CannotUnseal as error:
        raise Refusal(409, "conflict", error.public) from None
    return RevealedPassword(file_name=shown.file_name, password=shown.password)


def _ref(call: Call) -> MessageRef:
    """The message, for somebody who may know of it."""
    return reach_message(call.app, call.principal, call.path["queue_id"]).record.ref


def _notices(call: Call, ref: MessageRef) -> PasswordNotices:
    found = password_history(call.app, ref, asker_of(call.principal, call.peer))
    return PasswordNotices(
        queue_id=ref.queue_id,
        version=found.version,
        sheet=found.sheet,
        history=tuple(
            HistoryLine(event.at, event.code.value, render_event(event.code, event.args, call.language), event.actor)
            for event in found.events
        ),
    )
