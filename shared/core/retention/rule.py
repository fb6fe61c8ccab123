"""What of one message is to be deleted now: nothing, its content, or all of it. Pure; asked again before every deletion.

| what | is due |
| --- | --- |
| content | ``body_days`` after the message's end: bytes as they came, envelope, made forms, own mail, sealed passwords |
| record | ``metadata_days`` after it, and never before the content |

Nothing is due before the end, and nothing while a legal hold fits, whatever the days say (product.md N2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.message.domains import normal_address, normal_domain
from shared.core.policy.retention_settings import LegalHold, Retention
from shared.core.retention.standing import Standing


class What(StrEnum):
    """What can be deleted."""

    CONTENT = "content"
    RECORD = "record"
    AUDIT = "audit"


class Kept(StrEnum):
    """Why something stays."""

    OPEN = "open"
    """The message has no end yet."""
    YOUNG = "young"
    FOR_EVER = "for-ever"
    LEGAL_HOLD = "legal-hold"
    UNJUDGED = "unjudged"
    """It lies in the spool and has no state: something went wrong, and somebody must look."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """``kept`` is ``None`` where the thing is to be deleted. ``holds`` are the legal holds that keep it."""

    kept: Kept | None
    holds: tuple[str, ...] = ()


def rule(what: What, standing: Standing, retention: Retention, now: datetime) -> Ruling:
    """Whether a message's content or record is to be deleted."""
    if standing.ended_at is None:
        return Ruling(Kept.OPEN)
    holds = tuple(hold.id for hold in retention.legal_holds if fits(hold, standing))
    if holds:
        return Ruling(Kept.LEGAL_HOLD, holds)
    days = days_of(what, retention)
    if days is None:
        return Ruling(Kept.FOR_EVER)
    return Ruling(None if now - standing.ended_at >= timedelta(days=days) else Kept.YOUNG)


def days_of(what: What, retention: Retention) -> int | None:
    """For how many days it is kept; ``None`` for ever. A record is never kept for a shorter time than its content."""
    match what:
        case What.CONTENT:
            return retention.body_days or None
        case What.RECORD:
            if not retention.body_days or not retention.metadata_days:
                return None
            return max(retention.body_days, retention.metadata_days)
        case What.AUDIT:
            return retention.audit_days or None


def fits(hold: LegalHold, standing: Standing) -> bool:
    """Whether a legal hold keeps the message: somebody named, and one of its times in the hold's span.

    In doubt it does: a Date field that is wrong must not take a message out of a hold.
    """
    if not any(_within(hold, moment) for moment in standing.times):
        return False
    return not hold.addresses or any(_names(entry, standing.addresses) for entry in hold.addresses)


def _within(hold: LegalHold, moment: datetime) -> bool:
    return (hold.since is None or moment >= hold.since) and (hold.until is None or moment < hold.until)


def _names(entry: str, addresses: frozenset[str]) -> bool:
    local, _, domain = entry.strip().rpartition("@")
    if local:
        return normal_address(entry) in addresses
    ending = f"@{normal_domain(domain)}"
    return any(address.endswith(ending) for address in addresses)
