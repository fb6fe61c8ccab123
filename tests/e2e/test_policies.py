"""What a tenant's policies do to real mail, from the relay to the next hop. One instance and one settings document."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from local.demo.acts import unchanged
from local.demo_tenant import COLLEAGUE, SENDER
from local.mailbox.faults import Fault
from shared.core.hold.record import State
from shared.settings import ProcessSettings
from tests.support.archives import by_seven_zip, by_unzip
from tests.support.messages import own
from tests.support.next_hop import NextHop
from tests.support.office import (
    FIXED_PASSWORD,
    NOTICE_TEXT,
    REJECT_TEXT,
    Office,
    archive_of,
    files_of,
    text_of,
)
from tests.support.running import Running
from tests.support.second_parser import second_parse

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]

IN_EFFECT_SECONDS = 10.0
FILE = "御見積書①.xlsx"
WORKBOOK = b"PK\x05\x06" + bytes(18)
"""What the demo's letters attach: as an empty workbook begins."""


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NextHop]:
    """Another server than the tenant's usual one."""
    with NextHop(tmp_path_factory.mktemp("partner")) as hop:
        yield hop


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, partner: NextHop) -> Iterator[Office]:
    """One instance for all, in which settings are cached as long as in service."""
    in_service = {"MATTA_SETTINGS_CACHE_SECONDS": str(ProcessSettings("").settings_cache_seconds)}
    with Running(tmp_path_factory.mktemp("matta"), in_service) as running:
        yield Office(running, partner.port)


def test_changed_settings_are_obeyed_within_ten_seconds(office: Office) -> None:
    assert office.seconds_to_effect < IN_EFFECT_SECONDS


def test_customers_get_an_archive_that_opens_and_colleagues_the_original(office: Office) -> None:
    customer = "tanaka@zip.example"
    sent = office.send("お見積り", customer, cc=(COLLEAGUE,), attachment=FILE)
    outside = office.arrival(sent, customer)
    unchanged(office.arrival(sent, COLLEAGUE), sent)
    archive, password = archive_of(outside), office.password(sent)
    assert by_seven_zip(archive, password) == by_unzip(archive, password) == {FILE: WORKBOOK}
    [name] = files_of(outside)
    assert f"添付の {FILE} は {name} に入っています。" in text_of(outside.parsed)
    assert [file.name for file in second_parse(outside.raw).attachments] == [name]
    assert password.encode() not in outside.raw


def test_fixed_password_opens_the_aes_archive_and_stands_nowhere_in_the_record(office: Office) -> None:
    customer = "tanaka@aes.example"
    sent = office.send("お見積り", customer, attachment=FILE)
    assert by_seven_zip(archive_of(office.arrival(sent, customer)), FIXED_PASSWORD) == {FILE: WORKBOOK}
    assert FIXED_PASSWORD not in repr(office.judged(sent))


def test_the_senders_manager_is_in_copy(office: Office) -> None:
    customer = "tanaka@boss.example"
    sent = office.send("打合せ", customer)
    for person in (customer, COLLEAGUE):
        assert str(office.arrival(sent, person).parsed["Cc"]) == COLLEAGUE


def test_several_customers_do_not_see_each_other(office: Office) -> None:
    customers = ("tanaka@bcc.example", "suzuki@kaze.example")
    sent = office.send("一斉のご案内", customers[0], cc=customers[1:])
    for person in customers:
        arrival = office.arrival(sent, person)
        assert str(arrival.parsed["To"]) == SENDER
        assert arrival.parsed["Cc"] is None
        head, _, _ = arrival.raw.partition(b"\r\n\r\n")
        assert not [other for other in customers if other.encode() in head]


def test_text_is_inserted_into_iso_2022_jp_mail_in_its_own_charset(office: Office) -> None:
    customer = "tanaka@text.example"
    raw = (
        "From: sato@aozora.example\r\nTo: tanaka@text.example\r\n"
        "Subject: =?iso-2022-jp?B?GyRCJCpDTiRpJDsbKEI=?=\r\nMessage-ID: <jis-1@aozora.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n"
        "Content-Transfer-Encoding: 7bit\r\n\r\nお知らせです。\r\n"
    ).encode("iso-2022-jp")
    arrival = office.arrival(office.send("お知らせ", customer, raw=raw), customer)
    assert arrival.parsed.get_content_charset() == "iso-2022-jp"
    assert arrival.parsed["Content-Transfer-Encoding"] == "7bit"
    assert text_of(arrival.parsed).splitlines() == ["お知らせです。", NOTICE_TEXT]
    assert second_parse(arrival.raw).text.splitlines() == ["お知らせです。", NOTICE_TEXT]


def test_header_fields_come_and_go_and_no_other_byte_moves(office: Office) -> None:
    customer = "tanaka@header.example"
    sent = office.send("区分", customer)
    arrival = office.arrival(sent, customer)
    assert str(arrival.parsed["X-Class"]) == "社外秘"
    assert arrival.parsed["X-Mailer"] is None
    assert arrival.raw.endswith(sent.raw.replace(b"X-Mailer: Aozora Mail 1.0\r\n", b""))


