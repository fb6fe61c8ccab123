"""For the operator of the service: messages that do not move on, as a list, as a file, and another try. No content."""

from __future__ import annotations

from typing import Annotated

import msgspec

from functions.api.pages import PageQuery, mark_given, mark_in, mark_out
from functions.api.problem import Refusal
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.message.identity import MessageRef
from shared.core.policy.model import TenantId
from shared.usecases.see_stuck import (
    StuckMessage,
    export_stuck,
    retry_all_stuck,
    retry_stuck,
    stuck_messages,
)

routes = Routes("Operator")

_PLACE = "stuck"


class StuckPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that do not move on, the oldest first. ``after`` asks for the next page; empty at the end.

    One request looks at a bounded number of notes, some of which are not true any more: a page may have few rows, and a
    next one.
    """

    rows: tuple[StuckMessage, ...]
    after: str


class NamedMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message by its tenant and queue id."""

    tenant_id: TenantId
    queue_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-z]{26}$")]


class StuckRetry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages to try again."""

    messages: Annotated[tuple[NamedMessage, ...], msgspec.Meta(min_length=1, max_length=100)]


class StuckRetried(msgspec.Struct, frozen=True, kw_only=True):
    """Those that were stuck and are tried again; others move on by themselves, or a worker is at them."""

    messages: tuple[MessageRef, ...]


class StuckRetryAll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``after`` is that of the last answer; empty at first."""

    after: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class StuckRetriedAll(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the next hundred were tried again. ``after`` asks for the rest; empty at the end."""

    retried: int
    after: str


@routes.add(
    "GET",
    "/operator/stuck",
    Right.OPERATE,
    summary="Messages that do not move on",
    query=PageQuery,
    returns=StuckPage,
    cost=5,
)
def stuck(call: Call) -> StuckPage:
    """Tenants, queue ids, states, attempts and the codes of last answers. No content, and no address of anybody."""
    asked: PageQuery = call.query
    rows, rest = stuck_messages(call.app, _mark(mark_in(call, _PLACE)), asked.limit)
    return StuckPage(rows=rows, after=mark_out(call, _PLACE, _text(rest)))


@routes.add("GET", "/operator/stuck/export", Right.OPERATE, summary="The same as a CSV file", returns=bytes, cost=20)
def stuck_export(call: Call) -> Answer:
    """For support: at most 5,000 of the oldest messages."""
    return Answer(file=export_stuck(call.app), file_name="stuck.csv", media_type="text/csv; charset=utf-8")


@routes.add(
    "POST",
    "/operator/stuck/retry",
    Right.OPERATE,
    summary="Try stuck messages again now",
    body=StuckRetry,
    returns=StuckRetried,
    cost=5,
)
def stuck_retry(call: Call) -> StuckRetried:
    """Their next attempt is due at once. Nobody gets a message twice by it."""
    asked: StuckRetry = call.body
    try:
        refs = [MessageRef(one.tenant_id, one.queue_id) for one in asked.messages]
    except ValueError:
        raise Refusal(422, "invalid") from None
    return StuckRetried(messages=retry_stuck(call.app, call.principal, refs, call.peer))


@routes.add(
    "POST",
    "/operator/stuck/retry-all",
    Right.OPERATE,
    summary="Try all stuck messages again now",
    body=StuckRetryAll,
    returns=StuckRetriedAll,
    cost=10,
)
def stuck_retry_all(call: Call) -> StuckRetriedAll:
    """The next hundred, oldest first; ask again with ``after`` for the rest."""
    asked: StuckRetryAll = call.body
    mark = _mark(mark_given(call, _PLACE, asked.after))
    retried, rest = retry_all_stuck(call.app, call.principal, mark, call.peer)
    return StuckRetriedAll(retried=retried, after=mark_out(call, _PLACE, _text(rest)))


def _text(ref: MessageRef | None) -> str:
    return "" if ref is None else f"{ref.tenant_id} {ref.queue_id}"


def _mark(text: str) -> MessageRef | None:
    tenant_id, _, queue_id = text.partition(" ")
    return MessageRef(tenant_id, queue_id) if text else None
