"""Messages in any state, made the way the product makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.core.hold.begin import begin
from shared.core.hold.record import Actor, Change, Channel, MessageRecord, Role, Variant
from shared.core.hold.state import HoldPlan, RetryPlan
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.message.summary import MessageSummary
from shared.core.policy.decision import Anchor, AnchorKind, Decision, DecisionPart, Disposition, Reason

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SENDER = Actor(Role.SENDER, "hanako@aozora.example", Channel.LINK, "127.0.0.1")
HOLD_PLAN = HoldPlan(timedelta(hours=4), 2, "leave")
RETRY_PLAN = RetryPlan(timedelta(minutes=1), timedelta(hours=1), timedelta(hours=48))
RECIPIENTS = ("taro@partner.example", "jiro@aozora.example")


def make_ref(number: int = 1, tenant: str = "demo", at: datetime = NOW) -> MessageRef:
    """A reference; the same number gives the same one."""
    return MessageRef(tenant, new_queue_id(at, number.to_bytes(10, "big")))


def make_envelope(recipients: tuple[str, ...] = RECIPIENTS, reverse_path: str = "hanako@aozora.example") -> Envelope:
    """An ordinary envelope."""
    return Envelope(reverse_path, recipients)


def make_reception(size: int = 1234, at: datetime = NOW) -> Reception:
    """How it came."""
    return Reception(at, "127.0.0.1", "client.example", "ESMTP", "", "peer", "relay.example", "s-1", size)


def make_summary(envelope: Envelope) -> MessageSummary:
    """A Japanese business mail with one attachment."""
    return MessageSummary(
        header_from=(Mailbox("hanako@aozora.example", "青空 花子"),),
        subject="お見積書の件",
        date=NOW,
        message_id="<1@aozora.example>",
        recipients=tuple(
            RecipientFacts(
                address,
                address.rpartition("@")[2],
                RecipientField.TO,
                external=not address.endswith("@aozora.example"),
            )
            for address in envelope.recipients
        ),
        attachments=(AttachmentFacts("見積書①.xlsx", 20480, "application/vnd.ms-excel", "2"),),
        attachments_total=1,
        attachments_size=20480,
        size=1234,
    )


def make_decision(envelope: Envelope, disposition: Disposition) -> Decision:
    """A decision with one reason, as the rules make it."""
    reason = {
        Disposition.HOLD: Reason(
            "rule.recipient-external",
            (("count", 1),),
            (Anchor(AnchorKind.RECIPIENT, envelope.recipients[0]),),
            "external",
            "社外宛て",
            "社外の宛先が含まれています",
        ),
        Disposition.DELIVER: Reason("no-rule"),
        Disposition.REJECT: Reason("loop"),
    }[disposition]
    return Decision((DecisionPart(envelope.recipients, disposition, (reason,)),), 1)


def begun(
    disposition: Disposition = Disposition.HOLD,
    *,
    ref: MessageRef | None = None,
    envelope: Envelope | None = None,
    now: datetime = NOW,
    plan: HoldPlan = HOLD_PLAN,
) -> Change:
    """The first change of a message."""
    envelope = envelope or make_envelope()
    return begin(
        ref or make_ref(),
        envelope,
        make_reception(at=now),
        make_summary(envelope),
        make_decision(envelope, disposition),
        (Variant("original", "spool", b"X-Matta-Trace: v1; test\r\n"),),
        plan,
        now,
    )


def held(now: datetime = NOW) -> MessageRecord:
    """A held message."""
    return begun(Disposition.HOLD, now=now).record


def delivering(now: datetime = NOW) -> MessageRecord:
    """A message on its way."""
    return begun(Disposition.DELIVER, now=now).record
