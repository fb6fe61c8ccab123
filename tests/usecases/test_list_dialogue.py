"""The list page: one's own held mail and that of whose proxy one is, several decided at once, and no step skipped."""

from __future__ import annotations

import re

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.link import Purpose
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Delegation, Proxy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.errors import StorageUnavailable
from shared.ports_people import AuditCode
from shared.usecases.decide_hold import Asker, HoldWish, Verb, decide_hold
from shared.usecases.hold_dialogue import Visit
from shared.usecases.list_dialogue import ListForm, visit_list
from shared.usecases.web_page import Answer, Page
from tests.support.app import OUTSIDE, SENDER, World, make_message, make_settings
from tests.support.holds import link_to

BOSS = "kacho@aozora.example"
RULES = (RuleAssignment(id="a", rule="recipient-external"), RuleAssignment(id="b", rule="all-recipients-external"))


class Visitor:
    """Somebody with a link to their list."""

    def __init__(self, world: World, ref: MessageRef, person: str = SENDER) -> None:
        self.world = world
        self.token = link_to(world, ref, person, purpose=Purpose.LIST)

    def look(self, after: str = "") -> Page:
        return visit_list(self.world.app, Visit(self.token, "ja", (), "192.0.2.1"), after)

    def send(
        self,
        page: Page | str,
        action: str,
        refs: list[MessageRef],
        ticked: tuple[int, ...] = (),
        *,
        confirmed: bool = False,
    ) -> Page:
        found = re.search(r'name="mark" value="([^"]+)"', page.html) if isinstance(page, Page) else None
        mark = found[1] if found else str(page)
        names = tuple(sorted(ref.queue_id for ref in refs))
        acknowledged = frozenset((name, number) for name in names for number in ticked)
        form = ListForm(action, names, acknowledged, mark, confirmed)
        return visit_list(self.world.app, Visit(self.token, "ja", (), "192.0.2.1"), form=form)


@pytest.fixture
def world() -> World:
    return World(make_settings(rules=RULES))


def hold(world: World, subject: str, sender: str = SENDER) -> MessageRef:
    data = make_message(OUTSIDE, subject=subject, message_id=subject).replace(SENDER.encode(), sender.encode())
    return world.judge(OUTSIDE, reverse_path=sender, data=data)


def test_it_shows_ones_own_mail_and_that_of_whose_proxy_one_is_and_no_other(world: World) -> None:
    mine, bosses = hold(world, "Mine"), hold(world, "Bosses", BOSS)
    hold(world, "Strangers", "other@aozora.example")
    world.delegations.save("demo", Delegation(BOSS, (Proxy(SENDER),)))
    seen = Visitor(world, mine).look()
    assert seen.answer is Answer.SHOWN
    assert "Mine" in seen.html
    assert "Bosses" in seen.html
    assert f"{BOSS} のメール" in seen.html
    assert "Strangers" not in seen.html
    assert f'value="{bosses.queue_id}"' in seen.html


def test_several_are_released_after_each_ones_reasons_are_ticked(world: World) -> None:
    first, second, third = (hold(world, name) for name in ("One", "Two", "Three"))
    visitor = Visitor(world, first)
    asked = visitor.send(visitor.look(), "release", [first, second])
    assert asked.html.count('name="ack"') == 4
    assert "Three" not in asked.html
    assert {world.record(ref).state for ref in (first, second, third)} == {State.HELD}
    done = visitor.send(asked, "release", [first, second], (1, 2), confirmed=True)
    assert done.html.count("配送を受け付けました") == 2
    assert [world.record(ref).state for ref in (first, second, third)] == [
        State.DELIVERING,
        State.DELIVERING,
        State.HELD,
    ]
    assert [line.actor.name for line in world.audit.about(first) if line.code is AuditCode.DECIDED] == [SENDER]


def test_one_reason_that_is_not_ticked_keeps_all_of_them(world: World) -> None:
    refs = [hold(world, "One"), hold(world, "Two")]
    visitor = Visitor(world, refs[0])
    asked = visitor.send(visitor.look(), "release", refs)
    again = visitor.send(asked, "release", refs, (1,), confirmed=True)
    assert again.answer is Answer.INCOMPLETE
    assert again.html.count(' aria-invalid="true"') == 2
    assert again.html.count(" checked") == 2
    assert {world.record(ref).state for ref in refs} == {State.HELD}
    visitor.send(again, "release", refs, (1, 2), confirmed=True)
    assert {world.record(ref).state for ref in refs} == {State.DELIVERING}


def test_several_are_discarded_with_a_second_yes_and_no_ticks(world: World) -> None:
    refs = [hold(world, "One"), hold(world, "Two")]
    visitor = Visitor(world, refs[0])
    asked = visitor.send(visitor.look(), "discard", refs)
    assert 'name="ack"' not in asked.html
    visitor.send(asked, "discard", refs, confirmed=True)
    assert {world.record(ref).state for ref in refs} == {State.DISCARDED}
    assert "保留中のメールはありません" in visitor.look().html


