"""What several rules ask about recipients: who counts as one person, and anchors. Part of the decide stage."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.message.facts import MessageFacts, RecipientFacts
from shared.core.policy.decision import Anchor, AnchorKind


def person_key(address: str) -> str:
    """Addresses with the same key are one mailbox.

    RFC 5321 lets local parts differ by case; no mail system in use gives two people such addresses, and one person
    written in two ways must not count twice.
    """
    return address.lower()


def distinct(recipients: Iterable[RecipientFacts]) -> tuple[RecipientFacts, ...]:
    """Each mailbox once, in the order of first mention."""
    found: dict[str, RecipientFacts] = {}
    for recipient in recipients:
        found.setdefault(person_key(recipient.address), recipient)
    return tuple(found.values())


def sender_keys(facts: MessageFacts) -> frozenset[str]:
    """The keys of the addresses that the sender writes from: the reverse-path and every From address."""
    written = [facts.envelope.reverse_path, *(mailbox.address for mailbox in facts.header_from)]
    return frozenset(person_key(address) for address in written if address)


def anchors_at(recipients: Iterable[RecipientFacts]) -> tuple[Anchor, ...]:
    """One anchor for each recipient, by the address as the envelope has it."""
    return tuple(Anchor(AnchorKind.RECIPIENT, recipient.address) for recipient in recipients)
