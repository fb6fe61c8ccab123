"""What all matching policies together ask for: one plan, by the conflict rules of docs/POLICY.md. Decide stage.

The plan says which transforms whom, and which fates are asked for by whom; ``fates.py`` then picks the one that counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from shared.core.message.domains import DomainSet, domain_of
from shared.core.policy import zip_plan
from shared.core.policy.actions import (
    Action,
    AddHeader,
    Approval,
    BccConversion,
    BossCopy,
    Delay,
    DeliverAtOnce,
    Discard,
    Hold,
    InsertText,
    Link,
    Redirect,
    Reject,
    RemoveHeader,
    Zip,
    action_name,
)
from shared.core.policy.boss_copies import Copies, copies
from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Anchor, AnchorKind, Reason
from shared.core.policy.policies import Policy
from shared.core.policy.protections import broken_by
from shared.core.policy.reason_codes import ReasonCode, reason
from shared.core.policy.rules.condition import specific
from shared.core.policy.subject_marks import UsedMarks
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.policy.transform_calls import (
    AddHeaderField,
    Call,
    ConvertToBcc,
    CopyToBoss,
    InsertTemplate,
    RemoveHeaderField,
    RemoveSubjectMark,
    ZipAttachments,
)

_WHOLE = (Anchor(AnchorKind.MESSAGE),)
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

    ``firm_holds`` are passed by nothing but their cure, ``holds`` by the ``send`` mark. The lists of fates hold each
    wish with its reason, in the order of the policies. ``broken`` holds for each policy the protections that its actions
    would break, and those actions.
    """

    parts: tuple[PlannedPart, ...] = ()
    route: str = ""
    firm_holds: list[Reason] = field(default_factory=list)
    holds: list[tuple[Policy, Reason]] = field(default_factory=list)
    delays: list[tuple[Policy, Delay]] = field(default_factory=list)
    discards: list[tuple[Policy, Reason, bool]] = field(default_factory=list)
    rejects: list[tuple[Policy, Reject]] = field(default_factory=list)
    delivers: list[Policy] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    broken: dict[str, tuple[Policy, dict[str, None], dict[str, None]]] = field(default_factory=dict)


def make_plan(matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, marks: UsedMarks) -> Plan:
    """The plan of the policies that match, in their order. Without any, nothing but marks is carried out."""
    plan = Plan()
    for used in marks.marks:
        plan.notes.append(mark_reason(used.mark.effect, used.mark.mark))
    for policy in matching:
        plan.notes.append(reason(ReasonCode.POLICY_APPLIED, policy, actions=tuple(map(action_name, policy.actions))))
    _note_fates(plan, matching, context, marks)
    _plan_parts(plan, matching, settings, context, marks)
    _tell_protected(plan)
    return plan


def mark_reason(effect: str, mark: str) -> Reason:
    """That the sender used this mark."""
    return reason(_MARK_CODES[effect], None, (Anchor(AnchorKind.SUBJECT),), mark=mark)


def gave_way(policy: Policy, action: Action | str, winner: str) -> Reason:
    """That an action was not carried out, since another policy, a mark, or another fate comes first."""
    name = action if isinstance(action, str) else action_name(action)
    return reason(ReasonCode.POLICY_GAVE_WAY, policy, actions=(name,), winner=winner)


def _of(policies: Iterable[Policy], kind: type[Kind]) -> list[tuple[Policy, Kind]]:
    return [(policy, action) for policy in policies for action in policy.actions if isinstance(action, kind)]


def _note_fates(plan: Plan, matching: Sequence[Policy], context: MatchContext, marks: UsedMarks) -> None:
    for policy in matching:
        for action in policy.actions:
            if isinstance(action, Hold):
                anchors = specific(tree.explain(policy.when, context).matching_anchors())
                plan.holds.append((policy, reason(ReasonCode.POLICY_HOLD, policy, anchors)))
            elif isinstance(action, DeliverAtOnce):
                plan.delivers.append(policy)
            elif isinstance(action, Discard):
                plan.discards.append((policy, reason(ReasonCode.POLICY_DISCARD, policy, _WHOLE), action.notify))
            elif isinstance(action, Reject):
                plan.rejects.append((policy, action))
            elif isinstance(action, Delay):
                plan.delays.append((policy, action))
            elif isinstance(action, Link):
                plan.firm_holds.append(reason(ReasonCode.POLICY_LINK_UNAVAILABLE, policy, _WHOLE))
            elif isinstance(action, Approval):
                if marks.passing("approval"):
                    plan.notes.append(gave_way(policy, action, "mark"))
                else:
                    plan.firm_holds.append(reason(ReasonCode.POLICY_APPROVAL_UNAVAILABLE, policy, _WHOLE))


