"""The page about password notices: look, show, send, pause, resume, delete; and every way to skip a step."""

from __future__ import annotations

import re

import pytest

from shared.core.hold.password_notice import NoticeState
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person
from shared.core.policy.actions import Zip
from shared.core.text.language import LANGUAGES
from shared.errors import StorageUnavailable
from shared.ports_people import AuditCode
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.link_dialogue import Visit
from shared.usecases.password_dialogue import PasswordForm, visit_passwords
from shared.usecases.web_page import Answer, Page
from tests.fakes.secrets import FakeSecrets
from tests.support.app import INSIDE, OUTSIDE, SENDER, World
from tests.support.encrypted_mail import (
    delivered_file,
    password_mails,
    password_of,
    receipt_token,
    send_file,
    the_notice,
    tick,
    zip_world,
)
from tests.support.holds import link_to

PROXY = "kacho@aozora.example"


class Visitor:
    """Somebody who holds the link of a receipt."""

    def __init__(self, world: World, person: str = SENDER, language: str = "ja") -> None:
        self.world, self.language = world, language
        self.ref = delivered_file(world, OUTSIDE, INSIDE)
        self.token = receipt_token(world, self.ref, person)

    def look(self) -> Page:
        return visit_passwords(self.world.app, Visit(self.token, self.language))

    def send(self, page: Page, action: str, *, confirmed: bool = False, variant: str = "part-0") -> Page:
        """Press a button of ``page``."""
        form = PasswordForm(action, variant, field(page, "version"), field(page, "mark"), confirmed)
        return visit_passwords(self.world.app, Visit(self.token, self.language, (), "192.0.2.1"), form)

    def is_now(self, state: NoticeState) -> bool:
        """Whether that is how the notice stands."""
        return the_notice(self.world, self.ref).state is state

    @property
    def password(self) -> str:
        return password_of(self.world, self.ref)

    def audit(self) -> list[AuditCode]:
        return [line.code for line in self.world.audit.about(self.ref)]


def field(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.html)
    assert found is not None
    return found.group(1)


def buttons(page: Page) -> list[str]:
    return re.findall(r'name="action" value="([^"]+)"', page.html)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(zip_world())


@pytest.mark.parametrize("language", LANGUAGES)
def test_look_shows_state_recipients_and_history_and_no_password(language: str) -> None:
    visitor = Visitor(zip_world(), language=language)
    page = visitor.look()
    assert (page.answer, page.language) == (Answer.SHOWN, language)
    assert visitor.password not in page.html
    assert buttons(page) == ["send", "pause", "delete", "show"]
    assert OUTSIDE in page.html
    assert INSIDE in page.html
    assert "AES-256" in page.html
    assert {"ja": "パスワード通知は、しばらくしてから自動で送られます。", "en": "goes out later by itself"}[
        language
    ] in page.html
    assert visitor.audit() == [AuditCode.LOOKED]


def test_password_is_shown_when_asked_for_and_each_time_is_written_down(visitor: Visitor) -> None:
    first = visitor.look()
    shown = visitor.send(first, "show")
    assert visitor.password in shown.html
    visitor.world.clock.advance(seconds=1)
    visitor.send(first, "show")
    assert visitor.audit().count(AuditCode.LOOKED_AT_PASSWORD) == 2
    assert visitor.is_now(NoticeState.WAITING)
    assert visitor.password not in visitor.look().html


def test_send_now_is_asked_twice(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "send")
    assert "パスワードを今すぐ送りますか" in asked.html
    assert visitor.is_now(NoticeState.WAITING)
    done = visitor.send(asked, "send", confirmed=True)
    assert "送信を受け付けました" in done.html
    assert buttons(done) == ["show"]
    visitor.world.work()
    assert len(password_mails(visitor.world)) == 1
    again = visitor.send(asked, "send", confirmed=True)
    assert again.answer is Answer.DECIDED_BEFORE
    visitor.world.work()
    assert len(password_mails(visitor.world)) == 1


def test_delete_is_asked_twice(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "delete")
    assert "パスワード通知を削除しますか" in asked.html
    assert visitor.is_now(NoticeState.WAITING)
    visitor.send(asked, "delete", confirmed=True)
    assert visitor.is_now(NoticeState.DELETED)
    tick(visitor.world, hours=24)
    assert password_mails(visitor.world) == []


def test_pause_and_resume_take_one_press(visitor: Visitor) -> None:
    paused = visitor.send(visitor.look(), "pause")
    assert "一時停止しました" in paused.html
    assert visitor.is_now(NoticeState.PAUSED)
    assert buttons(paused) == ["send", "resume", "delete", "show"]
    visitor.send(paused, "resume")
    assert visitor.is_now(NoticeState.WAITING)


