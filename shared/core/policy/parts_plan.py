"""Which transforms whom: the parts of a plan, by the conflict rules of docs/POLICY.md. Decide stage."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.core.message.domains import DomainSet, domain_of
from shared.core.policy import zip_plan
from shared.core.policy.actions import AddHeader, BccConversion, BossCopy, InsertText, Redirect, RemoveHeader, Zip
from shared.core.policy.boss_copies import Copies, copies
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.plan import WHOLE, Plan, PlannedPart, actions_of, gave_way, protects
from shared.core.policy.policies import Policy
from shared.core.policy.reason_codes import ReasonCode, reason
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

_PLAIN_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")


def plan_parts(
    plan: Plan, matching: Sequence[Policy], settings: TenantSettings, context: MatchContext, marks: UsedMarks
) -> None:
    """Put the parts, the route and what goes with them into the plan."""
    common: list[Call] = [RemoveSubjectMark(spelling) for used in marks.marks for spelling in used.spellings]
    common += _inserts(plan, matching, context)
    added = copies(actions_of(matching, BossCopy), context)
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


def _inserts(plan: Plan, matching: Sequence[Policy], context: MatchContext) -> list[Call]:
    """Every text, to be read in the order of the policies; the same template at the same place once.

    What goes to the top last stands first: texts at the top are put there in the opposite order.
    """
    calls: dict[tuple[str, str], InsertTemplate] = {}
    for policy in matching:
        actions = [action for action in policy.actions if isinstance(action, InsertText)]
        if protects(plan, policy, actions, context):
            continue
        for action in actions:
            calls.setdefault(
                (action.template, action.place),
                InsertTemplate(action.template, action.place, "insert", policy.id, policy.name),
            )
    at_top = [text for text in calls.values() if text.place == "top"]
    return [at_top.pop() if text.place == "top" else text for text in calls.values()]


def _note_unknown_managers(plan: Plan, added: Copies) -> None:
    for policy, action in added.unknown:
        if action.if_unknown == "deliver":
            plan.notes.append(reason(ReasonCode.POLICY_MANAGER_MISSING, policy))
            continue
        told = reason(ReasonCode.POLICY_MANAGER_UNKNOWN, policy, WHOLE)
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
    for policy, action in actions_of(matching, BccConversion):
        hides = bool(named) and (action.which == "all" or len(kept) < len(domains))
        if hides and not protects(plan, policy, (action,), context):
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


def _header_changes(matching: Sequence[Policy]) -> list[Call]:
    removed = {
        action.name.lower(): RemoveHeaderField(action.name)
        for _, action in reversed(actions_of(matching, RemoveHeader))
    }
    fields = dict.fromkeys(AddHeaderField(action.name, action.value) for _, action in actions_of(matching, AddHeader))
    return [*reversed(removed.values()), *fields]


def _route(plan: Plan, matching: Sequence[Policy]) -> str:
    found = actions_of(matching, Redirect)
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
    for policy, action in actions_of(matching, Zip):
        if action is not wish.action:
            plan.notes.append(gave_way(policy, action, wish.policy.id))
    why_not = zip_plan.why_not(wish, context, marks)
    if why_not is not None:
        if why_not:
            plan.notes.append(reason(ReasonCode.POLICY_ZIP_SKIPPED, _told(wish), why=why_not))
        return [], None
    if protects(plan, wish.policy, (wish.action,), context):
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