def test_one_that_was_decided_meanwhile_is_told_with_who_and_what_and_the_others_go_on(world: World) -> None:
    refs = [hold(world, "One"), hold(world, "Two")]
    visitor = Visitor(world, refs[0])
    asked = visitor.send(visitor.look(), "discard", refs)
    decide_hold(world.app, refs[1], Asker(SENDER, Channel.TEAMS), HoldWish(Verb.RELEASE, frozenset({1, 2})))
    done = visitor.send(asked, "discard", refs, confirmed=True)
    assert "ご本人が「配送」を選びました" in done.html
    assert done.html.count("破棄しました") == 1
    assert [world.record(ref).state for ref in refs] == [State.DISCARDED, State.DELIVERING]


def test_one_that_storage_refuses_is_told_to_be_looked_at_again(world: World) -> None:
    refs = [hold(world, "One"), hold(world, "Two")]
    visitor = Visitor(world, refs[0])
    asked = visitor.send(visitor.look(), "discard", refs)
    world.messages.trouble.before("commit", StorageUnavailable("down"))
    done = visitor.send(asked, "discard", refs, confirmed=True)
    assert done.html.count("一時的な問題が起きました") == 1
    assert done.html.count("破棄しました") == 1


def test_no_step_can_be_skipped_and_none_be_sent_for_other_messages(world: World) -> None:
    refs = [hold(world, "One"), hold(world, "Two")]
    visitor = Visitor(world, refs[0])
    first = visitor.look()
    assert visitor.send(first, "discard", refs, confirmed=True).answer is Answer.STALE
    asked = visitor.send(first, "discard", refs[:1])
    assert visitor.send(asked, "discard", refs, confirmed=True).answer is Answer.STALE
    assert visitor.send(asked, "release", refs[:1], (1, 2), confirmed=True).answer is Answer.STALE
    assert visitor.send("x", "discard", refs).answer is Answer.STALE
    assert visitor.send(first, "burn", refs).answer is Answer.UNREADABLE
    assert {world.record(ref).state for ref in refs} == {State.HELD}


def test_somebody_elses_message_slipped_into_the_form_is_neither_shown_nor_decided(world: World) -> None:
    mine, foreign = hold(world, "Mine"), hold(world, "Strangers", "other@aozora.example")
    visitor = Visitor(world, mine)
    asked = visitor.send(visitor.look(), "discard", [mine, foreign])
    assert "Strangers" not in asked.html
    done = visitor.send(asked, "discard", [mine, foreign], confirmed=True)
    assert done.answer is Answer.STALE
    assert world.record(foreign).state is State.HELD


def test_nothing_ticked_brings_the_list_back(world: World) -> None:
    visitor = Visitor(world, hold(world, "One"))
    again = visitor.send(visitor.look(), "release", [])
    assert again.answer is Answer.INCOMPLETE
    assert "メールが選ばれていません" in again.html


def test_a_proxy_who_was_taken_away_sees_and_decides_nothing(world: World) -> None:
    ref = hold(world, "Bosses", BOSS)
    kept = world.delegations.save("demo", Delegation(BOSS, (Proxy(SENDER),)))
    visitor = Visitor(world, ref)
    asked = visitor.send(visitor.look(), "discard", [ref])
    world.delegations.save("demo", Delegation(BOSS, (), version=kept.version))
    assert visitor.look().answer is Answer.FOREIGN
    assert visitor.send(asked, "discard", [ref], confirmed=True).answer is Answer.FOREIGN
    assert world.record(ref).state is State.HELD
    assert AuditCode.REFUSED in [line.code for line in world.audit.about(ref)]


def test_a_link_to_one_message_is_none_to_the_list_and_the_other_way_round(world: World) -> None:
    ref = hold(world, "One")
    visitor = Visitor(world, ref)
    visitor.token = link_to(world, ref)
    assert visitor.look().answer is Answer.UNKNOWN


def test_a_long_list_has_pages(world: World) -> None:
    refs = [hold(world, f"Number {number:03}") for number in range(55)]
    visitor = Visitor(world, refs[0])
    first = visitor.look()
    assert first.html.count('name="m"') == 50
    after = re.search(r"\?after=([^&\"]+)", first.html)
    assert after is not None
    second = visitor.look(after[1])
    assert second.html.count('name="m"') == 5
    assert "Number 000" in second.html
    assert visitor.look("nonsense").answer is Answer.UNKNOWN


def test_while_storage_does_not_answer_the_page_says_so(world: World) -> None:
    visitor = Visitor(world, hold(world, "One"))
    world.lists.trouble.before("page", StorageUnavailable("down"))
    assert visitor.look().answer is Answer.BUSY
