"""The sheet: who gets the message, grouped and counted; footnote marks at what each reason is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.core.hold import state
from shared.core.hold.record import Fate, MessageRecord
from shared.core.hold.state import HoldPlan
from shared.core.hold.working_time import working_time
from shared.core.message.facts import AttachmentFacts, Mailbox, RecipientFacts, RecipientField
from shared.core.notice.sheet import Counts, HoldEnd, hold_end, make_sheet
from shared.core.policy.decision import Anchor, AnchorKind, Disposition, Reason
from shared.core.policy.tenant_settings import BusinessHours
from tests.support.holds import make_change, with_header
from tests.support.records import HOLD_PLAN, NOW, SENDER, begun

INTERNAL = frozenset({"aozora.example", ".aozora-sales.example"})


def test_recipients_are_grouped_external_first_and_by_domain_with_to_before_cc_before_bcc() -> None:
    sheet = make_sheet(make_change().record, INTERNAL)
    assert [
        (
            group.external,
            group.count,
            [(domain.name, [one.address for one in domain.people]) for domain in group.domains],
        )
        for group in sheet.groups
    ] == [
        (
            True,
            3,
            [
                ("hoshizora.example", ["tanaka@hoshizora.example", "suzuki@hoshizora.example"]),
                ("rival.example", ["purchase@rival.example"]),
            ],
        ),
        (
            False,
            3,
            [
                ("aozora.example", ["yamada@aozora.example", "sales-all@aozora.example"]),
                ("aozora-sales.example", ["kato@aozora-sales.example"]),
            ],
        ),
    ]
    assert sheet.counts == Counts(6, 2, 3, 1)
    assert sheet.external_domains == ("hoshizora.example", "rival.example")


def test_a_domain_with_a_mark_comes_before_a_larger_one_without() -> None:
    reason = Reason("rule.forced-alert", (("count", 1),), (Anchor(AnchorKind.RECIPIENT, "purchase@rival.example"),))
    sheet = make_sheet(make_change(reasons=(reason,)).record, INTERNAL)
    assert sheet.external_domains == ("rival.example", "hoshizora.example")


def test_marks_stand_at_what_reasons_are_about() -> None:
    sheet = make_sheet(make_change().record, INTERNAL)
    marks = {one.address: one.marks for group in sheet.groups for domain in group.domains for one in domain.people}
    assert marks["purchase@rival.example"] == (1, 2)
    assert marks["tanaka@hoshizora.example"] == (2,)
    assert marks["yamada@aozora.example"] == ()
    assert [attachment.marks for attachment in sheet.attachments] == [(3,), (3,)]
    assert sheet.subject_marks == ()
    assert [(numbered.number, numbered.reason.code) for numbered in sheet.reasons] == [
        (1, "rule.forced-alert"),
        (2, "rule.recipient-external"),
        (3, "rule.has-attachments"),
    ]


@pytest.mark.parametrize(
    ("anchor", "address"),
    [
        pytest.param("TANAKA@Hoshizora.Example", "tanaka@hoshizora.example", id="another case"),
        pytest.param("taro@xn--r8jz45g.jp", "taro@例え.jp", id="another spelling of the domain"),
    ],
)
def test_a_mark_finds_its_recipient_however_the_address_is_spelled(anchor: str, address: str) -> None:
    change = make_change(
        recipients=(RecipientFacts(address, "example", RecipientField.TO, True),),
        reasons=(Reason("rule.forced-alert", (("count", 1),), (Anchor(AnchorKind.RECIPIENT, anchor),)),),
    )
    assert make_sheet(change.record, INTERNAL).groups[0].domains[0].people[0].marks == (1,)


def test_a_blank_subject_bears_its_mark() -> None:
    reason = Reason("rule.subject-blank", (), (Anchor(AnchorKind.SUBJECT),))
    sheet = make_sheet(make_change(subject=None, reasons=(reason,)).record, INTERNAL)
    assert (sheet.subject, sheet.subject_marks) == ("", (1,))


def test_recipients_that_were_not_read_are_shown_from_the_envelope() -> None:
    record = make_change().record
    sheet = make_sheet(with_header(record, recipients=()), INTERNAL)
    assert sheet.counts == Counts(6, 0, 0, 6)
    assert {group.external: group.count for group in sheet.groups} == {True: 3, False: 3}


def test_what_strangers_wrote_cannot_move_or_hide() -> None:
    change = make_change(
        subject="pay\u202efdp.exe\r\nBcc: all@x",
        author=Mailbox("a\u200bb@aozora.example", "Bo\0ss\u2066"),
        attachments=(
            AttachmentFacts("invoice\u202efdp.exe", 1, "a/b", "2"),
            AttachmentFacts("n" * 5000, 1, "a/b", "3"),
        ),
        recipients=(RecipientFacts("x@rival.example", "rival.example", RecipientField.TO, True, "boss\u202e@aozora"),),
    )
    sheet = make_sheet(change.record, INTERNAL)
    assert sheet.subject == "payfdp.exe Bcc: all@x"
    assert (sheet.from_name, sheet.from_address) == ("Boss", "ab@aozora.example")
    assert sheet.attachments[0].name == "invoicefdp.exe"
    assert len(sheet.attachments[1].name) <= 240
    assert sheet.groups[0].domains[0].people[0].display_name == "boss@aozora"


def test_without_a_from_field_the_envelope_names_the_author() -> None:
    assert make_sheet(make_change(author=None).record, INTERNAL).from_address == "sato@aozora.example"


def test_attachments_beyond_the_summary_are_counted() -> None:
    sheet = make_sheet(with_header(make_change().record, attachments_total=250), INTERNAL)
    assert sheet.attachments_omitted == 248


def test_after_delivery_each_recipient_has_their_fate_and_the_refusal() -> None:
    record = state.release(make_change().record, SENDER, NOW).record
    failed = replace(record.recipients[0], fate=Fate.FAILED, code=550, status="5.1.1", text="5.1.1 no\r\nsuch user")
    record = replace(record, recipients=(failed, replace(record.recipients[1], fate=Fate.SENT), *record.recipients[2:]))
    sheet = make_sheet(record, INTERNAL)
    shown = {one.address: one for group in sheet.groups for domain in group.domains for one in domain.people}
    assert (shown[failed.address].fate, shown[failed.address].reply) == (Fate.FAILED, "550 5.1.1 no such user")
    assert shown[record.recipients[1].address].fate is Fate.SENT
    assert shown[record.recipients[2].address].reply == ""


def _reminded(times: int) -> MessageRecord:
    record, now = begun().record, NOW
    for _ in range(times):
        now += HOLD_PLAN.reminder_pause
        change = state.hold_due(record, HOLD_PLAN, now)
        assert change is not None
        record = change.record
    return record


@pytest.mark.parametrize(
    ("record", "at_end", "expected"),
    [
        pytest.param(_reminded(0), "discard", HoldEnd("discard", NOW + timedelta(hours=12)), id="fresh"),
        pytest.param(_reminded(1), "discard", HoldEnd("discard", NOW + timedelta(hours=12)), id="reminded once"),
        pytest.param(_reminded(2), "release", HoldEnd("release", NOW + timedelta(hours=12)), id="reminded twice"),
        pytest.param(_reminded(0), "leave", HoldEnd("leave", None), id="nothing at the end"),
        pytest.param(_reminded(3), "discard", HoldEnd("leave", None), id="left, and the setting changed later"),
    ],
)
def test_the_end_of_a_hold_stays_where_it_was_announced(record: MessageRecord, at_end: str, expected: HoldEnd) -> None:
    assert hold_end(record, HoldPlan(timedelta(hours=4), 2, at_end)) == expected


def test_with_business_hours_the_end_is_that_of_the_pauses_one_by_one() -> None:
    """Saturday evening in Tokyo; Monday 23 November 2026 is a holiday: four hours end at 13:00, 17:00 and at 12:00 the day after."""
    working = working_time(BusinessHours(start="09:00", end="18:00"), "Asia/Tokyo")
    plan = HoldPlan(timedelta(hours=4), 2, "discard", working)
    record = begun(plan=plan).record
    assert hold_end(record, plan) == HoldEnd("discard", datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("Asia/Tokyo")))


def test_the_end_of_a_delay_is_its_release() -> None:
    record = make_change(disposition=Disposition.DELIVER, delay_minutes=10).record
    assert hold_end(record, HoldPlan(timedelta(hours=4), 2, "discard")) == HoldEnd(
        "release", NOW + timedelta(minutes=10)
    )
