"""Who is told a password, by what mail, when, and that it is told once whatever runs twice."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
import pyzipper

from shared.core.hold.actor import Channel
from shared.core.hold.password_notice import NoticeState, NoticeVerb
from shared.core.hold.record import Change, EventCode, OutboxEntry, OutboxKind, State
from shared.core.hold.work_item import write_work_item
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.core.policy.actions import BccConversion, Zip
from shared.core.policy.policies import SubjectMark, Template
from shared.core.policy.tenant_settings import HoldNotices, NoticeText
from shared.errors import StorageUnavailable
from shared.ports import Stored
from shared.usecases.change_password_notice import NoticeChanged, NoticeUnchanged, change_password_notice
from shared.usecases.decide_hold import Asker
from shared.usecases.run_due import run_due
from shared.usecases.send_password_notice import PATIENCE, send_password_notice
from tests.fakes.secrets import DEFAULT_KEYS, FakeSecrets
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.encrypted_mail import (
    OTHER,
    SECRET_FILE,
    delivered_file,
    is_zip,
    parsed,
    password_mails,
    password_of,
    receipts,
    send_file,
    text_of,
    the_notice,
    tick,
    told_password,
    transactions_with,
    zip_world,
)
from tests.support.threads import at_once

ASKER = Asker(SENDER, Channel.LINK, "192.0.2.1")
NEW_KEY = SigningKey("seal-2", b"another-seal-key-of-the-tests-01")


def sending(world: World, ref: MessageRef) -> OutboxEntry:
    (event,) = [one for one in world.messages.events(ref) if one.code is EventCode.PASSWORD_SENT]
    return OutboxEntry(OutboxKind.PASSWORD_NOTICE, event.number, event.at)


def test_five_minutes_after_delivery_recipients_get_a_mail_of_its_own() -> None:
    world = zip_world()
    ref = delivered_file(world)
    tick(world, minutes=4, seconds=59)
    assert password_mails(world) == []
    tick(world, seconds=1)
    [mail] = password_mails(world)
    (zipped,) = [sent for sent in transactions_with(world, SENDER, OUTSIDE) if is_zip(sent)]
    (attachment,) = parsed(zipped).iter_attachments()
    with pyzipper.AESZipFile(io.BytesIO(attachment.get_payload(decode=True))) as archive:  # type: ignore[arg-type]  # a leaf has bytes
        archive.setpassword(told_password(mail).encode())
        assert archive.read("見積書.pdf") == SECRET_FILE
    message = parsed(mail)
    assert (mail.reverse_path, mail.recipients) == (SENDER, (OUTSIDE,))
    assert message["From"].addresses[0].addr_spec == SENDER
    assert message["From"].addresses[0].display_name == "青空 花子"
    assert message["To"] == OUTSIDE
    assert message["In-Reply-To"] == message["References"] == "<mitsumori-1@aozora.example>"
    assert message["Subject"] == "パスワードのお知らせ：お見積り"
    assert (attachment.get_filename() or "?") in text_of(mail)
    assert f"Password: {password_of(world, ref)}" in text_of(mail)  # and in the other language
    assert the_notice(world, ref).state is NoticeState.SENT
    tick(world, hours=24)
    assert len(password_mails(world)) == 1


def test_only_recipients_of_the_zip_are_told() -> None:
    world = zip_world()
    delivered_file(world, OUTSIDE, INSIDE)
    tick(world, minutes=5)
    assert [mail.recipients for mail in password_mails(world)] == [(OUTSIDE,)]


@pytest.mark.parametrize(
    ("notice", "state"), [("manual", NoticeState.MANUAL), ("none", NoticeState.NONE)], ids=["manual", "none"]
)
def test_what_is_not_automatic_does_not_go_out_by_itself(notice: str, state: NoticeState) -> None:
    world = zip_world(Zip(notice=notice))  # type: ignore[arg-type]  # the table names the words
    ref = delivered_file(world)
    tick(world, hours=100)
    assert password_mails(world) == []
    assert the_notice(world, ref).state is state
    assert len(receipts(world)) == 1


def test_recipients_of_to_and_cc_are_named_and_bcc_ones_are_not() -> None:
    world = zip_world()
    third = "secret@hidden.example"
    send_file(world, OUTSIDE, OTHER, third, INSIDE, to=(OUTSIDE, INSIDE), cc=(OTHER,))
    tick(world, minutes=5)
    [mail] = password_mails(world)
    assert set(mail.recipients) == {OUTSIDE, OTHER, third}
    assert (parsed(mail)["To"], parsed(mail)["Cc"]) == (OUTSIDE, OTHER)
    assert third.encode() not in mail.data


def test_nobody_is_named_where_to_and_cc_became_bcc() -> None:
    world = zip_world(Zip(), BccConversion())
    delivered_file(world, OUTSIDE, OTHER)
    tick(world, minutes=5)
    [mail] = password_mails(world)
    assert set(mail.recipients) == {OUTSIDE, OTHER}
    assert parsed(mail)["To"] == "undisclosed-recipients:;"
    assert OUTSIDE.encode() not in mail.data
    assert OTHER.encode() not in mail.data


def test_recipient_whose_server_was_away_is_told_after_getting_the_file() -> None:
    world = zip_world()
    world.next_hop.answer(OTHER, 451)
    ref = send_file(world, OUTSIDE, OTHER)
    assert world.record(ref).state is State.DELIVERING
    world.pass_time(lambda: bool(password_mails(world)))
    assert [mail.recipients for mail in password_mails(world)] == [(OUTSIDE,)]
    world.next_hop.answer(OTHER, 250)
    world.pass_time(lambda: len(password_mails(world)) == 2, step=timedelta(minutes=1))
    assert world.record(ref).state is State.DELIVERED
    assert password_mails(world)[1].recipients == (OTHER,)
    got_it = next(one.at for one in world.record(ref).recipients if one.address == OTHER)
    assert got_it is not None
    assert world.clock.now() - got_it >= timedelta(minutes=5)
    assert len(receipts(world)) == 1


def test_recipient_who_bounced_is_never_told() -> None:
    world = zip_world()
    world.next_hop.answer(OTHER, 550)
    send_file(world, OUTSIDE, OTHER)
    world.next_hop.answer(OTHER, 250)
    tick(world, minutes=5)
    tick(world, hours=48)
    assert [mail.recipients for mail in password_mails(world)] == [(OUTSIDE,)]


def test_bounced_password_mail_comes_back_to_the_sender() -> None:
    world = zip_world()
    ref = delivered_file(world)
    world.next_hop.answer(OUTSIDE, 550)
    tick(world, minutes=5)
    reports = [sent for sent in world.next_hop.transactions if b"multipart/report" in sent.data]
    assert [report.accepted for report in reports] == [(SENDER,)]
    assert password_of(world, ref).encode() not in reports[0].data


def test_running_twice_makes_one_mail() -> None:
    world = zip_world()
    ref = delivered_file(world)
    tick(world, minutes=5)
    entry = sending(world, ref)
    assert not send_password_notice(world.app, ref, entry)
    at_once(4, lambda _: send_password_notice(world.app, ref, entry))
    world.work()
    assert len(password_mails(world)) == 1


def test_a_queue_that_is_down_loses_no_mail() -> None:
    world = zip_world()
    delivered_file(world)
    world.queue.trouble.before("send", StorageUnavailable("down"))
    tick(world, minutes=5)
    world.pass_time(lambda: len(password_mails(world)) == 1)


def test_a_crash_before_the_mail_is_stored_leaves_it_owed() -> None:
    world = zip_world()
    delivered_file(world)
    world.spool.trouble.before("write_outgoing", StorageUnavailable("died"))
    with pytest.raises(StorageUnavailable):
        tick(world, minutes=5)
    world.pass_time(lambda: len(password_mails(world)) == 1)


@pytest.mark.parametrize("round_", range(10))
def test_send_now_and_the_timer_at_the_same_second_make_one_mail(round_: int) -> None:
    world = zip_world()
    ref = delivered_file(world)
    world.clock.advance(seconds=300)
    acts: list[Callable[[], object]] = [
        lambda: run_due(world.app),
        lambda: change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.SEND),
    ]
    at_once(2, lambda number: acts[(number + round_) % 2]())
    tick(world, minutes=1)
    assert len(password_mails(world)) == 1
    codes = [event.code for event in world.messages.events(ref)]
    assert codes.count(EventCode.PASSWORD_SENT) == 1


def test_a_pause_that_wins_against_the_timer_holds_the_mail_back(monkeypatch: pytest.MonkeyPatch) -> None:
    world = zip_world()
    ref = delivered_file(world)
    world.clock.advance(seconds=300)
    commit = world.messages.commit

    def after_somebody_else(before: Stored, change: Change) -> Stored:
        monkeypatch.setattr(world.messages, "commit", commit)
        change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.PAUSE)
        return commit(before, change)

    monkeypatch.setattr(world.messages, "commit", after_somebody_else)
    run_due(world.app)
    world.work()
    assert the_notice(world, ref).state is NoticeState.PAUSED
    tick(world, hours=24)
    assert password_mails(world) == []


def test_paused_resumed_and_sent() -> None:
    world = zip_world()
    ref = delivered_file(world)
    tick(world, minutes=3)
    assert isinstance(change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.PAUSE), NoticeChanged)
    tick(world, hours=24)
    assert password_mails(world) == []
    assert isinstance(change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.RESUME), NoticeChanged)
    tick(world, minutes=1)
    assert password_mails(world) == []
    tick(world, minutes=1)
    assert len(password_mails(world)) == 1


def test_deleted_notice_never_goes_out() -> None:
    world = zip_world()
    ref = delivered_file(world)
    change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.DELETE)
    tick(world, hours=24)
    assert password_mails(world) == []
    assert isinstance(change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.SEND), NoticeUnchanged)


def test_policys_template_is_used_and_the_password_added_where_it_forgets_it() -> None:
    template = Template(
        id="t", text="{{ sender_name }}です。{{ file_name }} の件。", html="<p>{{ subject }}: <b>{{ password }}</b></p>"
    )
    world = zip_world(Zip(notice_template="t"), templates=(template,))
    ref = delivered_file(world)
    tick(world, minutes=5)
    [mail] = password_mails(world)
    password = password_of(world, ref)
    assert text_of(mail).startswith("青空 花子です。enc_")
    assert f"パスワード：{password}" in text_of(mail)
    html = parsed(mail).get_body(("html",))
    assert html is not None
    assert f"お見積り: <b>{password}</b>" in html.get_content()


def test_template_as_it_was_when_the_message_was_judged() -> None:
    world = zip_world(Zip(notice_template="t"), templates=(Template(id="t", text="before {{ password }}"),))
    delivered_file(world)
    present = world.settings_store.tenant("demo")
    world.settings_store.save(msgspec.structs.replace(present, templates=(Template(id="t", text="after"),)))
    tick(world, minutes=5)
    assert text_of(password_mails(world)[0]).startswith("before ")


def test_tenants_own_words_are_used_without_a_template() -> None:
    own = NoticeText(
        notice="password", language="ja", subject="【{{ tenant_name }}】鍵", text="鍵は {{ password }} です"
    )
    world = zip_world(name="青空商事", notices=HoldNotices(texts=(own,)))
    ref = delivered_file(world)
    tick(world, minutes=5)
    [mail] = password_mails(world)
    assert parsed(mail)["Subject"] == "【青空商事】鍵"
    assert text_of(mail).strip() == f"鍵は {password_of(world, ref)} です"


def test_senders_language_comes_first() -> None:
    world = zip_world(notices=HoldNotices(language="en"))
    delivered_file(world)
    tick(world, minutes=5)
    [mail] = password_mails(world)
    assert parsed(mail)["Subject"] == "Password for: お見積り"
    assert text_of(mail).index("Password:") < text_of(mail).index("パスワード：")


def test_marks_that_a_policy_took_out_of_the_subject_do_not_come_back() -> None:
    world = zip_world(subject_marks=(SubjectMark(mark="[[zip]]", effect="zip"),))
    send_file(world, OUTSIDE, subject="[[zip]] お見積り")
    tick(world, minutes=5)
    assert parsed(password_mails(world)[0])["Subject"] == "パスワードのお知らせ：お見積り"


def test_addresses_beyond_ascii_get_a_mail_with_smtputf8() -> None:
    world = zip_world()
    person = "太郎@例え.example"
    ref = delivered_file(world, person)
    tick(world, minutes=5)
    [mail] = password_mails(world)
    own = next(one for one in map(world.record, world.messages.refs) if one.own.startswith("password-"))
    assert own.envelope.smtputf8
    assert person.encode() in mail.data
    assert told_password(mail) == password_of(world, ref)


# --- keys


def rotate(world: World, *keys: SigningKey) -> None:
    secrets = world.app.secrets
    assert isinstance(secrets, FakeSecrets)
    secrets.keys["seal"] = keys


def test_keys_change_while_notices_wait_and_go_out() -> None:
    world = zip_world()
    first = delivered_file(world)
    rotate(world, NEW_KEY, *DEFAULT_KEYS["seal"])
    second = delivered_file(world, OTHER)
    sealed = [next(one.password for one in world.record(ref).variants if one.password) for ref in (first, second)]
    assert (b"seal-1" in sealed[0], b"seal-2" in sealed[1]) == (True, True)
    tick(world, minutes=5)
    assert {told_password(mail) for mail in password_mails(world)} == {
        password_of(world, first),
        password_of(world, second),
    }


def test_key_that_comes_back_in_time_is_no_failure() -> None:
    world = zip_world()
    delivered_file(world)
    rotate(world, NEW_KEY)
    tick(world, minutes=5)
    assert password_mails(world) == []
    rotate(world, NEW_KEY, *DEFAULT_KEYS["seal"])
    world.pass_time(lambda: len(password_mails(world)) == 1)
    assert len(receipts(world)) == 1


def test_key_that_is_gone_tells_the_sender_and_waits_for_a_person(caplog: pytest.LogCaptureFixture) -> None:
    world = zip_world()
    ref = delivered_file(world)
    rotate(world, NEW_KEY)
    with caplog.at_level(logging.WARNING, "matta"):
        world.pass_time(lambda: len(receipts(world)) == 2)
    assert "CannotUnseal" in caplog.text
    assert parsed(receipts(world)[1])["Subject"] == "パスワードを通知できません：お見積り"
    assert password_mails(world) == []
    notice = the_notice(world, ref)
    assert (notice.state, notice.told) == (NoticeState.MANUAL, ())
    assert world.messages.load(ref).outbox == ()  # type: ignore[union-attr]  # it is there
    tick(world, hours=48)
    assert len(receipts(world)) == 2
    rotate(world, NEW_KEY, *DEFAULT_KEYS["seal"])
    change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.SEND)
    world.work()
    assert [told_password(mail) for mail in password_mails(world)] == [password_of(world, ref)]


def test_sending_that_was_taken_back_is_not_carried_out_by_a_late_run() -> None:
    world = zip_world()
    ref = delivered_file(world)
    rotate(world, NEW_KEY)
    tick(world, minutes=5)
    entry = sending(world, ref)
    world.clock.advance(seconds=PATIENCE.total_seconds())
    assert not send_password_notice(world.app, ref, entry)
    assert not send_password_notice(world.app, ref, entry)
    rotate(world, *DEFAULT_KEYS["seal"])
    assert not send_password_notice(world.app, ref, entry)
    failures = [one for one in world.messages.events(ref) if one.code is EventCode.PASSWORD_FAILED]
    assert len(failures) == 1


# --- secrecy


def test_password_stands_in_the_mails_and_nowhere_else(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = zip_world(direct_deliveries=3)
    bodies: list[bytes] = []
    send = world.queue.send

    def watched(ref: MessageRef, entry: OutboxEntry) -> None:
        bodies.append(write_work_item(ref, entry))
        send(ref, entry)

    monkeypatch.setattr(world.queue, "send", watched)
    with caplog.at_level(logging.DEBUG):
        ref = delivered_file(world)
        password = password_of(world, ref)
        change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.PAUSE)
        change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.SEND)
        world.work()
    assert len(password_mails(world)) == len(receipts(world)) == 1
    assert password not in caplog.text
    assert password not in repr([world.record(one) for one in world.messages.refs])
    assert password not in repr([world.messages.events(one) for one in world.messages.refs])
    documents = [msgspec.json.encode(world.record(one)) for one in world.messages.refs]
    assert password.encode() not in b"".join([*documents, *bodies])
    assert bodies
    carriers = [sent for sent in world.next_hop.transactions if password in text_of(sent)]
    assert carriers == [*receipts(world), *password_mails(world)]
