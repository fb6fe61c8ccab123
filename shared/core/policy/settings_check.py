"""What a settings document must fulfil beyond its types: options that fit their rule, ids that are unique. Decide stage.

``tenant_settings.read_settings`` calls it, so no such mistake gets as far as a decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shared.errors import InvalidSettings

if TYPE_CHECKING:
    from shared.core.policy.tenant_settings import RuleAssignment, RuleKind, TenantSettings

COUNT_LIMITS = ("total_from", "to_and_cc_from", "to_from", "cc_from", "bcc_from")
OPTIONS: Mapping[RuleKind, Sequence[str]] = {
    "has-attachments": ("count_inline_images",),
    "recipient-external": (),
    "several-external-domains": ("minimum",),
    "all-recipients-external": (),
    "recipient-count": (*COUNT_LIMITS, "count_lists_by"),
    "subject-blank": (),
    "forced-alert": ("addresses",),
}
"""The options of a rule assignment that each kind of rule reads."""

_DEFAULTS: Mapping[str, object] = {
    "count_inline_images": False,
    "minimum": 2,
    **dict.fromkeys(COUNT_LIMITS),
    "count_lists_by": "list",
    "addresses": (),
}


def check_settings(settings: TenantSettings) -> None:
    """Raises ``InvalidSettings`` that names the first place that is wrong and what is allowed there."""
    seen: set[str] = set()
    for index, assignment in enumerate(settings.rules):
        place = f"$.rules[{index}]"
        if assignment.id in seen:
            _refuse(f"{place}.id", f"the id {assignment.id!r} stands at another rule too; each must be unique")
        seen.add(assignment.id)
        _check_options(assignment, place)


def _check_options(assignment: RuleAssignment, place: str) -> None:
    for option, default in _DEFAULTS.items():
        if option not in OPTIONS[assignment.rule] and getattr(assignment, option) != default:
            _refuse(f"{place}.{option}", f"does not belong to the rule {assignment.rule}")
    if assignment.rule == "recipient-count" and all(getattr(assignment, limit) is None for limit in COUNT_LIMITS):
        _refuse(place, f"recipient-count needs at least one of {', '.join(COUNT_LIMITS)}")
    for number, address in enumerate(assignment.addresses):
        wrong = any(character.isspace() or character in "<>,;" for character in address.strip())
        if wrong or not address.strip() or address.strip().endswith("@"):
            _refuse(
                f"{place}.addresses[{number}]",
                "must be one address, domain (example.com, .example.com with subdomains) or wildcard (*@*.example.com)",
            )


def _refuse(place: str, problem: str) -> None:
    raise InvalidSettings(f"{place}: {problem}", public=f"The settings are not valid: {problem} - at `{place}`")
