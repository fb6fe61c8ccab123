"""What retention and legal holds must fulfil beyond their types: records outlive content, holds that hold something. Decide stage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shared.core.policy.refusal import check_unique, refuse

if TYPE_CHECKING:
    from shared.core.policy.retention_settings import LegalHold, Retention


def check_retention(retention: Retention) -> None:
    """Raises ``InvalidSettings`` at the first place that is wrong. How long the audit log is kept stands for itself."""
    if _days(retention.metadata_days) < _days(retention.body_days):
        refuse(
            "$.retention.metadata_days",
            "must not be less than body_days (0 is for ever): content without its record could not be found",
        )
    check_unique((hold.id for hold in retention.legal_holds), "$.retention.legal_holds", "id", "legal hold")
    for index, hold in enumerate(retention.legal_holds):
        _check_hold(hold, f"$.retention.legal_holds[{index}]")


def _days(days: int) -> float:
    return days or math.inf


def _check_hold(hold: LegalHold, place: str) -> None:
    if hold.since is not None and hold.until is not None and hold.since >= hold.until:
        refuse(f"{place}.until", "must be later than since")
    for index, entry in enumerate(hold.addresses):
        if not _is_address_or_domain(entry):
            refuse(f"{place}.addresses[{index}]", "must be one address, or a domain with @ before it (@example.com)")


def _is_address_or_domain(entry: str) -> bool:
    """``taro@example.com`` or ``@example.com``; no wildcard, since a hold must say exactly what it holds."""
    domain = entry.rpartition("@")[2]
    plain = not any(character.isspace() or character in "<>,;*?" for character in entry)
    return "@" in entry and plain and domain != "" and not domain.startswith(".") and not domain.endswith(".")
