"""The audit log: who did what, who looked at what, who was refused; a page at a time and as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from functions.api.days import Day, span_in
from functions.api.pages import PageQuery, mark_in, mark_out
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.ports_people import AuditCode
from shared.usecases.see_audit import AuditLine, AuditSearch, audit_codes, export_audit, see_audit

routes = Routes("Audit")

USUAL_DAYS = 30
MOST_DAYS = 400
Somebody = Annotated[str, msgspec.Meta(max_length=320)]


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Days from ``since`` to ``until``, both counted (usually the last 30, at most 400); one kind of line; a part of the
    address of whoever acted, or for whom.
    """

    since: Day = ""
    until: Day = ""
    code: AuditCode | None = None
    person: Somebody = ""


class AuditQuery(PageQuery, frozen=True, kw_only=True):
    """As ``AuditFilter``, a page at a time."""

    since: Day = ""
    until: Day = ""
    code: AuditCode | None = None
    person: Somebody = ""


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Lines, the newest first. ``after`` asks for the next page, which there may be though this one is short:
    ``searched_to`` is how far back it has looked.
    """

    rows: tuple[AuditLine, ...]
    after: str
    searched_to: datetime | None


class AuditCodeTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of line, and what it is called in the reader's language."""

    code: AuditCode
    title: str


class AuditCodes(msgspec.Struct, frozen=True, kw_only=True):
    """All kinds of lines."""

    codes: tuple[AuditCodeTitle, ...]


@routes.add("GET", "/audit", Right.READ_AUDIT, summary="The audit log", query=AuditQuery, returns=AuditPage, cost=2)
def audit(call: Call) -> AuditPage:
    """Texts are in the reader's language."""
    asked: AuditQuery = call.query
    search = _search(call)
    place = f"audit\0{msgspec.json.encode(search).decode()}"
    page = see_audit(call.app, call.principal.tenant_id, search, call.language, mark_in(call, place), asked.limit)
    return AuditPage(rows=page.lines, after=mark_out(call, place, page.after), searched_to=page.searched_to)


@routes.add("GET", "/audit/codes", Right.READ_AUDIT, summary="Kinds of lines of the audit log", returns=AuditCodes)
def audit_kinds(call: Call) -> AuditCodes:
    """In the order in which a choice should show them."""
    return AuditCodes(codes=tuple(AuditCodeTitle(code=code, title=title) for code, title in audit_codes(call.language)))


@routes.add(
    "GET",
    "/audit/export",
    Right.READ_AUDIT,
    summary="The audit log as a CSV file",
    query=AuditFilter,
    returns=bytes,
    cost=30,
)
def export_audit_log(call: Call) -> Answer:
    """UTF-8 with a mark, as Excel wants it; at most 50,000 lines; the last line says so where there are more."""
    file = export_audit(call.app, call.principal.tenant_id, _search(call), call.language)
    return Answer(file=file, file_name="audit.csv", media_type="text/csv; charset=utf-8")


def _search(call: Call) -> AuditSearch:
    span = span_in(call, usual=USUAL_DAYS, most=MOST_DAYS)
    return AuditSearch(span.since, span.until, call.query.code, call.query.person)
