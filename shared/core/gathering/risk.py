"""Whether the risk of a copy differs from what was confirmed for its siblings (product.md M7 and B1; stages 3 and 6). Pure.

A reason is covered by a known one if both are of one rule and the new one is about nothing new:

- for rules about how many or which domains (``_ABOUT_DOMAINS``) new recipients of domains that the known reason was about
  are nothing new;
- a forced alert, and every other rule about recipients, is about each single address;
- for what is about the message, its subject or its attachments: copies have the same ones.

A copy differs also by an external domain or an approval that was not confirmed, and by an external person whom neither its
To nor its Cc names: nobody who confirmed the others could have known of a blind copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.core.message.domains import domain_of, normal_address
from shared.core.message.facts import RecipientFacts, RecipientField
from shared.core.policy.decision import AnchorKind, Decision, Reason
from shared.core.policy.reason_codes import ReasonCode

_ABOUT_DOMAINS = frozenset(
    {
        ReasonCode.RECIPIENT_EXTERNAL,
        ReasonCode.SEVERAL_EXTERNAL_DOMAINS,
        ReasonCode.ALL_RECIPIENTS_EXTERNAL,
        ReasonCode.RECIPIENT_COUNT,
    }
)


def covers(known: Reason, new: Reason) -> bool:
    """Whether whoever has confirmed ``known`` has confirmed ``new``."""
    if (known.code, known.rule_id) != (new.code, new.rule_id):
        return False
    return _subjects(new) <= _subjects(known)


def uncovered(known: Sequence[Reason], new: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons that nothing known covers."""
    return tuple(reason for reason in new if not any(covers(old, reason) for old in known))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What somebody has decided about: the reasons that were shown, the decision that stood, the recipients."""

    reasons: tuple[Reason, ...]
    decision: Decision
    recipients: tuple[RecipientFacts, ...]


def risk_differs(confirmed: Confirmed, new: Decision, recipients: Iterable[RecipientFacts]) -> bool:
    """Whether what is decided about a copy asks for more than was confirmed.

    ``recipients`` are the copy's. An external domain that nobody has seen is more, whatever the reasons say (those of
    policies are about the message, not about a recipient). So are a blind copy to somebody outside who was not seen, and
    an approval that was not asked for.
    """
    seen = {normal_address(facts.address) for facts in confirmed.recipients}
    domains = {facts.domain for facts in confirmed.recipients if facts.external}
    for facts in recipients:
        blind = facts.field is RecipientField.BCC and normal_address(facts.address) not in seen
        if facts.external and (blind or facts.domain not in domains):
            return True
    if uncovered(confirmed.reasons, new.reasons):
        return True
    return any(call not in confirmed.decision.approvals for call in new.approvals)


def merged(known: Sequence[Reason], new: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons of all copies, each rule's once: a reason that goes further than a known one of the same risk takes
    its place and number, and what nothing covers comes last.
    """
    found = list(known)
    for reason in new:
        place = next((index for index, old in enumerate(found) if covers(old, reason)), None)
        if place is None:
            found.append(reason)
        elif set(reason.anchors) > set(found[place].anchors):
            found[place] = reason
    return tuple(found)


def _subjects(reason: Reason) -> frozenset[tuple[AnchorKind, str]]:
    by_domain = reason.code in _ABOUT_DOMAINS
    return frozenset(
        (anchor.kind, domain_of(anchor.value) if by_domain else normal_address(anchor.value))
        if anchor.kind is AnchorKind.RECIPIENT
        else (anchor.kind, anchor.value)
        for anchor in reason.anchors
    )
