"""A sample message as every notice shows it, for previews; nothing of it is stored or sent. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from shared.core.hold.actor import SYSTEM, Actor, Channel, Role
from shared.core.hold.approval import ApprovalRequest, ApprovalStep, Vote
from shared.core.hold.begin import begin
from shared.core.hold.password_notice import NoticeState, PasswordNotice
from shared.core.hold.record import Fate, MessageRecord, Outcome, State, Variant
from shared.core.hold.state import HoldPlan
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.message.summary import MessageSummary
from shared.core.policy.decision import (
    Anchor,
    AnchorKind,
    ApprovalCall,
    Decision,
    DecisionPart,
    Disposition,
    Reason,
    TransformCall,
)
from shared.core.policy.tenant_settings import NoticeName
from shared.core.policy.transform_calls import ZipAttachments

NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
SENDER = "yamada@aozora.example"
APPROVER = "sato@aozora.example"
DOMAIN = "aozora.example"
FILE_NAME = "enc_20261120093000.zip"
PASSWORD = "Kx7-Mango-91"  # noqa: S105  # a sample, nobody's
COMMENT = "先方の承諾は得ています。よろしくお願いいたします。"
ANSWER = "金額を確認しました。"
_OUTSIDE = (("tanaka@hoshizora.example", "田中 一郎", RecipientField.TO), ("info@kaze.example", "", RecipientField.CC))
_INSIDE = ((APPROVER, "佐藤 花子", RecipientField.CC),)
_STATES = {
    "hold-released": State.DELIVERING,
    "hold-expired": State.EXPIRED,
    "hold-delayed": State.DELAYED,
    "hold-discarded": State.DISCARDED,
    "approval-request": State.AWAITING_APPROVAL,
    "approval-reminder": State.AWAITING_APPROVAL,
    "approval-approved": State.DELIVERING,
    "approval-denied": State.DENIED,
    "receipt": State.DELIVERED,
    "password": State.DELIVERED,
}
_ENDS = {State.EXPIRED: "expire", State.DISCARDED: "discard"}
_ZIP = ZipAttachments(
    "zip", "aes-256", "enc_{YYYY}{MM}{DD}{hh}{mm}{ss}.zip", "Asia/Tokyo", "generated", 12, (), "automatic", 10, ""
)


def sample_record(notice: NoticeName) -> MessageRecord:
    """The sample message as it stands when the notice is sent."""
    record = _held(encrypted=notice in ("receipt", "password"))
    state = _STATES.get(notice, State.HELD)
    if notice == "hold-left":
        record = replace(record, due_at=None)
    if state not in (State.HELD, State.DELAYED):
        actor = SYSTEM if notice.startswith("hold-") else Actor(Role.SENDER, SENDER, Channel.TEAMS)
        record = replace(record, outcome=Outcome(_ENDS.get(state, "release"), actor, NOW + timedelta(hours=12)))
    record = replace(record, state=state)
    if notice.startswith("approval-"):
        return _asked(record, {"approval-approved": True, "approval-denied": False}.get(notice))
    return record


def _held(*, encrypted: bool) -> MessageRecord:
    people = tuple(
        RecipientFacts(address, address.partition("@")[2], field, external, name)
        for group, external in ((_OUTSIDE, True), (_INSIDE, False))
        for address, name, field in group
    )
    outside = tuple(one.address for one in people if one.external)
    inside = tuple(one.address for one in people if not one.external)
    reasons = (
        Reason(
            "rule.recipient-external",
            (("count", len(outside)),),
            tuple(Anchor(AnchorKind.RECIPIENT, address) for address in outside),
            "external",
        ),
        Reason("rule.has-attachments", (("count", 1),), (Anchor(AnchorKind.ATTACHMENT, "2"),), "files"),
    )
    call = TransformCall(_ZIP.NAME, msgspec.json.encode(_ZIP).decode())
    applied = Reason("policy.applied", (("actions", ("zip",)),), (), "zip", "添付ファイルの暗号化")
    change = begin(
        MessageRef("sample", new_queue_id(NOW, bytes(10))),
        Envelope(SENDER, (*outside, *inside)),
        Reception(NOW, "192.0.2.1", "client.example", "ESMTP", "", "peer", "relay.example", "sample", 1_258_291),
        MessageSummary(
            header_from=(Mailbox(SENDER, "山田 太郎"),),
            subject="お見積書の件",
            date=NOW,
            message_id="<sample@aozora.example>",
            recipients=people,
            attachments=(AttachmentFacts("見積書.xlsx", 1_258_291, "application/vnd.ms-excel", "2"),),
            attachments_total=1,
            attachments_size=1_258_291,
            size=1_258_291,
        ),
        Decision(
            (
                DecisionPart(outside, Disposition.HOLD, reasons, (call,) if encrypted else ()),
                DecisionPart(inside, Disposition.HOLD, reasons),
            ),
            1,
            notes=(applied,) if encrypted else (),
        ),
        (Variant("original", "spool", b""),),
        HoldPlan(timedelta(hours=4), 2, "discard"),
        NOW,
    )
    return _delivered(change.record) if encrypted else change.record


def _delivered(record: MessageRecord) -> MessageRecord:
    notice = PasswordNotice("part-0", NoticeState.WAITING, 10, "", NOW, NOW + timedelta(minutes=10), (), NOW)
    return replace(
        record,
        variants=(Variant("part-0", "variant", b"", "sample", b"sealed", FILE_NAME, 1), *record.variants),
        recipients=tuple(replace(one, fate=Fate.SENT) for one in record.recipients),
        passwords=(notice,),
    )


def _asked(record: MessageRecord, allowed: bool | None) -> MessageRecord:
    actor = Actor(Role.APPROVER, APPROVER, Channel.TEAMS)
    votes = () if allowed is None else (Vote(APPROVER, actor, allowed, ANSWER, NOW + timedelta(hours=1)),)
    call = ApprovalCall("approval", "部長の承認", "addresses", (APPROVER,))
    step = ApprovalStep(call, (APPROVER,), votes, allowed=allowed)
    requester = Actor(Role.SENDER, SENDER, Channel.TEAMS)
    return replace(record, approval=ApprovalRequest(requester, COMMENT, NOW, (step,)))
