"""What a tenant's words are filled with, from what people are shown of a message."""

from __future__ import annotations

from datetime import timedelta

from shared.core.notice.notice_variables import MOST_NAMES, end_text, make_notice_variables
from shared.core.notice.sheet import HoldEnd, make_sheet
from shared.core.policy.decision import Reason
from tests.support.cards import INTERNAL
from tests.support.holds import make_change
from tests.support.records import NOW
from tests.support.settings import tenant_settings

SETTINGS = tenant_settings(name="青空商事")


def test_the_values_are_those_of_the_message_in_the_tenants_time() -> None:
    sheet = make_sheet(make_change().record, INTERNAL)
    found = make_notice_variables(sheet, SETTINGS, "ja", NOW, number=2)
    assert (found.sender_name, found.sender_address) == ("佐藤 花子", "sato@aozora.example")
    assert (found.recipient_count, found.external_count) == (6, 3)
    assert found.domains == "hoshizora.example、rival.example"
    assert found.reasons == "競合他社への送信、社外の宛先あり、添付ファイルあり"
    assert found.attachments[1] == ("契約書.pdf", 348_160)
    assert (found.tenant_name, found.number) == ("青空商事", 2)
    assert f"{found.now:%H:%M %z}" == "18:00 +0900"


def test_many_reasons_are_counted() -> None:
    many = make_change(reasons=tuple(Reason("rule.condition", name=f"r{number}") for number in range(50))).record
    found = make_notice_variables(make_sheet(many, INTERNAL), SETTINGS, "en", NOW)
    assert found.reasons.startswith("r0, r1, ")
    assert found.reasons.endswith(f"and {50 - MOST_NAMES} more")


def test_the_end_is_a_sentence() -> None:
    told = end_text(HoldEnd("release", NOW + timedelta(hours=1)), SETTINGS, "en")
    assert told == "If nobody decides, the message is released on Sat, 21 Nov 2026, 19:00 JST."
    assert end_text(HoldEnd("leave", None), SETTINGS, "ja") == "操作があるまで、配送されずに保留されます。"
