"""What all matching policies together ask for: one plan, by the conflict rules of docs/POLICY.md. Decide stage.

The plan says which transforms whom, and which fates are asked for by whom; ``fates.py`` then picks the one that counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.policy.actions import Approval, Delay, DeliverAtOnce, Discard, Hold, Link, Reject, action_name
from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import ApprovalCall
from shared.core.policy.parts_plan import plan_parts
from shared.core.policy.plan import WHOLE, Plan, gave_way, mark_reason, tell_protected
from shared.core.policy.policies import Policy
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.condition import specific
from shared.core.policy.subject_marks import UsedMarks
from shared.core.policy.tenant_settings import TenantSettings


def make_plan(matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, marks: UsedMarks) -> Plan:
    """The plan of the policies that match, in their order. Without any, nothing but marks is carried out."""
    plan = Plan()
    for used in marks.marks:
        plan.notes.append(mark_reason(used.mark.effect, used.mark.mark))
    for policy in matching:
        plan.notes.append(reason(ReasonCode.POLICY_APPLIED, policy, actions=tuple(map(action_name, policy.actions))))
    _note_fates(plan, matching, context, marks)
    plan_parts(plan, matching, settings, context, marks)
    tell_protected(plan)
    return plan


def _note_fates(plan: Plan, matching: Sequence[Policy], context: MatchContext, marks: UsedMarks) -> None:
    for policy in matching:
        for action in policy.actions:
            if isinstance(action, Hold):
                anchors = specific(tree.explain(policy.when, context).matching_anchors())
                plan.holds.append((policy, reason(ReasonCode.POLICY_HOLD, policy, anchors)))
            elif isinstance(action, DeliverAtOnce):
                plan.delivers.append(policy)
            elif isinstance(action, Discard):
                plan.discards.append((policy, reason(ReasonCode.POLICY_DISCARD, policy, WHOLE), action.notify))
            elif isinstance(action, Reject):
                plan.rejects.append((policy, action))
            elif isinstance(action, Delay):
                plan.delays.append((policy, action))
            elif isinstance(action, Link):
                plan.firm_holds.append(reason(ReasonCode.POLICY_LINK_UNAVAILABLE, policy, WHOLE))
            elif isinstance(action, Approval):
                if marks.passing("approval"):
                    plan.notes.append(gave_way(policy, action, "mark"))
                else:
                    told = reason(ReasonCode.POLICY_APPROVAL, policy, WHOLE, approvers=action.approvers)
                    plan.approvals.append((_call(policy, action), told))


def _call(policy: Policy, action: Approval) -> ApprovalCall:
    return ApprovalCall(
        policy=policy.id,
        policy_name=policy.name,
        approvers=action.approvers,
        addresses=action.addresses,
        group=action.group,
        quorum=action.quorum,
        needed=action.needed,
        reminder_hours=action.reminder_hours,
        reminders=action.reminders,
        escalate_to=action.escalate_to,
        escalate_to_manager=action.escalate_to_manager,
        at_end=action.at_end,
    )
