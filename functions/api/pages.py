"""Paging of lists: how much, from where, and what a page looks like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from functions.api.problem import Refusal
from functions.api.route import Call
from shared.core.access.page_mark import read_mark, sign_mark

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time of ISO 8601 with its distance from UTC."""
_YEARS = range(2000, 2200)
Mark = Annotated[str, msgspec.Meta(max_length=4096)]


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """``after`` is the mark of the page before; empty for the first."""

    after: Mark = ""
    limit: Limit = 50


def moment_in(moment: datetime | None) -> datetime | None:
    """A moment of a query in UTC. Raises ``Refusal`` for one that no message can have."""
    if moment is None:
        return None
    if moment.year not in _YEARS:
        raise Refusal(422, "invalid", f"Times lie between {_YEARS[0]} and {_YEARS[-1]}.")
    return moment.astimezone(UTC)


def mark_in(call: Call, place: str) -> str:
    """Where the page begins. ``place`` names the list with its filters. Raises ``BadPageMark``."""
    return mark_given(call, place, call.query.after)


def mark_given(call: Call, place: str, after: str) -> str:
    """The same for a mark that came elsewhere than in the query. Raises ``BadPageMark``."""
    return read_mark(after, _place(call, place), call.app.secrets.signing_keys("link"))


def mark_out(call: Call, place: str, after: str) -> str:
    """The mark for the page after."""
    return sign_mark(after, _place(call, place), call.app.secrets.signing_keys("link")[0])


def _place(call: Call, place: str) -> str:
    return f"{call.principal.tenant_id}\0{call.principal.address}\0{place}"
