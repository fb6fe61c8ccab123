"""The receipt: who gets it, by which way, and what it tells."""

from __future__ import annotations

import re

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.password_notice import NoticeVerb
from shared.core.hold.record import EventCode, OutboxEntry, OutboxKind
from shared.core.people.delegation import Absence, Delegation, Proxy
from shared.core.people.person import Person, PersonKind
from shared.core.policy.actions import Zip
from shared.core.policy.tenant_settings import HoldNotices, NoticeChannel, NoticeText, Teams
from shared.usecases.change_password_notice import change_password_notice
from shared.usecases.decide_hold import Asker
from shared.usecases.link_dialogue import Visit
from shared.usecases.password_dialogue import visit_passwords
from shared.usecases.web_page import Answer
from shared.usecases.write_receipt import write_receipt
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.encrypted_mail import delivered_file, parsed, password_of, receipts, text_of, zip_world
from tests.support.teams_people import ENTRA, chat, put_in_teams

PROXY = "kacho@aozora.example"


def test_sender_learns_message_recipients_file_algorithm_password_and_when_it_goes_out() -> None:
    world = zip_world()
    ref = delivered_file(world, OUTSIDE, INSIDE)
    [mail] = receipts(world)
    (variant,) = [one for one in world.record(ref).variants if one.password]
    text = text_of(mail)
    assert (mail.reverse_path, mail.recipients) == ("", (SENDER,))
    assert parsed(mail)["Subject"] == "添付ファイルを暗号化しました：お見積り"
    assert f"ファイル名: {variant.file_name}" in text
    assert "暗号方式: AES-256" in text
    assert f"パスワード: {password_of(world, ref)}" in text
    assert "パスワード通知は 2026年11月21日(土) 18:05 JST に自動で送られます。" in text
    encrypted, left_out = text.split("元のファイルのままの宛先")
    assert OUTSIDE in encrypted
    assert INSIDE not in encrypted
    assert INSIDE in left_out
    html = parsed(mail).get_body(("html",))
    assert html is not None
    assert password_of(world, ref) in html.get_content()


def test_link_in_it_leads_to_the_page() -> None:
    world = zip_world()
    delivered_file(world)
    found = re.search(r"https://matta\.example/p/(\S+)", text_of(receipts(world)[0]))
    assert found is not None
    assert visit_passwords(world.app, Visit(found.group(1))).answer is Answer.SHOWN


@pytest.mark.parametrize(
    ("notice", "told"),
    [("manual", "自動では通知されません"), ("none", "別の方法で相手の方にお伝えください")],
)
def test_receipt_says_what_the_sender_has_to_do(notice: str, told: str) -> None:
    world = zip_world(Zip(notice=notice))  # type: ignore[arg-type]  # the table names the words
    delivered_file(world)
    [mail] = receipts(world)
    assert told in text_of(mail)


def test_running_twice_tells_once() -> None:
    world = zip_world()
    ref = delivered_file(world)
    (event,) = [one for one in world.messages.events(ref) if one.code is EventCode.PASSWORD_WAITING]
    write_receipt(world.app, ref, OutboxEntry(OutboxKind.RECEIPT, event.number, event.at))
    world.work()
    assert len(receipts(world)) == 1


def test_proxies_of_a_shared_mailbox_are_told_in_its_place() -> None:
    world = zip_world()
    world.directory.save("demo", (Person(SENDER, kind=PersonKind.SHARED),))
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
    delivered_file(world)
    assert receipts(world) == []
    [mail] = receipts(world, PROXY)
    assert f"{SENDER} の代理人として" in text_of(mail)


def test_somebody_away_and_their_proxy_are_told() -> None:
    world = zip_world()
    now = world.clock.now()
    absence = Absence(now, now.replace(year=now.year + 1))
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),), (absence,)))
    delivered_file(world)
    assert (len(receipts(world)), len(receipts(world, PROXY))) == (1, 1)


def test_tenants_own_words_stand_in_place_of_ours() -> None:
    own = NoticeText(notice="receipt", language="ja", subject="{{ file_name }}", text="{{ algorithm }} で守りました")
    world = zip_world(notices=HoldNotices(texts=(own,)))
    ref = delivered_file(world)
    [mail] = receipts(world)
    assert str(parsed(mail)["Subject"]).startswith("enc_")
    assert "AES-256 で守りました" in text_of(mail)
    assert password_of(world, ref) in text_of(mail)


def teams_world(channel: NoticeChannel) -> World:
    world = zip_world(notices=HoldNotices(channels=(channel,)), teams=Teams(entra_tenant=ENTRA))
    put_in_teams(world, SENDER)
    return world


def test_short_text_in_teams_holds_no_password() -> None:
    world = teams_world("teams-text")
    ref = delivered_file(world)
    [posted] = chat(world)
    assert "https://matta.example/p/" in posted.text
    assert password_of(world, ref) not in posted.text


def test_card_in_teams_follows_the_notice() -> None:
    world = teams_world("teams-card")
    ref = delivered_file(world)
    [posted] = chat(world)
    assert password_of(world, ref).encode() in posted.card
    assert b"password.pause" in posted.card
    change_password_notice(world.app, ref, Asker(SENDER, Channel.TEAMS), "part-0", NoticeVerb.PAUSE)
    world.work()
    [posted] = chat(world)
    assert b"password.resume" in posted.card
    assert b"password.pause" not in posted.card
    change_password_notice(world.app, ref, Asker(SENDER, Channel.TEAMS), "part-0", NoticeVerb.SEND)
    world.work()
    [posted] = chat(world)
    assert b"password.send" not in posted.card
    assert receipts(world) == []
