"""From a message's bytes to its facts and decision (stages parse, decide): the same steps for relayed mail and for dry runs.

Reads nothing but its arguments, save what the directory is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.message.build_facts import facts_of, with_recipients
from shared.core.message.domains import DomainSet, domain_of
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts, RecipientFacts, RecipientField
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.core.message.parse import parse
from shared.core.message.source import Buffer
from shared.core.message.spans import Tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Decision
from shared.core.policy.evaluate import decide, hold_for_error
from shared.core.policy.needs import needs_of
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import TemporaryError
from shared.usecases.match_context import Known, WhoIsWho, match_context

OnTrouble = Callable[[str, Exception], None]
"""Told of an error on the way: the id of the rule or policy it was met in (or ``""``), for the log."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found and decided. ``context`` is what conditions were asked with, ``None`` where no facts could be had.

    ``facts`` are the message's own; ``judged`` those that the decision is about, with the recipients of all its copies.
    """

    facts: MessageFacts
    decision: Decision
    context: MatchContext | None
    judged: MessageFacts


@dataclass(frozen=True, slots=True)
class Reading:
    """A message that was read and is still to be decided about. ``tree`` is ``None`` where no facts could be had."""

    facts: MessageFacts
    tree: Tree | None
    known: Known | None


def judge_message(
    data: Buffer,
    envelope: Envelope,
    settings: TenantSettings,
    ref: MessageRef,
    *,
    now: datetime | None = None,
    directory: WhoIsWho | None = None,
    trace_keys: Sequence[SigningKey] = (),
    on_trouble: OnTrouble | None = None,
) -> Judged:
    """Facts and decision; whatever fails on the way is a hold, never a delivery.

    Without ``directory`` nobody's groups, manager or members are known; without ``now`` no condition on time matches;
    without ``trace_keys`` Matta's own marks count for nothing. Raises ``TemporaryError`` when the directory does not
    answer, so that the message is judged again rather than held for that.
    """
    reading = read_message(
        data, envelope, settings, ref, directory=directory, trace_keys=trace_keys, on_trouble=on_trouble
    )
    return decide_about(reading, settings, now=now, directory=directory, on_trouble=on_trouble)


def read_message(
    data: Buffer,
    envelope: Envelope,
    settings: TenantSettings,
    ref: MessageRef,
    *,
    directory: WhoIsWho | None = None,
    trace_keys: Sequence[SigningKey] = (),
    on_trouble: OnTrouble | None = None,
) -> Reading:
    """The first half of ``judge_message``."""
    known = Known(directory, settings.tenant_id, envelope, needs_of(settings)) if directory is not None else None
    try:
        tree = parse(data)
        facts = facts_of(
            tree,
            envelope,
            internal_domains=settings.internal_domains,
            list_members=known.list_members() if known is not None else {},
            trace_keys=trace_keys,
            ref=ref,
        )
        return Reading(facts, tree, known)
    except TemporaryError:
        raise
    except Exception as error:  # a defect of the parser, say: failure means hold
        return Reading(_not_read(error, envelope, settings, len(data), on_trouble), None, None)


def decide_about(
    reading: Reading,
    settings: TenantSettings,
    *,
    others: Sequence[str] = (),
    now: datetime | None = None,
    directory: WhoIsWho | None = None,
    on_trouble: OnTrouble | None = None,
) -> Judged:
    """The second half of ``judge_message``. ``others`` are recipients of further copies of the message, who are judged
    together with its own.
    """
    facts, tree, known = reading.facts, reading.tree, reading.known
    if tree is None:
        return Judged(facts, hold_for_error(facts.envelope, settings.version), None, facts)
    try:
        judged = facts
        if others:
            envelope = replace(facts.envelope, recipients=(*facts.envelope.recipients, *others))
            if directory is not None:
                known = Known(directory, settings.tenant_id, envelope, needs_of(settings))
            judged = with_recipients(
                tree,
                facts,
                envelope,
                internal_domains=settings.internal_domains,
                list_members=known.list_members() if known is not None else {},
            )
        context = match_context(judged, tree, known=known, time_zone=settings.time_zone, now=now)
        return Judged(facts, decide(judged, settings, context=context, on_error=on_trouble), context, judged)
    except TemporaryError:
        raise
    except Exception as error:
        known_facts = _not_read(error, facts.envelope, settings, facts.size, on_trouble)
        return Judged(known_facts, hold_for_error(facts.envelope, settings.version), None, known_facts)


def _not_read(
    error: Exception, envelope: Envelope, settings: TenantSettings, size: int, on_trouble: OnTrouble | None
) -> MessageFacts:
    if on_trouble is not None:
        on_trouble("", error)
    return facts_of_envelope(envelope, settings, size)


def facts_of_envelope(envelope: Envelope, settings: TenantSettings, size: int) -> MessageFacts:
    """What is known when not even facts could be had: whom the message is for."""
    internal = DomainSet(settings.internal_domains)
    recipients = tuple(
        RecipientFacts(address, domain := domain_of(address), RecipientField.BCC, domain not in internal)
        for address in envelope.recipients
    )
    return MessageFacts(envelope, recipients, size, unreadable="internal-error")