def _plan_parts(
    plan: Plan, matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, marks: UsedMarks
) -> None:
    common: list[Call] = [RemoveSubjectMark(spelling) for used in marks.marks for spelling in used.spellings]
    common += _inserts(plan, matching, context)
    added = copies(_of(matching, BossCopy), context)
    _note_unknown_managers(plan, added)
    common += _conversion(plan, matching, settings, context, added)
    common += _header_changes(matching)
    plan.route = _route(plan, matching)
    zipped, exemption = _zip(plan, matching, settings, context, marks)
    external = {recipient.address: recipient.external for recipient in context.facts.recipients}
    groups: dict[bool, tuple[list[str], list[str]]] = {True: ([], []), False: ([], [])}
    for address in dict.fromkeys(context.facts.envelope.recipients):
        plain = exemption is None or exemption.covers(address, external=external.get(address, True))
        groups[plain][0].append(address)
    for address in added.all:
        groups[exemption is None or exemption.covers(address)][1].append(address)
    if exemption is not None and not any(groups[False]):
        plan.notes.append(reason(ReasonCode.POLICY_ZIP_SKIPPED, None, why="all-exempt"))
    parts = [
        PlannedPart(tuple(recipients), tuple(more), (*common, *(() if plain else zipped), *_copy_calls(added, more)))
        for plain, (recipients, more) in ((False, groups[False]), (True, groups[True]))
        if recipients or more
    ]
    plan.parts = tuple(parts) or (PlannedPart((), (), tuple(common)),)


def _protected(plan: Plan, policy: Policy, actions: Sequence[Action], context: MatchContext) -> bool:
    """Whether these actions of a policy would break the message; then they are kept for ``_tell_protected``."""
    found = [name for action in actions for name in broken_by(action, context.facts)]
    if found:
        _, protections, names = plan.broken.setdefault(policy.id, (policy, {}, {}))
        protections.update(dict.fromkeys(found))
        names.update(dict.fromkeys(action_name(action) for action in actions))
    return bool(found)


def _tell_protected(plan: Plan) -> None:
    """What becomes of actions that would break the message is their policy's choice."""
    for policy, protections, names in plan.broken.values():
        held = policy.if_protected == "hold"
        code = ReasonCode.POLICY_PROTECTED if held else ReasonCode.POLICY_UNCHANGED
        told = reason(code, policy, _WHOLE, protections=tuple(protections), actions=tuple(names))
        (plan.firm_holds if held else plan.notes).append(told)


def _inserts(plan: Plan, matching: Sequence[Policy], context: MatchContext) -> list[Call]:
    """Every text in the order of the policies; the same template at the same place once."""
    calls: dict[tuple[str, str], Call] = {}
    for policy in matching:
        actions = [action for action in policy.actions if isinstance(action, InsertText)]
        if _protected(plan, policy, actions, context):
            continue
        for action in actions:
            calls.setdefault(
                (action.template, action.place),
                InsertTemplate(action.template, action.place, "insert", policy.id, policy.name),
            )
    return list(calls.values())


def _note_unknown_managers(plan: Plan, added: Copies) -> None:
    for policy, action in added.unknown:
        if action.if_unknown == "deliver":
            plan.notes.append(reason(ReasonCode.POLICY_MANAGER_MISSING, policy))
            continue
        told = reason(ReasonCode.POLICY_MANAGER_UNKNOWN, policy, _WHOLE)
        if action.if_unknown == "hold":
            plan.firm_holds.append(told)
        else:
            plan.discards.append((policy, told, True))


