"""Facts and decision of a message without storage: the steps of ``evaluate_message`` for files (stages parse, decide)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.message.build_facts import facts_of
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts
from shared.core.message.identity import MessageRef
from shared.core.message.parse import parse
from shared.core.message.source import Buffer
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Decision
from shared.core.policy.evaluate import decide, hold_for_error
from shared.core.policy.needs import needs_of
from shared.core.policy.tenant_settings import TenantSettings
from shared.usecases.match_context import Known, WhoIsWho, match_context


@dataclass(frozen=True, slots=True)
class DryDecision:
    """What was found and decided. ``context`` is what conditions were asked with, ``None`` where no facts could be had."""

    facts: MessageFacts
    decision: Decision
    context: MatchContext | None


def dry_decision(
    data: Buffer,
    envelope: Envelope,
    settings: TenantSettings,
    ref: MessageRef,
    *,
    now: datetime | None = None,
    directory: WhoIsWho | None = None,
) -> DryDecision:
    """The decision as relayed mail would get it; whatever fails on the way is a hold.

    Without ``directory`` nobody's groups, manager or members are known; without ``now`` no condition on time matches.
    Matta's own marks cannot be verified, since no keys are at hand. Raises what the directory raises.
    """
    known = Known(directory, settings.tenant_id, envelope, needs_of(settings)) if directory is not None else None
    try:
        tree = parse(data)
        facts = facts_of(
            tree,
            envelope,
            internal_domains=settings.internal_domains,
            list_members=known.list_members() if known is not None else {},
            ref=ref,
        )
    except Exception:  # a defect of the parser must not end the judging of other files
        facts = MessageFacts(envelope=envelope, recipients=(), size=len(data), unreadable="internal-error")
        return DryDecision(facts, hold_for_error(envelope, settings.version), None)
    context = match_context(facts, tree, known=known, time_zone=settings.time_zone, now=now)
    return DryDecision(facts, decide(facts, settings, context=context), context)
