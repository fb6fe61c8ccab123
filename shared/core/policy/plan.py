"""``Plan``: what all matching policies together ask for, before it is settled which fate counts. Decide stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from shared.core.policy.actions import Action, Delay, Reject, action_name
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Anchor, AnchorKind, ApprovalCall, Reason
from shared.core.policy.policies import Policy
from shared.core.policy.protections import broken_by
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.transform_calls import Call

WHOLE = (Anchor(AnchorKind.MESSAGE),)
_MARK_CODES = {
    "send": ReasonCode.MARK_SEND,
    "discard": ReasonCode.MARK_DISCARD,
    "zip": ReasonCode.MARK_ZIP,
    "nozip": ReasonCode.MARK_NOZIP,
}
Kind = TypeVar("Kind", bound=Action)


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """Recipients that get the same bytes."""

    recipients: tuple[str, ...]
    added: tuple[str, ...]
    calls: tuple[Call, ...]


@dataclass(slots=True)
class Plan:
    """Everything that is asked for.

    ``firm_holds`` are passed by nothing but their cure, ``holds`` by the ``send`` mark. ``approvals`` hold as well, and are
    asked for once the sender has released the message. The lists of fates hold each
    wish with its reason, in the order of the policies. ``broken`` holds for each policy the protections that its actions
    would break, and those actions.
    """

    parts: tuple[PlannedPart, ...] = ()
    route: str = ""
    firm_holds: list[Reason] = field(default_factory=list)
    approvals: list[tuple[ApprovalCall, Reason]] = field(default_factory=list)
    holds: list[tuple[Policy, Reason]] = field(default_factory=list)
    delays: list[tuple[Policy, Delay]] = field(default_factory=list)
    discards: list[tuple[Policy, Reason, bool]] = field(default_factory=list)
    rejects: list[tuple[Policy, Reject]] = field(default_factory=list)
    delivers: list[Policy] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    broken: dict[str, tuple[Policy, dict[str, None], dict[str, None]]] = field(default_factory=dict)


def mark_reason(effect: str, mark: str) -> Reason:
    """That the sender used this mark."""
    return reason(_MARK_CODES[effect], None, (Anchor(AnchorKind.SUBJECT),), mark=mark)


def gave_way(policy: Policy, action: Action | str, winner: str) -> Reason:
    """That an action was not carried out, since another policy, a mark, or another fate comes first."""
    name = action if isinstance(action, str) else action_name(action)
    return reason(ReasonCode.POLICY_GAVE_WAY, policy, actions=(name,), winner=winner)


def actions_of(policies: Iterable[Policy], kind: type[Kind]) -> list[tuple[Policy, Kind]]:
    """Every action of one kind, with its policy, in the order of the policies."""
    return [(policy, action) for policy in policies for action in policy.actions if isinstance(action, kind)]


def protects(plan: Plan, policy: Policy, actions: Sequence[Action], context: MatchContext) -> bool:
    """Whether these actions of a policy would break the message; then they are kept for ``tell_protected``."""
    found = [name for action in actions for name in broken_by(action, context.facts)]
    if found:
        _, protections, names = plan.broken.setdefault(policy.id, (policy, {}, {}))
        protections.update(dict.fromkeys(found))
        names.update(dict.fromkeys(action_name(action) for action in actions))
    return bool(found)


def tell_protected(plan: Plan) -> None:
    """What becomes of actions that would break the message is their policy's choice."""
    for policy, protections, names in plan.broken.values():
        held = policy.if_protected == "hold"
        code = ReasonCode.POLICY_PROTECTED if held else ReasonCode.POLICY_UNCHANGED
        told = reason(code, policy, WHOLE, protections=tuple(protections), actions=tuple(names))
        (plan.firm_holds if held else plan.notes).append(told)