def _conversion(
    plan: Plan, matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, added: Copies
) -> list[Call]:
    """One conversion: ``all`` is wider than ``external``, and the sender goes into To where any of the widest says so."""
    facts = context.facts
    named = [mailbox.address for mailbox in (*facts.header_to, *facts.header_cc)] + list(added.cc)
    domains = dict.fromkeys(domain_of(address) for address in named)
    internal = DomainSet(settings.internal_domains)
    kept = tuple(domain for domain in domains if domain in internal)
    wanted = []
    for policy, action in _of(matching, BccConversion):
        hides = bool(named) and (action.which == "all" or len(kept) < len(domains))
        if hides and not _protected(plan, policy, (action,), context):
            wanted.append((policy, action))
    if not wanted:
        return []
    which = "all" if any(action.which == "all" for _, action in wanted) else "external"
    widest = [action for _, action in wanted if action.which == which]
    for policy, action in wanted:
        if action.which != which:
            plan.notes.append(gave_way(policy, action, BccConversion.__struct_config__.tag))  # type: ignore[arg-type]  # our tags are texts
    sender = ""
    if any(action.sender_to_to for action in widest):
        # A sender whose address cannot stand in a header stays out of it; the conversion itself must not fail for that.
        candidates = (*(mailbox.address for mailbox in facts.header_from[:1]), facts.envelope.reverse_path)
        sender = next((address for address in candidates if _PLAIN_ADDRESS.fullmatch(address)), "")
    return [ConvertToBcc(() if which == "all" else kept, sender)]


_PLAIN_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")


def _header_changes(matching: Sequence[Policy]) -> list[Call]:
    removed = {
        action.name.lower(): RemoveHeaderField(action.name) for _, action in reversed(_of(matching, RemoveHeader))
    }
    fields = dict.fromkeys(AddHeaderField(action.name, action.value) for _, action in _of(matching, AddHeader))
    return [*reversed(removed.values()), *fields]


def _route(plan: Plan, matching: Sequence[Policy]) -> str:
    found = _of(matching, Redirect)
    for policy, action in found[1:]:
        if action.route != found[0][1].route:
            plan.notes.append(gave_way(policy, action, found[0][0].id))
    return found[0][1].route if found else ""


def _zip(
    plan: Plan, matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, marks: UsedMarks
) -> tuple[list[Call], zip_plan.Exemption | None]:
    """The calls that make the ZIP, and who is exempt from it; no exemption at all where there is no ZIP."""
    wish = zip_plan.chosen(matching, settings, context, marks)
    if wish is None:
        return [], None
    for policy, action in _of(matching, Zip):
        if action is not wish.action:
            plan.notes.append(gave_way(policy, action, wish.policy.id))
    why_not = zip_plan.why_not(wish, context, marks)
    if why_not is not None:
        if why_not:
            plan.notes.append(reason(ReasonCode.POLICY_ZIP_SKIPPED, _told(wish), why=why_not))
        return [], None
    if _protected(plan, wish.policy, (wish.action,), context):
        return [], None
    return _zip_calls(wish, settings), zip_plan.Exemption(wish, settings, context)


def _told(wish: zip_plan.ZipWish) -> Policy | None:
    return wish.policy if wish.policy_id else None


def _zip_calls(wish: zip_plan.ZipWish, settings: TenantSettings) -> list[Call]:
    action = wish.action
    calls: list[Call] = [
        ZipAttachments(
            policy=wish.policy_id,
            method=action.method,
            file_name=action.file_name,
            time_zone=settings.time_zone,
            password="fixed" if action.password else "generated",
            password_length=action.password_length,
            password_classes=action.password_classes,
            notice=action.notice,
            notice_delay_minutes=action.notice_delay_minutes,
            notice_template=action.notice_template,
        )
    ]
    if action.explanation:
        calls.append(
            InsertTemplate(
                action.explanation, action.explanation_place, "zip-explanation", wish.policy_id, wish.policy.name
            )
        )
    return calls


def _copy_calls(added: Copies, envelope: Sequence[str]) -> list[Call]:
    """The same header in every part; each new recipient in the envelope of one."""
    calls: list[Call] = []
    for field_name, addresses in (("cc", added.cc), ("bcc", added.bcc)):
        own = tuple(address for address in envelope if address in addresses)
        if own or (addresses and field_name == "cc"):
            calls.append(CopyToBoss("cc" if field_name == "cc" else "bcc", addresses, own))
    return calls
