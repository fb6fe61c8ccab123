"""What a sender is shown of an encryption, from the record alone."""

from __future__ import annotations

from dataclasses import replace

from shared.core.hold.password_notice import NoticeState, NoticeVerb
from shared.core.hold.record import Fate
from shared.core.notice.receipt_sheet import make_receipt_sheet
from tests.support.cards import INTERNAL, SECRET, encrypted, receipt_sheet
from tests.support.holds import make_change

RECORD = make_change().record


def test_recipients_are_those_of_the_archive_and_the_others_are_left_out() -> None:
    sheet = receipt_sheet(encrypted(RECORD))
    (archive,) = sheet.encryptions
    assert {one.address for one in archive.recipients} == {
        "suzuki@hoshizora.example",
        "tanaka@hoshizora.example",
        "purchase@rival.example",
    }
    assert {one.display_name for one in sheet.left_out} == {"山田 太郎", "営業部 全員", "加藤"}
    assert (archive.file_name, archive.algorithm, archive.password) == ("enc_1.zip", "AES-256", SECRET)
    assert archive.verbs == (NoticeVerb.SEND, NoticeVerb.PAUSE, NoticeVerb.DELETE)


def test_who_was_dropped_is_in_neither_list() -> None:
    record = encrypted(RECORD)
    recipients = tuple(
        replace(one, fate=Fate.DROPPED) if one.address.startswith(("purchase", "kato")) else one
        for one in record.recipients
    )
    sheet = receipt_sheet(replace(record, recipients=recipients))
    shown = {one.address for one in (*sheet.encryptions[0].recipients, *sheet.left_out)}
    assert not any(address.startswith(("purchase", "kato")) for address in shown)
    assert len(shown) == 4


def test_without_its_password_the_archive_is_shown_all_the_same() -> None:
    (archive,) = make_receipt_sheet(encrypted(RECORD, NoticeState.SENT), INTERNAL, {}).encryptions
    assert (archive.password, archive.told, archive.verbs) == ("", 3, ())


def test_a_recipient_whom_a_policy_added_is_shown_by_the_address() -> None:
    record = encrypted(RECORD)
    added = replace(record.recipients[-1], address="boss@aozora.example")
    sheet = receipt_sheet(replace(record, recipients=(*record.recipients, added)))
    assert "boss@aozora.example" in {one.address for one in sheet.left_out}


def test_the_password_is_in_no_representation() -> None:
    assert SECRET not in repr(receipt_sheet(encrypted(RECORD)))
