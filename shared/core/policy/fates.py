"""Which of the fates that rules, policies and marks ask for counts: the order of docs/POLICY.md. Decide stage.

An error comes first, since failure means hold. Then discard, reject, hold, delay, deliver: what is stricter wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason
from shared.core.policy.plan import Plan, PlannedPart, gave_way, mark_reason
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.subject_marks import UsedMarks
from shared.core.policy.transform_calls import stored_calls


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule that matched or broke; ``forced`` for forced alerts, which only a mark with leave to do so passes."""

    reason: Reason
    forced: bool


def settle(
    plan: Plan, rules: Sequence[RuleResult], errors: Sequence[Reason], marks: UsedMarks, settings_version: int
) -> Decision:
    """The decision. ``errors`` are the reasons of policies that could not be answered."""
    send = marks.of("send")
    skips_rules = send is not None or bool(plan.delivers)
    skips_forced = send is not None and marks.passing("forced_alert")
    standing = [item.reason for item in rules if not (skips_forced if item.forced else skips_rules)]
    skipped = tuple(item.reason for item in rules if (skips_forced if item.forced else skips_rules))
    policy_holds = [] if send is not None else [told for _, told in plan.holds]
    approvals = [told for _, told in plan.approvals]
    holding = (*standing, *errors, *plan.firm_holds, *approvals, *policy_holds)
    broken = any(told.code == ReasonCode.POLICY_ERROR for told in holding)
    base = Decision((), settings_version, notes=tuple(plan.notes), skipped=skipped)
    told: tuple[Reason, ...]
    if not broken:
        if (discard := marks.of("discard")) is not None:
            told = (mark_reason("discard", discard.mark),)
            return _ended(plan, Disposition.DISCARD, told, replace(base, notify_sender=True), "mark")
        if plan.discards:
            notify = any(notify for _, _, notify in plan.discards)
            told = tuple(told for _, told, _ in plan.discards)
            return _ended(plan, Disposition.DISCARD, told, replace(base, notify_sender=notify), "discard")
        if plan.rejects:
            told = tuple(reason(ReasonCode.POLICY_REJECT, policy) for policy, _ in plan.rejects)
            text = next((action.text for _, action in plan.rejects if action.text), "")
            return _ended(plan, Disposition.REJECT, told, replace(base, reject_text=text), "reject")
    if holding:
        asked = replace(base, approvals=tuple(call for call, _ in plan.approvals))
        return _going(plan, Disposition.HOLD, holding, asked, "hold")
    if plan.delays and send is None:
        minutes = max(action.minutes for _, action in plan.delays)
        told = tuple(
            reason(ReasonCode.POLICY_DELAY, policy, minutes=action.minutes)
            for policy, action in plan.delays
            if action.minutes == minutes
        )
        return _going(plan, Disposition.DELIVER, told, replace(base, delay_minutes=minutes), "delay")
    if send is not None:
        return _going(plan, Disposition.DELIVER, (mark_reason("send", send.mark),), base, "mark")
    told = tuple(reason(ReasonCode.POLICY_DELIVER, policy) for policy in plan.delivers)
    return _going(plan, Disposition.DELIVER, told or (reason(ReasonCode.NO_RULE),), base, "deliver")


def _ended(plan: Plan, disposition: Disposition, reasons: tuple[Reason, ...], base: Decision, winner: str) -> Decision:
    """Nothing goes out: one part, no transforms, and no route."""
    recipients = tuple(address for part in plan.parts for address in part.recipients)
    part = DecisionPart(recipients, disposition, reasons)
    return replace(base, parts=(part,), notes=(*base.notes, *_lost(plan, winner)))


def _going(plan: Plan, disposition: Disposition, reasons: tuple[Reason, ...], base: Decision, winner: str) -> Decision:
    """The message goes out, now or after its release, in its parts."""
    parts = tuple(_part(part, disposition, reasons) for part in plan.parts)
    return replace(base, parts=parts, route=plan.route, notes=(*base.notes, *_lost(plan, winner)))


def _part(part: PlannedPart, disposition: Disposition, reasons: tuple[Reason, ...]) -> DecisionPart:
    return DecisionPart(part.recipients, disposition, reasons, stored_calls(part.calls), part.added)


def _lost(plan: Plan, winner: str) -> list[Reason]:
    """A note for each fate that was asked for and is not the one that counts."""
    notes = []
    if winner != "discard":
        notes += [gave_way(policy, "discard", winner) for policy, _, _ in plan.discards]
    if winner != "reject":
        notes += [gave_way(policy, "reject", winner) for policy, _ in plan.rejects]
    if winner != "hold":
        notes += [gave_way(policy, "hold", winner) for policy, _ in plan.holds]
    if winner != "delay":
        notes += [gave_way(policy, "delay", winner) for policy, _ in plan.delays]
    if winner != "deliver":
        notes += [gave_way(policy, "deliver", winner) for policy in plan.delivers]
    return notes
