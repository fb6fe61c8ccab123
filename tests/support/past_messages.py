"""Past messages for tests of replays, made from facts the way they are stored."""

from __future__ import annotations

from typing import Any

from shared.core.message.summary import summarise
from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason
from shared.core.replay.past_message import PastMessage
from tests.support.message_facts import message_facts
from tests.support.records import NOW, make_reception, make_ref


def decided(disposition: Disposition = Disposition.DELIVER, *reasons: Reason, **more: Any) -> Decision:
    """A decision for one recipient."""
    part = DecisionPart(("a@out.example",), disposition, reasons or (Reason("no-rule"),), **more)
    return Decision((part,), 1)


def past_message(decision: Decision | None = None, **facts: Any) -> PastMessage:
    """A message with the facts of ``message_facts``; to one outsider unless told otherwise."""
    found = message_facts(**({"to": ["a@out.example"]} | facts))
    return PastMessage(make_ref(), found.envelope, make_reception(), summarise(found), decision or decided(), NOW)
