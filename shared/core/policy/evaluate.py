"""Decide (stage 3): from the facts of a message and the tenant's settings to an immutable ``Decision``.

Pure and total: the same facts, context and settings always give the same decision, and nothing that goes wrong here
loses a message or lets it out; it holds it. The order of the questions is the order of ``_judge``; docs/POLICY.md shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts
from shared.core.policy import system
from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext, compiled_lists
from shared.core.policy.conditions.membership import list_with
from shared.core.policy.decision import Anchor, AnchorKind, Decision, DecisionPart, Disposition, Reason
from shared.core.policy.fates import RuleResult, settle
from shared.core.policy.policies import Policy
from shared.core.policy.policy_match import matching
from shared.core.policy.policy_plan import make_plan
from shared.core.policy.reason_codes import Named, ReasonCode, reason
from shared.core.policy.rules.registry import RULES, Rule
from shared.core.policy.subject_marks import used_marks
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind, TenantSettings

_WHOLE = (Anchor(AnchorKind.MESSAGE),)
OnError = Callable[[str, Exception], None]
"""Told of an error while deciding: the id of the rule assignment or policy (or ``""``) and the exception, for the log."""


def decide(
    facts: MessageFacts,
    settings: TenantSettings,
    *,
    rules: Mapping[RuleKind, Rule] = RULES,
    on_error: OnError | None = None,
    context: MatchContext | None = None,
) -> Decision:
    """What happens to each recipient, and why. Never raises.

    ``context`` holds what conditions may ask beyond facts; without one nothing is known of directory, body text,
    archives and time. Every envelope recipient is in exactly one part, exact repetitions once. There is always at least
    one part, so that a message without recipients has a disposition too.
    """
    try:
        known = replace(context or MatchContext(facts), facts=facts, lists=compiled_lists(settings.lists))
        return _judge(facts, settings, rules, on_error, known)
    except Exception as error:  # whatever it is: failure means hold
        _report(on_error, "", error)
        return hold_for_error(facts.envelope, settings.version)


def hold_for_error(envelope: Envelope, settings_version: int) -> Decision:
    """A hold of all recipients with the reason ``policy-error``, for when not even facts could be had."""
    return _whole(envelope, Disposition.HOLD, (_policy_error(None),), settings_version)


def rule_matches(
    assignment: RuleAssignment, context: MatchContext, rules: Mapping[RuleKind, Rule] = RULES
) -> Reason | None:
    """The reason by which an assignment that is on matches, or ``None``: its groups, the rule itself, and ``unless``."""
    if not context.in_groups(assignment.groups, assignment.not_groups):
        return None
    seen = context
    if assignment.except_lists:
        listed = [
            item.facts
            for item in context.recipients
            if list_with(context, assignment.except_lists, item.address, item.facts.address) is not None
        ]
        seen = context.without(listed) if listed else context
    matched = rules[assignment.rule](seen, assignment)
    if matched is not None and assignment.unless is not None and tree.matches(assignment.unless, context):
        return None
    return matched


def _whole(
    envelope: Envelope, disposition: Disposition, reasons: tuple[Reason, ...], settings_version: int
) -> Decision:
    recipients = tuple(dict.fromkeys(envelope.recipients))
    return Decision((DecisionPart(recipients, disposition, reasons),), settings_version)


def _judge(
    facts: MessageFacts,
    settings: TenantSettings,
    rules: Mapping[RuleKind, Rule],
    on_error: OnError | None,
    context: MatchContext,
) -> Decision:
    def whole(disposition: Disposition, *reasons: Reason) -> Decision:
        return _whole(facts.envelope, disposition, reasons, settings.version)

    if facts.loop:
        return whole(Disposition.REJECT, reason(ReasonCode.LOOP, None, _WHOLE, why=facts.loop))
    if always := system.always_passes(facts, settings.system_policies):
        return whole(Disposition.DELIVER, always)
    if facts.unreadable:
        return whole(Disposition.HOLD, reason(ReasonCode.UNREADABLE, None, _WHOLE, why=facts.unreadable))
    enabled = tuple(assignment for assignment in settings.rules if assignment.enabled)
    if machine_made := system.passes(facts, settings.system_policies):
        # Forced alerts pass no skip; nothing else has a say about mail that no person can be asked about.
        forced = tuple(assignment for assignment in enabled if assignment.rule == "forced-alert")
        found = _matching_rules(context, forced, rules, on_error)
        if found:
            return whole(Disposition.HOLD, *(item.reason for item in found))
        return whole(Disposition.DELIVER, machine_made)
    errors: list[Reason] = []

    def broken(policy: Policy, error: Exception) -> None:
        _report(on_error, policy.id, error)
        errors.append(_policy_error(policy))

    marks = used_marks(facts, settings.subject_marks)
    policies = matching(settings.policies, context, broken)
    plan = make_plan(policies, settings, context, marks)
    found = _matching_rules(context, enabled, rules, on_error)
    return settle(plan, found, errors, marks, settings.version)


def _matching_rules(
    context: MatchContext,
    assignments: tuple[RuleAssignment, ...],
    rules: Mapping[RuleKind, Rule],
    on_error: OnError | None,
) -> tuple[RuleResult, ...]:
    """The reasons of all rules that match, in the order of the settings; a rule that breaks gives ``policy-error``."""
    found: list[RuleResult] = []
    for assignment in assignments:
        try:
            matched = rule_matches(assignment, context, rules)
        except Exception as error:  # one broken rule must not hide what the others found
            _report(on_error, assignment.id, error)
            matched = _policy_error(assignment)
        if matched is not None:
            found.append(RuleResult(matched, assignment.rule == "forced-alert"))
    return tuple(found)


def _policy_error(thing: Named | None) -> Reason:
    """Names the rule or policy and nothing else: the exception's text is for operators, not for who is asked."""
    return reason(ReasonCode.POLICY_ERROR, thing, _WHOLE, rule=thing.id if thing else "")


def _report(on_error: OnError | None, rule_id: str, error: Exception) -> None:
    if on_error is None:
        return
    try:
        on_error(rule_id, error)
    except Exception:  # a log that fails must not change a decision
        return
