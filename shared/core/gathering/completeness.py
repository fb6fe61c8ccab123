"""Whether the recipients of the copies that are there are all that To and Cc name outside (stage 3). Pure.

What Exchange delivers inside the organisation never comes this way, so only external people can be missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.facts import MessageFacts


def is_complete(facts: MessageFacts, others: Iterable[str], internal_domains: frozenset[str]) -> bool:
    """Whether every external person in To and Cc is a recipient of this copy or one of ``others``."""
    internal = DomainSet(internal_domains)
    known = {normal_address(address) for address in (*facts.envelope.recipients, *others)}
    return all(
        normal_address(mailbox.address) in known
        for mailbox in (*facts.header_to, *facts.header_cc)
        if "@" in mailbox.address and domain_of(mailbox.address) not in internal
    )
