"""Days in queries, in the tenant's time zone."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from functions.api.problem import Refusal, invalid
from functions.api.route import Call
from shared.core.reports.day_span import BadSpan, DaySpan, day_span

Day = Annotated[
    str, msgspec.Meta(max_length=10, pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="YYYY-MM-DD; empty: the usual days")
]


def span_in(call: Call, *, usual: int, most: int, zone: str = "") -> DaySpan:
    """The days that ``since`` and ``until`` of the query name, both counted. Raises ``Refusal``."""
    try:
        return day_span(
            call.query.since,
            call.query.until,
            ZoneInfo(zone or call.app.settings.tenant(call.principal.tenant_id).time_zone),
            call.app.clock.now(),
            usual=usual,
            most=most,
        )
    except BadSpan as error:
        raise refused(error) from None


def refused(error: BadSpan) -> Refusal:
    """422 with the parameter that does not fit."""
    return invalid(error.public)
