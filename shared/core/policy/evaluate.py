"""Decide (stage 3): from the facts of a message and the tenant's settings to an immutable ``Decision``.

Pure and total: the same facts and settings always give the same decision, and nothing that goes wrong here loses a
message or lets it out; it holds it. The order of the questions is the order of ``_judge``; docs/POLICY.md shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts
from shared.core.policy import system
from shared.core.policy.decision import Anchor, AnchorKind, Decision, DecisionPart, Disposition, Reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.registry import RULES, Rule
from shared.core.policy.tenant_settings import RuleAssignment, RuleKind, TenantSettings

_WHOLE = (Anchor(AnchorKind.MESSAGE),)
OnError = Callable[[str, Exception], None]
"""Told of an error while deciding: the id of the rule assignment (or ``""``) and the exception, for the log."""


def decide(
    facts: MessageFacts,
    settings: TenantSettings,
    *,
    rules: Mapping[RuleKind, Rule] = RULES,
    on_error: OnError | None = None,
) -> Decision:
    """What happens to each recipient, and why. Never raises.

    Every envelope recipient is in exactly one part, exact repetitions once. There is always at least one part, so that
    a message without recipients has a disposition too.
    """
    try:
        disposition, reasons = _judge(facts, settings, rules, on_error)
    except Exception as error:  # whatever it is: failure means hold
        _report(on_error, "", error)
        return hold_for_error(facts.envelope, settings.version)
    return _whole(facts.envelope, disposition, reasons, settings.version)


def hold_for_error(envelope: Envelope, settings_version: int) -> Decision:
    """A hold of all recipients with the reason ``policy-error``, for when not even facts could be had."""
    return _whole(envelope, Disposition.HOLD, (_policy_error(None),), settings_version)


def _whole(
    envelope: Envelope, disposition: Disposition, reasons: tuple[Reason, ...], settings_version: int
) -> Decision:
    recipients = tuple(dict.fromkeys(envelope.recipients))
    return Decision((DecisionPart(recipients, disposition, reasons),), settings_version)


def _judge(
    facts: MessageFacts, settings: TenantSettings, rules: Mapping[RuleKind, Rule], on_error: OnError | None
) -> tuple[Disposition, tuple[Reason, ...]]:
    if facts.loop:
        return Disposition.REJECT, (reason(ReasonCode.LOOP, None, _WHOLE, why=facts.loop),)
    if always := system.always_passes(facts, settings.system_policies):
        return Disposition.DELIVER, (always,)
    if facts.unreadable:
        return Disposition.HOLD, (reason(ReasonCode.UNREADABLE, None, _WHOLE, why=facts.unreadable),)
    enabled = tuple(assignment for assignment in settings.rules if assignment.enabled)
    if machine_made := system.passes(facts, settings.system_policies):
        # Forced alerts pass no skip; the other rules have nothing to say about mail that no person can be asked about.
        forced = tuple(assignment for assignment in enabled if assignment.rule == "forced-alert")
        found = _matching(facts, forced, rules, on_error)
        return (Disposition.HOLD, found) if found else (Disposition.DELIVER, (machine_made,))
    found = _matching(facts, enabled, rules, on_error)
    return (Disposition.HOLD, found) if found else (Disposition.DELIVER, (reason(ReasonCode.NO_RULE),))


def _matching(
    facts: MessageFacts,
    assignments: tuple[RuleAssignment, ...],
    rules: Mapping[RuleKind, Rule],
    on_error: OnError | None,
) -> tuple[Reason, ...]:
    """The reasons of all rules that match, in the order of the settings; a rule that breaks gives ``policy-error``."""
    found: list[Reason] = []
    for assignment in assignments:
        try:
            matched = rules[assignment.rule](facts, assignment)
        except Exception as error:  # one broken rule must not hide what the others found
            _report(on_error, assignment.id, error)
            matched = _policy_error(assignment)
        if matched is not None:
            found.append(matched)
    return tuple(found)


def _policy_error(assignment: RuleAssignment | None) -> Reason:
    """Names the rule and nothing else: the exception's text is for operators, not for the person who is asked."""
    return reason(ReasonCode.POLICY_ERROR, assignment, _WHOLE, rule=assignment.id if assignment else "")


def _report(on_error: OnError | None, rule_id: str, error: Exception) -> None:
    if on_error is None:
        return
    try:
        on_error(rule_id, error)
    except Exception:  # a log that fails must not change a decision
        return