def test_delayed_message_is_recalled_on_its_page(office: Office) -> None:
    sent = office.send("取り消すつもり", "tanaka@delay.example")
    page = office.page(office.notice("delayed", sent.subject))
    assert office.nothing_arrived(sent)
    office.decide(page, "discard", "recall")
    office.in_state(sent, State.DISCARDED)
    assert office.nothing_arrived(sent)


def test_delayed_message_is_sent_at_once_on_its_page(office: Office) -> None:
    customer = "tanaka@delay.example"
    sent = office.send("やはり急ぎ", customer)
    office.decide(office.page(office.notice("delayed", sent.subject)), "release")
    unchanged(office.arrival(sent, customer), sent)


def test_discarded_message_reaches_nobody_and_its_sender_is_told(office: Office) -> None:
    sent = office.send("破棄される件", "tanaka@discard.example", cc=(COLLEAGUE,))
    office.notice("discarded", sent.subject)
    office.in_state(sent, State.DISCARDED)
    assert office.nothing_arrived(sent)


def test_rejected_message_comes_back_with_the_policys_words(office: Office) -> None:
    customer = "tanaka@reject.example"
    sent = office.send("戻される件", customer)
    [report] = office.acts.wait_for(lambda: office.acts.reports(customer, SENDER, office.started), "the report")
    assert report.sender == ""
    assert REJECT_TEXT in text_of(message_from_bytes(report.raw, policy=policy.default))
    office.in_state(sent, State.BOUNCED)
    assert office.nothing_arrived(sent)


def test_redirected_message_goes_to_the_other_server_for_everybody(office: Office, partner: NextHop) -> None:
    customer = "tanaka@redirect.example"
    sent = office.send("別経路", customer, cc=(COLLEAGUE,))
    [message] = partner.wait_for(1, person=customer)
    assert message.envelope.recipients == (customer, COLLEAGUE)
    assert message.raw.endswith(sent.raw)
    assert office.nothing_arrived(sent)


def test_mark_lets_a_message_pass_a_hold_and_is_gone_from_its_subject(office: Office) -> None:
    customer = "tanaka@hold.example"
    sent = office.send("[[send]] 至急のお見積り", customer, attachment=FILE)
    arrival = office.arrival(sent, customer)
    assert str(arrival.parsed["Subject"]) == "至急のお見積り"
    assert by_unzip(archive_of(arrival), office.password(sent)) == {FILE: WORKBOOK}
    assert "mark.send" in [reason.code for reason in office.judged(sent).decision.reasons]


def test_mark_leaves_attachments_as_they_are(office: Office) -> None:
    customer = "tanaka@zip.example"
    sent = office.send("[[NoZip]] パンフレット", customer, attachment=FILE)
    arrival = office.arrival(sent, customer)
    assert str(arrival.parsed["Subject"]) == "パンフレット"
    assert files_of(arrival) == {FILE: WORKBOOK}
    assert "mark.nozip" in [note.code for note in office.judged(sent).decision.notes]


def test_signed_mail_is_held_instead_of_broken_and_leaves_as_it_was(office: Office) -> None:
    customer = "tanaka@zip.example"
    raw = own("smime-signed").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    sent = office.send("signed", customer, raw=raw)
    page = office.page(office.notice("first", "signed"))
    [reason] = office.judged(sent).decision.reasons
    assert reason.code == "policy.protected"
    assert dict(reason.args) == {"protections": ("smime-signed",), "actions": ("zip",)}
    assert office.nothing_arrived(sent)
    office.decide(page, "release")
    unchanged(office.arrival(sent, customer), sent)


def test_held_message_leaves_encrypted_after_its_release(office: Office) -> None:
    customer = "tanaka@hold.example"
    sent = office.send("確認してから送るお見積り", customer, cc=(COLLEAGUE,), attachment=FILE)
    page = office.page(office.notice("first", sent.subject))
    assert office.nothing_arrived(sent)
    assert not [form for form in office.judged(sent).variants if form.password]  # made when it leaves, not before
    office.decide(page, "release")
    arrival = office.arrival(sent, customer)
    assert by_seven_zip(archive_of(arrival), office.password(sent)) == {FILE: WORKBOOK}
    unchanged(office.arrival(sent, COLLEAGUE), sent)


def test_every_attempt_sends_the_same_bytes_with_the_same_password(office: Office, partner: NextHop) -> None:
    customer = "tanaka@late.example"
    partner.faults.add(Fault("content", customer, "451 4.3.0 try again later", times=2, store=True))
    sent = office.send("あとで届くお見積り", customer, attachment=FILE)
    copies = partner.wait_for(3, person=customer)
    assert len({message.raw for message in copies}) == 1
    record = office.in_state(sent, State.DELIVERED)
    assert record.attempts == 3
    [archive] = second_parse(copies[-1].raw).attachments
    assert by_unzip(archive.content, office.password(sent)) == {FILE: WORKBOOK}
