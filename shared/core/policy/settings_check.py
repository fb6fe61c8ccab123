"""What a settings document must fulfil beyond its types: options that fit, ids that are unique, names that exist. Decide stage.

``tenant_settings.read_settings`` calls it, so no such mistake gets as far as a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.core.message.domains import DomainSet
from shared.core.policy.approval_check import check_approvers
from shared.core.policy.conditions.check import check_entries, check_list, check_tree
from shared.core.policy.conditions.spelled import fold
from shared.core.policy.delivery_check import check_gathering, check_ingress, check_servers, check_signing
from shared.core.policy.policies_check import Known, check_policy
from shared.core.policy.refusal import check_known, check_unique, refuse
from shared.core.policy.retention_check import check_retention

if TYPE_CHECKING:
    from shared.core.policy.tenant_settings import RuleAssignment, RuleKind, TenantSettings

COUNT_LIMITS = ("total_from", "to_and_cc_from", "to_from", "cc_from", "bcc_from")
OPTIONS: Mapping[RuleKind, Sequence[str]] = {
    "has-attachments": ("count_inline_images",),
    "recipient-external": ("except_lists",),
    "several-external-domains": ("minimum", "except_lists"),
    "all-recipients-external": ("except_lists",),
    "recipient-count": (*COUNT_LIMITS, "count_lists_by", "except_lists"),
    "subject-blank": (),
    "forced-alert": ("addresses", "lists"),
    "condition": ("when", "keywords", "keyword_places"),
}
"""The options of a rule assignment that each kind of rule reads, beside those that all have."""

_DEFAULTS: Mapping[str, object] = {
    "count_inline_images": False,
    "minimum": 2,
    **dict.fromkeys(COUNT_LIMITS),
    "count_lists_by": "list",
    "addresses": (),
    "lists": (),
    "except_lists": (),
    "when": None,
    "keywords": (),
    "keyword_places": ("subject", "body", "attachment-names"),
}


@dataclass(frozen=True, slots=True)
class _Checked:
    settings: TenantSettings
    known: Known


def check_settings(settings: TenantSettings) -> None:
    """Raises ``InvalidSettings`` that names the first place that is wrong and what is allowed there."""
    known = Known(
        lists=frozenset(item.id for item in settings.lists),
        templates=frozenset(item.id for item in settings.templates),
        routes=frozenset(route.name for route in settings.routes if route.name),
    )
    for check in CHECKS:
        check(_Checked(settings, known))


def _check_time_zone(checked: _Checked) -> None:
    """A zone that there is not would leave every condition on time without an answer."""
    try:
        ZoneInfo(checked.settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        refuse("$.time_zone", "must be the name of a time zone, such as Asia/Tokyo or UTC")


def _check_business_hours(checked: _Checked) -> None:
    hours = checked.settings.notices.business_hours
    if hours is None:
        return
    place = "$.notices.business_hours"
    if hours.start >= hours.end:  # both are HH:MM, so that they sort as times do
        refuse(f"{place}.end", "must be later than start; hours that go past midnight cannot be set")
    check_unique(hours.days, f"{place}.days", "day", "entry")
    for index, day in enumerate(hours.closed):
        try:
            date.fromisoformat(day)
        except ValueError:
            refuse(f"{place}.closed[{index}]", "must be a day that there is, such as 2026-12-29")


def _check_notice_texts(checked: _Checked) -> None:
    seen: set[tuple[str, str]] = set()
    for index, item in enumerate(checked.settings.notices.texts):
        if (item.notice, item.language) in seen:
            refuse(f"$.notices.texts[{index}]", f"there is another text for {item.notice} in {item.language}")
        seen.add((item.notice, item.language))


def _check_rules(checked: _Checked) -> None:
    rules = checked.settings.rules
    check_unique((assignment.id for assignment in rules), "$.rules", "id", "rule")
    for index, assignment in enumerate(rules):
        check_rule(assignment, f"$.rules[{index}]", checked.known)


def check_rule(assignment: RuleAssignment, place: str, known: Known) -> None:
    """Raises ``InvalidSettings`` that names the first place of a rule assignment that is wrong."""
    for option, default in _DEFAULTS.items():
        if option not in OPTIONS[assignment.rule] and getattr(assignment, option) != default:
            refuse(f"{place}.{option}", f"does not belong to the rule {assignment.rule}")
    if assignment.rule == "recipient-count" and all(getattr(assignment, limit) is None for limit in COUNT_LIMITS):
        refuse(place, f"recipient-count needs at least one of {', '.join(COUNT_LIMITS)}")
    if assignment.rule == "condition":
        _check_condition_rule(assignment, place)
    check_entries(assignment.addresses, f"{place}.addresses")
    check_known(assignment.lists, known.lists, f"{place}.lists", "address list")
    check_known(assignment.except_lists, known.lists, f"{place}.except_lists", "address list")
    for field in ("when", "unless"):
        tree = getattr(assignment, field)
        if tree is not None:
            check_tree(tree, f"{place}.{field}", known.lists)


def _check_condition_rule(assignment: RuleAssignment, place: str) -> None:
    if assignment.when is None and not assignment.keywords:
        refuse(place, "condition needs when or keywords")
    if assignment.when is not None and assignment.keywords:
        refuse(f"{place}.keywords", "condition takes when or keywords, not both")
    if assignment.keywords and not assignment.keyword_places:
        refuse(f"{place}.keyword_places", "must name at least one of subject, body, attachment-names")
    for index, keyword in enumerate(assignment.keywords):
        if not keyword.strip():
            refuse(f"{place}.keywords[{index}]", "must hold something other than white space")


def _check_lists(checked: _Checked) -> None:
    lists = checked.settings.lists
    check_unique((item.id for item in lists), "$.lists", "id", "address list")
    for index, item in enumerate(lists):
        check_list(item, f"$.lists[{index}]")


def _check_routes(checked: _Checked) -> None:
    seen: set[str] = set()
    for index, route in enumerate(checked.settings.routes):
        if route.name and route.name in seen:
            refuse(
                f"$.routes[{index}].name", f"the name {route.name!r} stands at another route too; each must be unique"
            )
        seen.add(route.name)
    check_servers(checked.settings.routes)


def _check_delivery(checked: _Checked) -> None:
    settings = checked.settings
    check_ingress(settings.ingress)
    check_signing(settings.signing, settings.internal_domains)
    check_gathering(settings.gathering)
    check_retention(settings.retention)


def _check_policies(checked: _Checked) -> None:
    policies = checked.settings.policies
    check_unique((policy.id for policy in policies), "$.policies", "id", "policy")
    for index, policy in enumerate(policies):
        check_policy(policy, f"$.policies[{index}]", checked.known)
    check_approvers(policies, DomainSet(checked.settings.internal_domains))


def _check_templates(checked: _Checked) -> None:
    check_unique((template.id for template in checked.settings.templates), "$.templates", "id", "template")


def _check_marks(checked: _Checked) -> None:
    """A mark that stands within another one would be found in its place."""
    marks = [fold(mark.mark) for mark in checked.settings.subject_marks]
    for index, mark in enumerate(marks):
        place = f"$.subject_marks[{index}].mark"
        if not mark.strip() or mark != mark.strip():
            refuse(place, "must neither be white space nor begin or end with it")
        for other, text in enumerate(marks):
            if other != index and mark in text:
                refuse(
                    place, f"is a part of the mark {checked.settings.subject_marks[other].mark!r}; marks must be apart"
                )


CHECKS: tuple[Callable[[_Checked], None], ...] = (
    _check_time_zone,
    _check_business_hours,
    _check_notice_texts,
    _check_rules,
    _check_lists,
    _check_routes,
    _check_delivery,
    _check_templates,
    _check_policies,
    _check_marks,
)
"""What is checked, in this order."""
