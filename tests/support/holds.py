"""Held messages as rich as they come, for the tests of what people are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.core.hold.begin import begin
from shared.core.hold.link import LinkClaims, Purpose, sign_link
from shared.core.hold.record import Change, MessageRecord, Variant
from shared.core.message.envelope import Envelope
from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.message.identity import MessageRef
from shared.core.message.summary import MessageSummary
from shared.core.notice.hold_view import HoldView, Preview
from shared.core.notice.sheet import HoldEnd, make_sheet
from shared.core.policy.decision import Anchor, AnchorKind, Decision, DecisionPart, Disposition, Reason
from shared.core.text.language import Language
from tests.support.app import SENDER as WORLD_SENDER
from tests.support.app import World
from tests.support.records import HOLD_PLAN, NOW, make_reception, make_ref

SENDER = "sato@aozora.example"
AUTHOR = Mailbox(SENDER, "佐藤 花子")
TOKYO = ZoneInfo("Asia/Tokyo")
BODY = """田中様

いつもお世話になっております。青空商事の佐藤です。
10月度のお見積書（最終版）をお送りいたします。
"""
_PEOPLE = (
    ("yamada@aozora.example", "山田 太郎", RecipientField.CC, False, 1),
    ("suzuki@hoshizora.example", "鈴木 美咲", RecipientField.CC, True, 1),
    ("tanaka@hoshizora.example", "田中 一郎", RecipientField.TO, True, 1),
    ("purchase@rival.example", "", RecipientField.TO, True, 1),
    ("sales-all@aozora.example", "営業部 全員", RecipientField.CC, False, 24),
    ("kato@aozora-sales.example", "加藤", RecipientField.BCC, False, 1),
)


def people(count: int, domain: str = "many.example") -> tuple[RecipientFacts, ...]:
    """Many external recipients of one domain."""
    return tuple(RecipientFacts(f"p{number}@{domain}", domain, RecipientField.TO, True) for number in range(count))


def make_change(
    *,
    subject: str | None = "【至急】お見積書送付の件",
    recipients: tuple[RecipientFacts, ...] = (),
    attachments: tuple[AttachmentFacts, ...] | None = None,
    reasons: tuple[Reason, ...] | None = None,
    author: Mailbox | None = AUTHOR,
    disposition: Disposition = Disposition.HOLD,
    reverse_path: str = SENDER,
    now: datetime = NOW,
    **decided: object,
) -> Change:
    """The first change of a message to six people in four domains, with two attachments and three reasons.

    ``decided`` are further fields of the decision.
    """
    known = recipients or tuple(
        RecipientFacts(address, address.rpartition("@")[2], field, external, name, members)
        for address, name, field, external, members in _PEOPLE
    )
    if attachments is None:
        attachments = (
            AttachmentFacts("見積書①_株式会社ほしぞら様.xlsx", 1_258_291, "application/vnd.ms-excel", "2"),
            AttachmentFacts("契約書.pdf", 348_160, "application/pdf", "3"),
        )
    envelope = Envelope(reverse_path, tuple(facts.address for facts in known))
    if reasons is None:
        reasons = (
            Reason(
                "rule.forced-alert",
                (("count", 1),),
                (Anchor(AnchorKind.RECIPIENT, "purchase@rival.example"),),
                "rivals",
                "競合他社への送信",
                "競合他社のドメインです。必ず上長に確かめてください。",
            ),
            Reason(
                "rule.recipient-external",
                (("count", 3),),
                tuple(Anchor(AnchorKind.RECIPIENT, facts.address) for facts in known if facts.external),
                "external",
            ),
            Reason(
                "rule.has-attachments",
                (("count", 2),),
                (Anchor(AnchorKind.ATTACHMENT, "2"), Anchor(AnchorKind.ATTACHMENT, "3")),
                "files",
            ),
        )
    summary = MessageSummary(
        header_from=(author,) if author else (),
        subject=subject,
        date=NOW,
        message_id="<estimate-1@aozora.example>",
        recipients=known,
        attachments=attachments,
        attachments_total=len(attachments),
        attachments_size=sum(attachment.size for attachment in attachments),
        size=1_800_000,
    )
    return begin(
        make_ref(at=now),
        envelope,
        make_reception(1_800_000, now),
        summary,
        Decision((DecisionPart(envelope.recipients, disposition, reasons),), 1, **decided),  # type: ignore[arg-type]  # tests name the fields
        (Variant("original", "spool", b"X-Matta-Trace: v1; test\r\n"),),
        HOLD_PLAN,
        now,
    )


def make_view(
    record: MessageRecord, language: Language = "ja", *, person: str = SENDER, preview: str = BODY, end: str = "discard"
) -> HoldView:
    """What a person sees of it."""
    return HoldView(
        person=person,
        language=language,
        zone=TOKYO,
        sheet=make_sheet(record, frozenset({"aozora.example"})),
        end=HoldEnd(end, None if end == "leave" else record.due_at),
        preview=Preview(preview, False, True),
        history=(),
    )


def with_header(record: MessageRecord, **changes: object) -> MessageRecord:
    """The record with fields of its summary changed."""
    return replace(record, summary=replace(record.summary, **changes))  # type: ignore[arg-type]  # tests name the fields


def link_to(world: World, ref: MessageRef, person: str = WORLD_SENDER, **changes: object) -> str:
    """A token as a notice carries it, or one with claims changed."""
    now = world.clock.now()
    claims = LinkClaims(ref, person, Purpose.HOLD, now, now + timedelta(days=7))
    return sign_link(replace(claims, **changes), world.app.secrets.signing_keys("link")[0])  # type: ignore[arg-type]  # tests name the fields
