"""What several rules ask about recipients: who counts as one person, and anchors. Part of the decide stage."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.message.domains import normal_address
from shared.core.message.facts import MessageFacts, RecipientFacts
from shared.core.policy.decision import Anchor, AnchorKind


def distinct(recipients: Iterable[RecipientFacts]) -> tuple[RecipientFacts, ...]:
    """Each mailbox once, in the order of first mention."""
    found: dict[str, RecipientFacts] = {}
    for recipient in recipients:
        found.setdefault(normal_address(recipient.address), recipient)
    return tuple(found.values())


def sender_keys(facts: MessageFacts) -> frozenset[str]:
    """The normal forms of the addresses that the sender writes from: the reverse-path and every From address."""
    written = [facts.envelope.reverse_path, *(mailbox.address for mailbox in facts.header_from)]
    return frozenset(normal_address(address) for address in written if address)


def anchors_at(recipients: Iterable[RecipientFacts]) -> tuple[Anchor, ...]:
    """One anchor for each recipient, by the address as the envelope has it."""
    return tuple(Anchor(AnchorKind.RECIPIENT, recipient.address) for recipient in recipients)