def test_second_question_cannot_be_skipped_nor_answered_for_another(visitor: Visitor) -> None:
    first = visitor.look()
    assert visitor.send(first, "send", confirmed=True).answer is Answer.STALE
    asked = visitor.send(first, "delete")
    assert visitor.send(asked, "send", confirmed=True).answer is Answer.STALE
    assert visitor.send(asked, "delete", confirmed=True, variant="part-1").answer is Answer.STALE
    assert visitor.is_now(NoticeState.WAITING)


@pytest.mark.parametrize("mark", ["", "x", "A" * 3000, "é"])
def test_form_without_our_mark_does_nothing(visitor: Visitor, mark: str) -> None:
    for action in ("show", "pause", "send"):
        form = PasswordForm(action, "part-0", "3", mark, confirmed=False)
        page = visit_passwords(visitor.world.app, Visit(visitor.token, "ja"), form)
        assert page.answer is Answer.STALE
        assert visitor.password not in page.html


def test_another_version_than_the_page_was_made_for_is_no_form_of_ours(visitor: Visitor) -> None:
    first = visitor.look()
    form = PasswordForm("pause", "part-0", "999", field(first, "mark"), confirmed=False)
    assert visit_passwords(visitor.world.app, Visit(visitor.token), form).answer is Answer.STALE


def test_unknown_action_is_unreadable(visitor: Visitor) -> None:
    assert visitor.send(visitor.look(), "explode").answer is Answer.UNREADABLE


def test_old_page_changes_nothing_and_shows_how_it_stands(visitor: Visitor) -> None:
    old = visitor.look()
    visitor.send(visitor.look(), "pause")
    page = visitor.send(old, "send")
    assert page.answer is Answer.SHOWN
    assert visitor.send(page, "send", confirmed=True).answer is Answer.DECIDED_BEFORE
    assert visitor.is_now(NoticeState.PAUSED)
    visitor.send(visitor.look(), "resume")
    assert visitor.send(old, "pause").answer is Answer.DECIDED_BEFORE
    assert visitor.is_now(NoticeState.WAITING)


def test_variant_that_is_none_is_unknown(visitor: Visitor) -> None:
    assert visitor.send(visitor.look(), "pause", variant="part-9").answer is Answer.UNKNOWN


def test_key_that_is_gone_is_said(visitor: Visitor) -> None:
    page = visitor.look()
    assert isinstance(visitor.world.app.secrets, FakeSecrets)
    visitor.world.app.secrets.keys["seal"] = visitor.world.app.secrets.keys["link"]
    assert "読み出せません" in visitor.send(page, "show").html


def test_link_of_a_hold_opens_no_passwords_and_the_other_way_round(visitor: Visitor) -> None:
    hold = link_to(visitor.world, visitor.ref)
    assert visit_passwords(visitor.world.app, Visit(hold)).answer is Answer.UNKNOWN
    assert visit_hold(visitor.world.app, Visit(visitor.token)).answer is Answer.UNKNOWN


def test_proxy_sees_until_taken_away_and_the_refusal_is_written_down() -> None:
    world = zip_world()
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
    visitor = Visitor(world, PROXY)
    page = visitor.look()
    assert page.answer is Answer.SHOWN
    world.delegations.save("demo", Delegation(SENDER, (), version=1))
    assert visitor.look().answer is Answer.FOREIGN
    refused = visitor.send(page, "show")
    assert refused.answer is Answer.FOREIGN
    assert visitor.password not in refused.html
    assert visitor.audit() == [AuditCode.LOOKED, AuditCode.REFUSED, AuditCode.REFUSED]


def test_removed_sender_is_refused(visitor: Visitor) -> None:
    visitor.world.directory.save("demo", (Person(SENDER),))
    visitor.world.directory.remove("demo", (SENDER,))
    assert visitor.look().answer is Answer.FOREIGN


def test_link_too_old_or_of_a_message_without_password(visitor: Visitor) -> None:
    other = visitor.world.judge(INSIDE)
    visitor.world.work()
    plain = receipt_token(visitor.world, other)
    assert visit_passwords(visitor.world.app, Visit(plain)).answer is Answer.UNKNOWN
    visitor.world.clock.advance(seconds=8 * 86400)
    assert visitor.look().answer is Answer.EXPIRED


def test_storage_that_is_down_is_a_plain_page(visitor: Visitor) -> None:
    visitor.world.messages.trouble.before("load", StorageUnavailable("down"))
    assert visitor.look().answer is Answer.BUSY


def test_manual_notice_is_sent_from_the_page() -> None:
    visitor = Visitor(zip_world(Zip(notice="manual")))
    asked = visitor.send(visitor.look(), "send")
    visitor.send(asked, "send", confirmed=True)
    visitor.world.work()
    assert len(password_mails(visitor.world)) == 1


def test_strangers_words_stand_escaped() -> None:
    world = zip_world()
    ref = send_file(world, OUTSIDE, subject="<script>alert(1)</script>")
    page = visit_passwords(world.app, Visit(receipt_token(world, ref)))
    assert "<script>" not in page.html
    assert "&lt;script&gt;" in page.html
