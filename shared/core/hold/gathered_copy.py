"""``GatheredCopy``: another copy of a held message, as its leader knows it (product.md M7). Values only; stages 3 and 6."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.message.facts import RecipientFacts
from shared.core.policy.decision import Reason


@dataclass(frozen=True, slots=True)
class GatheredCopy:
    """A copy that came by another transaction. ``recipients`` are those of its envelope.

    ``joined``: the copy is held and follows the leader; until then it was seen and is being judged. ``reasons`` are those
    by which it was judged.
    """

    queue_id: str
    recipients: tuple[RecipientFacts, ...]
    reasons: tuple[Reason, ...] = ()
    joined: bool = False
