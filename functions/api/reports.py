"""Reports: a tenant's figures, added up from counters; never from messages."""

from __future__ import annotations

import msgspec

from functions.api.days import Day, span_in
from functions.api.route import Answer, Call, Routes
from shared.core.access.roles import Right
from shared.core.reports.report import Report
from shared.usecases.see_report import export_report, see_report

routes = Routes("Reports")

USUAL_DAYS = 30
MOST_DAYS = 100


class ReportQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Days from ``since`` to ``until``, both counted; usually the last 30, at most 100."""

    since: Day = ""
    until: Day = ""


@routes.add(
    "GET", "/reports", Right.READ_REPORTS, summary="Figures of some days", query=ReportQuery, returns=Report, cost=3
)
def report(call: Call) -> Report:
    """Volumes by day and hour, holds by reason and rule, decisions and the time to them, top senders. Counted anew some
    minutes after anything changed.
    """
    return see_report(call.app, call.principal, span_in(call, usual=USUAL_DAYS, most=MOST_DAYS), call.language)


@routes.add(
    "GET",
    "/reports/export",
    Right.READ_REPORTS,
    summary="Figures of some days as a CSV file",
    query=ReportQuery,
    returns=bytes,
    cost=3,
)
def export_figures(call: Call) -> Answer:
    """One line for each figure: section, name, value. UTF-8 with a mark, as Excel wants it."""
    span = span_in(call, usual=USUAL_DAYS, most=MOST_DAYS)
    file = export_report(call.app, call.principal, span, call.language)
    return Answer(file=file, file_name="report.csv", media_type="text/csv; charset=utf-8")
