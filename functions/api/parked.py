"""For the operator of the service: work that failed for good, and another try. Nothing of any tenant's mail."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from functions.api.route import Call, Routes
from shared.core.access.roles import Right
from shared.ports_operator import ParkedItem, QueueLength
from shared.usecases.see_parked import parked_items, retry_all_parked, retry_parked

routes = Routes("Operator")

QueueName = Literal["deliver", "notify", "evaluate"]


class ParkedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Beside which queue."""

    queue: QueueName = "deliver"


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """How long the queues are, and the first items (at most 32) that are parked beside the one asked for."""

    queues: tuple[QueueLength, ...]
    items: tuple[ParkedItem, ...]


class Retry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which parked items to try again."""

    queue: QueueName
    ids: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=100)], ...], msgspec.Meta(min_length=1, max_length=32)]


class RetryAll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which queue's parked items to try again."""

    queue: QueueName


class RetriedAll(msgspec.Struct, frozen=True, kw_only=True):
    """How many items went back to work."""

    retried: int


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """Those that went back to work; others were not there any more."""

    ids: tuple[str, ...]


@routes.add(
    "GET", "/operator/poison", Right.OPERATE, summary="Work that failed for good", query=ParkedQuery, returns=Parked
)
def parked_work(call: Call) -> Parked:
    """Queue ids and tenants, no content."""
    queues, items = parked_items(call.app, call.query.queue)
    return Parked(queues=queues, items=items)


@routes.add(
    "POST", "/operator/poison/retry", Right.OPERATE, summary="Try failed work again", body=Retry, returns=Retried
)
def retry_parked_work(call: Call) -> Retried:
    """Puts the items back to work. Work that was done in the meantime is not done again."""
    asked: Retry = call.body
    return Retried(ids=retry_parked(call.app, call.principal, asked.queue, asked.ids, call.peer))


@routes.add(
    "POST",
    "/operator/poison/retry-all",
    Right.OPERATE,
    summary="Try all failed work of a queue again",
    body=RetryAll,
    returns=RetriedAll,
    cost=10,
)
def retry_all_parked_work(call: Call) -> RetriedAll:
    """At most 320 items at a time; ask again while ``retried`` is not 0."""
    asked: RetryAll = call.body
    return RetriedAll(retried=retry_all_parked(call.app, call.principal, asked.queue, call.peer))
