"""The dialogue of the page: look, tick, be asked again, act; and every way in which somebody might try to skip a step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from email import policy as email_policy
from email.message import EmailMessage

import pytest

from shared.core.hold.record import Fate, State
from shared.core.message.keys import SigningKey
from shared.core.people.delegation import Delegation, Proxy
from shared.core.policy.actions import Approval, Delay
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.errors import Conflict, StorageUnavailable
from shared.ports_people import AuditCode
from shared.usecases.act_on_hold import TRIES
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.hold_form import HoldForm
from shared.usecases.link_dialogue import Visit
from shared.usecases.web_page import Answer, Page
from tests.support.app import OUTSIDE, SENDER, World, make_settings
from tests.support.holds import link_to

RIVAL = "rival@other.example"
RULES = (RuleAssignment(id="a", rule="recipient-external"), RuleAssignment(id="b", rule="all-recipients-external"))


@pytest.fixture
def world() -> World:
    return World(make_settings(rules=RULES))


class Visitor:
    """Somebody who holds a link."""

    def __init__(self, world: World, token: str, language: str = "ja") -> None:
        self.world, self.token, self.language = world, token, language

    def look(self) -> Page:
        return visit_hold(self.world.app, Visit(self.token, self.language))

    def send(self, page: Page | str, action: str, ticked: Iterable[int] = (), *, confirmed: bool = False) -> Page:
        """Send the form of ``page`` (or one with that mark)."""
        mark = page if isinstance(page, str) else mark_of(page)
        seen = shown_by(self.look() if isinstance(page, str) else page)
        form = HoldForm(action, frozenset(ticked), mark, confirmed, shown=seen)
        return visit_hold(self.world.app, Visit(self.token, self.language, (), "192.0.2.1", form))


def mark_of(page: Page) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page.html)
    assert found is not None
    return found.group(1)


def shown_by(page: Page) -> str:
    """What the form says about the recipients shown; a page without a form says nothing."""
    found = re.search(r'name="shown" value="([^"]+)"', page.html)
    return found.group(1) if found else ""


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world, link_to(world, world.judge(OUTSIDE)))


def state_of(visitor: Visitor) -> State:
    return visitor.world.record(visitor.world.messages.refs[0]).state


def test_release_takes_a_look_ticks_and_a_second_yes(visitor: Visitor) -> None:
    first = visitor.look()
    assert first.answer is Answer.SHOWN
    assert "保留中です" in first.html
    asked = visitor.send(first, "release", {1, 2})
    assert asked.answer is Answer.SHOWN
    assert "このメールを配送しますか" in asked.html
    assert state_of(visitor) is State.HELD
    done = visitor.send(asked, "release", {1, 2}, confirmed=True)
    assert done.answer is Answer.SHOWN
    assert "配送を受け付けました" in done.html
    assert state_of(visitor) is State.DELIVERING
    assert "ご本人が「配送」を選びました" in visitor.look().html


def test_discard_takes_a_look_and_a_second_yes(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "discard")
    assert "このメールを破棄しますか" in asked.html
    assert state_of(visitor) is State.HELD
    done = visitor.send(asked, "discard", confirmed=True)
    assert "破棄しました" in done.html
    assert state_of(visitor) is State.DISCARDED


def test_missing_ticks_bring_the_page_back_with_those_that_were_set(visitor: Visitor) -> None:
    again = visitor.send(visitor.look(), "release", {2})
    assert again.answer is Answer.INCOMPLETE
    assert 'href="#tick-1"' in again.html
    assert 'href="#tick-2"' not in again.html
    assert re.search(r'id="tick-1"[^>]*aria-invalid="true"', again.html)
    assert re.search(r'id="tick-2"[^>]* checked', again.html)
    assert state_of(visitor) is State.HELD
    assert "このメールを配送しますか" in visitor.send(again, "release", {1, 2}).html


class Form:
    """The form of a page as a browser would send it, with boxes to untick."""

    def __init__(self, page: Page) -> None:
        self.fields: list[tuple[str, str]] = []
        for tag in re.findall(r"<input [^>]*>", page.html):
            name, value = (re.search(rf' {key}="([^"]*)"', tag) for key in ("name", "value"))
            if name and value and (' type="hidden"' in tag or " checked" in tag):
                self.fields.append((name[1], value[1]))

    def untick(self, name: str, value: str) -> Form:
        self.fields.remove((name, value))
        return self

    def tick_reasons(self, *numbers: int) -> Form:
        self.fields += [("ack", str(number)) for number in numbers]
        return self

    def send(self, visitor: Visitor, action: str, comment: str = "") -> Page:
        def numbers(name: str) -> frozenset[int]:
            return frozenset(int(value) for key, value in self.fields if key == name)

        def words(name: str) -> frozenset[str]:
            return frozenset(value for key, value in self.fields if key == name)

        one = dict(self.fields)
        form = HoldForm(
            action,
            numbers("ack"),
            one["mark"],
            one.get("confirm") == "1",
            one.get("choice") == "1",
            numbers("to"),
            words("file"),
            numbers("drop"),
            words("drop-file"),
            comment or one.get("comment", ""),
            one.get("shown", ""),
        )
        return visit_hold(visitor.world.app, Visit(visitor.token, visitor.language, (), "192.0.2.1", form))


@pytest.fixture
def chooser(world: World) -> Visitor:
    """Holds a link to a message to two people with an attachment."""
    message = EmailMessage(policy=email_policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, f"{OUTSIDE}, {RIVAL}", "Estimate"
    message.set_content("Hello.\r\n")
    message.add_attachment(b"secret", maintype="application", subtype="pdf", filename="secret.pdf")
    return Visitor(world, link_to(world, world.judge(OUTSIDE, RIVAL, data=message.as_bytes())))


def test_recipients_and_attachments_are_left_out_by_unticking_them(chooser: Visitor) -> None:
    first = chooser.look()
    page = Form(first).untick("to", "1").untick("file", "2").tick_reasons(1, 2)
    asked = page.send(chooser, "release")
    assert "外す宛先" in asked.html
    assert RIVAL in asked.html
    assert "secret.pdf" in asked.html
    assert state_of(chooser) is State.HELD
    done = Form(asked).send(chooser, "release")
    assert "配送を受け付けました" in done.html
    assert f"除外した宛先：{RIVAL}。" in done.html
    world = chooser.world
    world.work()
    assert {one.recipients for one in world.next_hop.transactions if RIVAL in one.recipients} == set()
    (sent,) = (one for one in world.next_hop.transactions if OUTSIDE in one.accepted)
    assert b"secret.pdf" not in sent.data


def test_untouched_boxes_leave_nothing_out(chooser: Visitor) -> None:
    asked = Form(chooser.look()).tick_reasons(1, 2).send(chooser, "release")
    assert "外す宛先" not in asked.html
    Form(asked).send(chooser, "release")
    record = chooser.world.record(chooser.world.messages.refs[0])
    assert {result.fate for result in record.recipients} == {Fate.PENDING}
    assert record.dropped_attachments == ()


def test_what_was_shown_at_the_second_question_is_what_is_done(chooser: Visitor) -> None:
    asked = Form(chooser.look()).untick("to", "1").tick_reasons(1, 2).send(chooser, "release")
    changed = Form(asked)
    changed.fields = [("drop", "0") if field == ("drop", "1") else field for field in changed.fields]
    assert changed.send(chooser, "release").answer is Answer.STALE
    everybody = Form(asked).untick("drop", "1")
    assert everybody.send(chooser, "release").answer is Answer.STALE
    assert state_of(chooser) is State.HELD


def test_leaving_everybody_out_brings_the_page_back_as_it_was_filled_in(chooser: Visitor) -> None:
    again = Form(chooser.look()).untick("to", "0").untick("to", "1").tick_reasons(1, 2).send(chooser, "release")
    assert again.answer is Answer.INCOMPLETE
    assert "宛先が残りません" in again.html
    assert not [field for field in Form(again).fields if field[0] == "to"]
    assert ("ack", "1") in Form(again).fields
    assert state_of(chooser) is State.HELD


def test_missing_ticks_keep_what_was_unticked(chooser: Visitor) -> None:
    again = Form(chooser.look()).untick("to", "1").tick_reasons(1).send(chooser, "release")
    assert again.answer is Answer.INCOMPLETE
    assert [value for name, value in Form(again).fields if name == "to"] == ["0"]


def test_a_message_to_one_person_has_no_box_for_them(visitor: Visitor) -> None:
    assert 'name="to"' not in visitor.look().html


def test_a_delayed_message_is_recalled() -> None:
    policy = Policy(id="p", when=RecipientDomain(operator="is-external"), actions=(Delay(minutes=10),))
    world = World(make_settings(rules=(), policies=(policy,)))
    visitor = Visitor(world, link_to(world, world.judge(OUTSIDE)))
    first = visitor.look()
    assert "送信を取り消す" in first.html
    asked = visitor.send(first, "discard")
    assert "送信を取り消しますか" in asked.html
    visitor.send(asked, "discard", confirmed=True)
    assert state_of(visitor) is State.DISCARDED


def test_a_release_that_needs_approval_asks_for_it_with_the_comment(world: World) -> None:
    approval = Approval(approvers="addresses", addresses=("kacho@aozora.example",))
    policy = Policy(id="p", name="見積書", when=RecipientDomain(operator="is-external"), actions=(approval,))
    world = World(make_settings(rules=RULES, policies=(policy,)))
    visitor = Visitor(world, link_to(world, world.judge(OUTSIDE)))
    first = visitor.look()
    assert "承認者へのコメント" in first.html
    numbers = [int(number) for number in re.findall(r'name="ack" value="(\d+)"', first.html)]
    asked = Form(first).tick_reasons(*numbers).send(visitor, "release", "急ぎです")
    assert "急ぎです" in asked.html
    done = Form(asked).send(visitor, "release")
    assert "承認を依頼しました" in done.html
    record = world.record(world.messages.refs[0])
    assert record.state is State.AWAITING_APPROVAL
    assert record.approval is not None
    assert record.approval.comment == "急ぎです"
    assert "承認待ちです" in visitor.look().html


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("x" * 999 + "\r\n" + "y" * 10, "x" * 999, id="cut-in-a-line-end"),
        pytest.param("x" * 999 + " y", "x" * 999, id="cut-behind-a-space"),
        pytest.param("a\r\n" * 250 + "z" * 500, "a\n" * 250 + "z" * 500, id="as-long-as-a-browser-takes-it"),
        pytest.param("a\u202eb\x00c \r\n\r\n d", "abc\n\n d", id="what-nobody-sees"),
    ],
)
def test_the_comment_survives_the_second_question_as_a_browser_sends_it(typed: str, kept: str) -> None:
    approval = Approval(approvers="addresses", addresses=("kacho@aozora.example",))
    policy = Policy(id="p", name="見積書", when=RecipientDomain(operator="is-external"), actions=(approval,))
    world = World(make_settings(rules=RULES, policies=(policy,)))
    visitor = Visitor(world, link_to(world, world.judge(OUTSIDE)))
    first = visitor.look()
    numbers = [int(number) for number in re.findall(r'name="ack" value="(\d+)"', first.html)]
    asked = Form(first).tick_reasons(*numbers).send(visitor, "release", typed)
    again = Form(asked)
    shown = dict(again.fields)["comment"].replace("\r\n", "\n").replace("\r", "\n")
    done = again.send(visitor, "release", shown.replace("\n", "\r\n"))
    assert done.answer is Answer.SHOWN
    record = world.record(world.messages.refs[0])
    assert record.approval is not None
    assert record.approval.comment == kept


def test_a_request_for_approval_is_taken_back_after_a_second_yes() -> None:
    approval = Approval(approvers="addresses", addresses=("kacho@aozora.example",))
    policy = Policy(id="p", name="見積書", when=RecipientDomain(operator="is-external"), actions=(approval,))
    world = World(make_settings(rules=RULES, policies=(policy,)))
    visitor = Visitor(world, link_to(world, world.judge(OUTSIDE)))
    first = visitor.look()
    numbers = [int(number) for number in re.findall(r'name="ack" value="(\d+)"', first.html)]
    Form(Form(first).tick_reasons(*numbers).send(visitor, "release")).send(visitor, "release")
    waiting = visitor.look()
    assert visitor.send(waiting, "withdraw", confirmed=True).answer is Answer.STALE
    asked = visitor.send(waiting, "withdraw")
    assert state_of(visitor) is State.AWAITING_APPROVAL
    done = visitor.send(asked, "withdraw", confirmed=True)
    assert done.answer is Answer.SHOWN
    assert state_of(visitor) is State.DISCARDED
    assert visitor.send(asked, "withdraw", confirmed=True).answer is Answer.DECIDED_BEFORE


def test_a_proxy_reads_for_whom_they_act_and_so_does_everybody_afterwards(world: World) -> None:
    world.delegations.save("demo", Delegation(SENDER, (Proxy("natsuki@aozora.example"),)))
    ref = world.judge(OUTSIDE)
    proxy = Visitor(world, link_to(world, ref, "natsuki@aozora.example"))
    first = proxy.look()
    assert f"{SENDER} の代理人として操作しています" in first.html
    proxy.send(proxy.send(first, "discard"), "discard", confirmed=True)
    seen = Visitor(world, link_to(world, ref)).look()
    assert f"{SENDER} の代理人 natsuki@aozora.example" in seen.html


def test_every_look_is_recorded_and_so_is_who_was_turned_away(visitor: Visitor) -> None:
    world = visitor.world
    ref = world.messages.refs[0]
    visitor.look()
    Visitor(world, link_to(world, ref, "stranger@aozora.example")).look()
    lines = [(line.code, line.actor.name) for line in world.audit.about(ref)]
    assert lines == [(AuditCode.LOOKED, SENDER), (AuditCode.REFUSED, "stranger@aozora.example")]


def test_after_the_decision_the_original_is_one_click_away(chooser: Visitor) -> None:
    chooser.send(chooser.send(chooser.look(), "discard"), "discard", confirmed=True)
    seen = chooser.look()
    assert "<details" in seen.html
    assert "secret.pdf" in seen.html
    assert "Hello." in seen.html


def test_the_second_question_cannot_be_skipped(visitor: Visitor) -> None:
    first = visitor.look()
    assert visitor.send(first, "release", {1, 2}, confirmed=True).answer is Answer.STALE
    assert state_of(visitor) is State.HELD


def test_a_yes_to_one_question_is_no_yes_to_another(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "discard")
    assert visitor.send(asked, "release", {1, 2}, confirmed=True).answer is Answer.STALE
    partly = visitor.send(visitor.look(), "discard", {1})
    assert visitor.send(partly, "discard", {1, 2}, confirmed=True).answer is Answer.STALE
    assert state_of(visitor) is State.HELD


@pytest.mark.parametrize("mark", ["", "x", "A" * 3000, "é"])
def test_a_form_without_our_mark_does_nothing(visitor: Visitor, mark: str) -> None:
    assert visitor.send(mark, "discard").answer is Answer.STALE
    assert visitor.send(mark, "discard", confirmed=True).answer is Answer.STALE
    assert state_of(visitor) is State.HELD


def test_a_mark_of_another_link_does_nothing(visitor: Visitor) -> None:
    world = visitor.world
    other = Visitor(world, link_to(world, world.judge(OUTSIDE)))
    asked = other.send(other.look(), "discard")
    assert visitor.send(asked, "discard", confirmed=True).answer is Answer.STALE
    assert state_of(visitor) is State.HELD


def test_a_page_opened_before_the_keys_changed_still_works(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "discard")
    secrets = visitor.world.app.secrets
    new = SigningKey("link-2", b"a new key of the tests 0123456789")
    secrets.keys["link"] = (new, *secrets.keys["link"])  # type: ignore[attr-defined]  # it is the fake
    assert visitor.send(asked, "discard", confirmed=True).answer is Answer.SHOWN
    assert state_of(visitor) is State.DISCARDED


@pytest.mark.parametrize("action", ["", "approve", "RELEASE", "release\r\nx"])
def test_another_action_is_no_action(visitor: Visitor, action: str) -> None:
    assert visitor.send(visitor.look(), action, {1, 2}).answer is Answer.UNREADABLE
    assert state_of(visitor) is State.HELD


def test_pressing_twice_tells_that_it_was_done_before(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "release", {1, 2})
    visitor.send(asked, "release", {1, 2}, confirmed=True)
    before = visitor.world.messages.load(visitor.world.messages.refs[0])
    again = visitor.send(asked, "release", {1, 2}, confirmed=True)
    assert again.answer is Answer.DECIDED_BEFORE
    assert "すでに処理されていました" in again.html
    assert visitor.world.messages.load(visitor.world.messages.refs[0]) == before


def test_a_message_decided_elsewhere_meanwhile_is_told_at_the_first_step_too(visitor: Visitor) -> None:
    first = visitor.look()
    visitor.send(visitor.send(visitor.look(), "discard"), "discard", confirmed=True)
    late = visitor.send(first, "release", {1, 2})
    assert late.answer is Answer.DECIDED_BEFORE
    assert "破棄されました" in late.html
    assert "<details" in late.html
    assert "Hello." in late.html


@pytest.mark.parametrize(
    ("spoil", "answer"),
    [
        pytest.param("forged", Answer.UNKNOWN, id="forged"),
        pytest.param("foreign", Answer.FOREIGN, id="another person's"),
        pytest.param("expired", Answer.EXPIRED, id="expired"),
    ],
)
def test_a_bad_link_gets_a_plain_page_for_a_look_and_for_a_form(world: World, spoil: str, answer: Answer) -> None:
    ref = world.judge(OUTSIDE)
    good = Visitor(world, link_to(world, ref))
    marks = [mark_of(good.look()), mark_of(good.send(good.look(), "discard"))]
    token = {
        "forged": good.token[:-1],
        "foreign": link_to(world, ref, person=OUTSIDE),
        "expired": link_to(world, ref, expires_at=world.clock.now()),
    }[spoil]
    visitor = Visitor(world, token)
    pages = [visitor.look(), *(visitor.send(mark, "discard", confirmed=bool(step)) for step, mark in enumerate(marks))]
    for page in pages:
        assert page.answer is answer
        assert "メールには何も行われていません" in page.html
        for secret in ("Estimate", "Hello", OUTSIDE, "demo", ref.queue_id):
            assert secret not in page.html
    assert world.record(ref).state is State.HELD


def test_forged_and_unknown_links_get_the_same_page(world: World) -> None:
    ref = world.judge(OUTSIDE)
    unknown = link_to(world, replace(ref, tenant_id="nobody"))
    assert Visitor(world, unknown).look() == Visitor(world, "forged").look()


def test_trouble_inside_is_a_plain_page_that_promises_nothing(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    visitor.world.messages.trouble.before("load", StorageUnavailable("table demo is down"))
    page = visitor.look()
    assert page.answer is Answer.BUSY
    assert "ただいま処理できません" in page.html
    assert "何も行われていません" not in page.html
    assert "table demo" not in page.html
    assert visitor.token not in caplog.text


def test_losing_every_race_is_trouble_and_nothing_else(visitor: Visitor) -> None:
    asked = visitor.send(visitor.look(), "discard")
    visitor.world.messages.trouble.before("commit", Conflict("x"), times=TRIES)
    assert visitor.send(asked, "discard", confirmed=True).answer is Answer.BUSY
    assert visitor.send(asked, "discard", confirmed=True).answer is Answer.SHOWN


def test_every_page_speaks_the_chosen_language(world: World) -> None:
    visitor = Visitor(world, link_to(world, world.judge(OUTSIDE)), "en")
    first = visitor.look()
    asked = visitor.send(first, "release", {1, 2})
    pages = [
        first,
        visitor.send(first, "release"),
        asked,
        visitor.send(asked, "release", {1, 2}, confirmed=True),
        visitor.send(asked, "release", {1, 2}, confirmed=True),
        visitor.send("x", "release"),
        Visitor(world, "forged", "en").look(),
    ]
    for page in pages:
        assert page.language == "en"
        assert '<html lang="en">' in page.html
        text = (
            re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.html, flags=re.DOTALL)
            .replace("日本語", "")
            .replace("※", "")
        )
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", text)
