"""A2: who gets a copy beside the recipients that the sender named. Decide stage.

Copies of several policies add up. Nobody gets two: who is a recipient already, or stands in To or Cc (and gets the message
by another transaction of the same sending), and the sender are left out. Who is wanted in Cc and in Bcc stands in Cc.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.core.message.domains import normal_address
from shared.core.policy.actions import BossCopy
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.policies import Policy
from shared.core.policy.rules.recipients import sender_keys


@dataclass(frozen=True, slots=True)
class Copies:
    """Addresses to add, and the policies whose manager is not known."""

    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    unknown: tuple[tuple[Policy, BossCopy], ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Everybody who is added."""
        return (*self.cc, *self.bcc)


def copies(actions: Iterable[tuple[Policy, BossCopy]], context: MatchContext) -> Copies:
    """The copies that these actions ask for, in their order."""
    facts = context.facts
    have = set(sender_keys(facts)) | {normal_address(address) for address in facts.envelope.recipients}
    have |= {normal_address(mailbox.address) for mailbox in (*facts.header_to, *facts.header_cc)}
    wanted: dict[str, list[str]] = {"cc": [], "bcc": []}
    unknown = []
    for policy, action in actions:
        addresses: Sequence[str] = action.addresses
        if action.who == "manager":
            addresses = context.managers[:1]
            if not addresses:
                unknown.append((policy, action))
        wanted[action.field] += addresses
    fields: dict[str, list[str]] = {"cc": [], "bcc": []}
    for field in ("cc", "bcc"):
        for address in wanted[field]:
            if (key := normal_address(address)) not in have:
                have.add(key)
                fields[field].append(address)
    return Copies(tuple(fields["cc"]), tuple(fields["bcc"]), tuple(unknown))
