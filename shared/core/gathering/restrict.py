"""From the decision about all copies of a message to the one about a single copy (stage 3). Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared.core.policy.decision import Decision, DecisionPart


def restrict(decision: Decision, recipients: Collection[str], *, with_added: bool) -> Decision:
    """The same decision for these recipients only: each of them is in exactly one part, parts of others are gone.

    Recipients that policies add go with one copy only: with the one that is restricted ``with_added``. Reasons stay
    whole, since they are about the message. A copy whose recipients are in no part keeps the first part without any,
    so that it still has a disposition.
    """
    wanted = set(recipients)
    left = [
        replace(
            part,
            recipients=tuple(address for address in part.recipients if address in wanted),
            added_recipients=part.added_recipients if with_added else (),
        )
        for part in decision.parts
    ]
    parts = tuple(part for part in left if part.recipients or part.added_recipients)
    return replace(decision, parts=parts or _without_anybody(decision))


def _without_anybody(decision: Decision) -> tuple[DecisionPart, ...]:
    return tuple(replace(part, recipients=(), added_recipients=()) for part in decision.parts[:1])


def adds_recipients(decision: Decision) -> bool:
    """Whether a policy adds somebody to the envelope, which must happen once and not for each copy."""
    return any(part.added_recipients for part in decision.parts)
