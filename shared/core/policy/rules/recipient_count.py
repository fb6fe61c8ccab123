"""R5: the number of recipients reaches a threshold. Part of the decide stage."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.message.facts import MessageFacts, RecipientFacts, RecipientField
from shared.core.policy.decision import Anchor, AnchorKind, Reason
from shared.core.policy.reason_codes import COUNTED_FIELDS, ReasonCode, reason
from shared.core.policy.rules.recipients import distinct
from shared.core.policy.tenant_settings import RuleAssignment

_TO, _CC, _BCC = RecipientField.TO, RecipientField.CC, RecipientField.BCC
_FIELDS: dict[str, tuple[RecipientField, ...]] = {
    "total": (_TO, _CC, _BCC),
    "to_and_cc": (_TO, _CC),
    "to": (_TO,),
    "cc": (_CC,),
    "bcc": (_BCC,),
}


def match(facts: MessageFacts, assignment: RuleAssignment) -> Reason | None:
    """Holds when any count that has a number in the assignment reaches it. Anchored at the message as a whole.

    The reason names every count that was reached. A mailbox counts once in each count, whatever case it is written in;
    a distribution list counts as one or by its members, as ``count_lists_by`` says.
    """
    limits = {
        "total": assignment.total_from,
        "to_and_cc": assignment.to_and_cc_from,
        "to": assignment.to_from,
        "cc": assignment.cc_from,
        "bcc": assignment.bcc_from,
    }
    reached: list[tuple[str, int, int]] = []
    for field in COUNTED_FIELDS:
        limit = limits[field]
        if limit is None:
            continue
        counted = (recipient for recipient in facts.recipients if recipient.field in _FIELDS[field])
        count = _count(counted, by_members=assignment.count_lists_by == "members")
        if count >= limit:
            reached.append((field, count, limit))
    if not reached:
        return None
    return reason(
        ReasonCode.RECIPIENT_COUNT,
        assignment,
        (Anchor(AnchorKind.MESSAGE),),
        reached=tuple(field for field, _, _ in reached),
        counts=tuple(str(count) for _, count, _ in reached),
        limits=tuple(str(limit) for _, _, limit in reached),
    )


def _count(recipients: Iterable[RecipientFacts], *, by_members: bool) -> int:
    """A list whose members the directory does not know is still one recipient."""
    return sum(max(recipient.members, 1) if by_members else 1 for recipient in distinct(recipients))
