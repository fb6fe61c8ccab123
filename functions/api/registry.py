"""Every route of the API, file by file."""

from __future__ import annotations

from functions.api import (
    approvals,
    audit,
    exchange,
    groups,
    messages,
    meta,
    onboarding,
    operator,
    parked,
    passwords,
    people,
    previews,
    profile,
    reports,
    retention,
    settings,
    settings_history,
    stuck,
    tracking,
    try_out,
)
from functions.api.route import Route

_FILES = (
    meta.routes,
    messages.routes,
    approvals.routes,
    passwords.routes,
    profile.routes,
    settings.routes,
    settings_history.routes,
    exchange.routes,
    previews.routes,
    try_out.routes,
    people.routes,
    groups.routes,
    tracking.routes,
    audit.routes,
    reports.routes,
    retention.routes,
    onboarding.routes,
    operator.routes,
    parked.routes,
    stuck.routes,
)


def all_routes() -> tuple[Route, ...]:
    """In the order in which the document shows them."""
    return tuple(route for routes in _FILES for route in routes.found)
