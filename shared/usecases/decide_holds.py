"""Decide many held messages at once (stage 6; product.md H8): each by itself, and a result for each.

There is no transaction over several messages, and none is needed: what was done is done, what was not says so, and asking
again does nothing twice. So a worker that dies half way leaves some messages decided and the others as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared import log
from shared.app import App
from shared.core.hold.partial_release import CannotDrop
from shared.core.hold.record import MessageRecord
from shared.core.message.identity import MessageRef
from shared.errors import NotFound, PermanentError
from shared.usecases.approval_seats import NobodyToApprove
from shared.usecases.decide_hold import (
    Acted,
    AlreadyActed,
    Asker,
    HoldWish,
    NotAcknowledged,
    NotEntitled,
    RecipientsJoined,
    decide_hold,
)

MOST = 200
"""Messages in one request."""


class BulkResult(StrEnum):
    """What became of one message of several."""

    DONE = "done"
    DECIDED_BEFORE = "decided-before"
    NOT_ACKNOWLEDGED = "not-acknowledged"
    NOT_YOURS = "not-yours"
    """None of the asker's business, or there is no such message: one answer for both."""
    RECIPIENTS_JOINED = "recipients-joined"
    """The message has recipients whom the asker was not shown."""
    CANNOT_DROP = "cannot-drop"
    NOBODY_TO_APPROVE = "nobody-to-approve"
    TRY_AGAIN = "try-again"
    """Storage or directory did not answer; whether it was done shows on another look."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BulkWish:
    """What is asked for one message; ``wish.acknowledged`` are the reasons that were acknowledged for this message."""

    ref: MessageRef
    wish: HoldWish


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """``record`` as it stands after a decision, whoever took it. ``missing`` are the reasons not yet acknowledged."""

    ref: MessageRef
    result: BulkResult
    record: MessageRecord | None = None
    missing: tuple[int, ...] = ()


class TooMany(PermanentError):
    """More messages in one request than are taken."""

    public = f"At most {MOST} messages can be decided at once."


def decide_holds(app: App, tenant_id: str, asker: Asker, wishes: Sequence[BulkWish]) -> tuple[BulkOutcome, ...]:
    """One outcome for each wish, in their order; of several wishes for one message the first counts.

    Raises ``TooMany`` before anything is done, and nothing later on. ``tenant_id`` is the asker's: another tenant's
    message is none of their business.
    """
    if len(wishes) > MOST:
        raise TooMany(f"{len(wishes)} messages")
    done: dict[MessageRef, BulkOutcome] = {}
    for wish in wishes:
        if wish.ref not in done:
            done[wish.ref] = _decided(app, tenant_id, asker, wish)
    return tuple(done[wish.ref] for wish in wishes)


def _decided(app: App, tenant_id: str, asker: Asker, wish: BulkWish) -> BulkOutcome:
    ref = wish.ref
    if ref.tenant_id != tenant_id:
        return BulkOutcome(ref, BulkResult.NOT_YOURS)
    try:
        result = decide_hold(app, ref, asker, wish.wish)
    except (NotFound, NotEntitled):
        return BulkOutcome(ref, BulkResult.NOT_YOURS)
    except CannotDrop:
        return BulkOutcome(ref, BulkResult.CANNOT_DROP)
    except NobodyToApprove:
        return BulkOutcome(ref, BulkResult.NOBODY_TO_APPROVE)
    except PermanentError as error:
        log.trouble("act", ref, error)
        return BulkOutcome(ref, BulkResult.FAILED)
    except Exception as error:  # counts as temporary, whatever it is; the other messages go on
        log.trouble("act", ref, error)
        return BulkOutcome(ref, BulkResult.TRY_AGAIN)
    match result:
        case Acted(record):
            return BulkOutcome(ref, BulkResult.DONE, record)
        case AlreadyActed(record):
            return BulkOutcome(ref, BulkResult.DECIDED_BEFORE, record)
        case NotAcknowledged(missing):
            return BulkOutcome(ref, BulkResult.NOT_ACKNOWLEDGED, missing=missing)
        case RecipientsJoined():
            return BulkOutcome(ref, BulkResult.RECIPIENTS_JOINED)
