"""A hold in Teams: on cards and in short texts, while Teams is there, away, busy or switched off."""

from __future__ import annotations

import itertools
import json
import re
from datetime import datetime, timedelta

from shared.core.hold.record import State
from shared.core.people.person import PersonKind
from shared.core.policy.tenant_settings import NoticeText
from shared.ports_teams import TeamsUnavailable
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.link_dialogue import Visit
from shared.usecases.run_due import run_due
from shared.usecases.web_page import Answer
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.own_letters import letters, text_of
from tests.support.records import NOW
from tests.support.teams_people import SABURO, chat, name_proxies, put_in_teams, teams_settings, verbs


def test_a_hold_is_shown_on_a_card_and_in_a_short_text_and_in_a_mail() -> None:
    world = World(teams_settings("teams-card", "teams-text", "mail"))
    put_in_teams(world, SENDER)
    world.judge(OUTSIDE)
    world.work()
    card, text = chat(world)
    assert verbs(card) == {"hold.release.ask", "hold.discard.ask"}
    assert "Estimate" in card.summary
    assert json.loads(card.card)["refresh"]["userIds"] == ["29:id-hanako"]
    assert "Estimate" in text.text
    for link in (_link_of(card.card.decode(), world), _link_of(text.text, world)):
        assert visit_hold(world.app, Visit(link)).answer is Answer.SHOWN
    assert len(letters(world)) == 1


def _link_of(text: str, world: World) -> str:
    found = re.search(rf"{re.escape(world.app.process.public_url)}/h/([\w.-]+)", text)
    assert found is not None
    return found.group(1)


def test_a_proxys_card_and_text_say_for_whom() -> None:
    world = World(teams_settings("teams-card", "teams-text"))
    put_in_teams(world, SENDER, kind=PersonKind.SHARED)
    put_in_teams(world, SABURO)
    name_proxies(world, SENDER, SABURO)
    world.judge(OUTSIDE)
    world.work()
    card, text = chat(world, SABURO)
    assert f"{SENDER} の代理人として" in card.card.decode()
    assert "の代理人として" in text.text
    assert chat(world) == ()


def test_a_tenants_own_words_stand_on_card_text_and_mail() -> None:
    words = NoticeText(
        notice="hold-first", language="ja", subject="確認: {{ subject }}", text="{{ end }}\n社内規程第7条"
    )
    world = World(teams_settings("teams-card", "teams-text", "mail", texts=(words,)))
    put_in_teams(world, SENDER)
    world.judge(OUTSIDE)
    world.work()
    [letter] = letters(world)
    assert letter["Subject"] == "確認: Estimate"
    card, text = chat(world)
    for shown in (text_of(letter), card.card.decode(), text.text):
        assert "社内規程第7条" in shown


def test_a_hold_is_told_by_mail_while_teams_is_away_and_stands() -> None:
    world = World(teams_settings("teams-card", fall_back_after=3))
    put_in_teams(world, SENDER)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"), times=99)
    ref = world.judge(OUTSIDE)
    world.pass_time(lambda: letters(world) != [], limit=30)
    assert world.record(ref).state is State.HELD
    assert world.clock.now() - NOW < timedelta(minutes=3)
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()
    assert len(letters(world)) == 1


def test_nothing_is_told_twice_and_nothing_late_when_teams_comes_back_after_a_day() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20, reminder_hours=48))
    put_in_teams(world, SENDER)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"), times=1000)
    world.judge(OUTSIDE)
    for _ in range(24 * 12):
        world.work()
        world.clock.advance(minutes=5)
        run_due(world.app)
    assert chat(world) == ()
    world.teams.trouble.clear()
    for _ in range(7 * 12):
        world.work()
        world.clock.advance(minutes=5)
        run_due(world.app)
    assert len(chat(world)) == 1
    assert letters(world) == []


def test_a_tenant_that_is_throttled_is_not_hammered() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20))
    put_in_teams(world, SENDER)
    asked: list[datetime] = []
    post = world.teams.post_card

    def throttled(*values: object) -> str:
        asked.append(world.clock.now())
        if len(asked) <= 5:
            raise TeamsUnavailable("429", 60.0)
        return post(*values)  # type: ignore[arg-type]

    world.teams.post_card = throttled  # type: ignore[method-assign,assignment]
    for _ in range(50):
        world.judge(OUTSIDE)
    world.pass_time(lambda: len(chat(world)) == 50, limit=2000)
    refused = asked[:6]
    assert all(later - earlier >= timedelta(seconds=60) for earlier, later in itertools.pairwise(refused))
    assert len(asked) == 55
    assert letters(world) == []


def test_settings_that_change_between_two_runs_count_from_then_on() -> None:
    world = World(teams_settings("teams-card", fall_back_after=20))
    put_in_teams(world, SENDER)
    world.teams.trouble.before("post_card", TeamsUnavailable("down"))
    ref = world.judge(OUTSIDE)
    world.work()
    world.settings_store.save(teams_settings("mail"))
    world.pass_time(lambda: letters(world) != [], limit=30)
    assert chat(world) == ()
    stored = world.messages.load(ref)
    assert stored is not None
    assert stored.outbox == ()
