"""Retention: what was deleted when, by which rule, and what is kept back by which legal hold."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.usecases.see_deletions import Deletions, HeldBack, export_deletions, see_deletions, see_kept_back

routes = Routes("Retention")


class DeletionsQuery(PageQuery, frozen=True, kw_only=True):
    """A page at a time."""


class KeptBackList(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept back, by kind, reason and legal hold."""

    rows: tuple[HeldBack, ...]


@routes.add(
    "GET",
    "/retention/deletions",
    Right.READ_AUDIT,
    summary="What retention has deleted",
    query=DeletionsQuery,
    returns=Deletions,
    cost=2,
)
def deletions(call: Call) -> Deletions:
    """Records of deletions, the newest first, each chained to the one before it; and how far the job is."""
    found = see_deletions(call.app, call.principal.tenant_id, mark_in(call, "deletions"), call.query.limit)
    return replace(found, after=mark_out(call, "deletions", found.after))


@routes.add(
    "GET",
    "/retention/kept",
    Right.READ_AUDIT,
    summary="What retention keeps back",
    returns=KeptBackList,
    cost=10,
)
def kept_back(call: Call) -> KeptBackList:
    """Counts of what is old enough and stays: by a legal hold, without an end, or never judged."""
    return KeptBackList(rows=see_kept_back(call.app, call.principal.tenant_id))


@routes.add(
    "GET",
    "/retention/deletions/export",
    Right.READ_AUDIT,
    summary="All records of deletions as a JSON file",
    returns=bytes,
    cost=30,
)
def export_of_deletions(call: Call) -> Answer:
    """The oldest first, at most 20,000, with what is kept back; each `hash` is over the record with an empty one."""
    file = export_deletions(call.app, call.principal.tenant_id)
    return Answer(file=file, file_name="deletions.json", media_type="application/json; charset=utf-8")
