"""Those are told of a hold whose business it is, each with a link of their own and in their own language."""

from __future__ import annotations

import pytest

from shared.core.hold.link import read_link
from shared.core.people.person import PersonKind
from shared.ports import Person
from shared.usecases.hold_dialogue import visit_hold
from shared.usecases.link_dialogue import Visit
from shared.usecases.web_page import Answer
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.own_letters import letters, recipients, text_of, token_in
from tests.support.teams_people import SABURO, SHIRO, name_proxies


@pytest.mark.parametrize(
    ("shared", "away", "removed", "proxies", "told"),
    [
        (False, False, False, (), [SENDER]),
        (False, False, False, (SABURO,), [SENDER]),
        (False, True, False, (SABURO, SHIRO), [SENDER, SABURO, SHIRO]),
        (False, True, False, (), [SENDER]),
        (True, False, False, (SABURO, SHIRO), [SABURO, SHIRO]),
        (True, False, False, (), [SENDER]),
        (False, False, True, (SABURO,), ["postmaster@aozora.example"]),
        (True, True, True, (SABURO,), ["postmaster@aozora.example"]),
    ],
    ids=["present", "has-a-proxy", "away", "away-alone", "shared", "shared-alone", "removed", "removed-shared"],
)
def test_those_whose_business_it_is_are_told(
    shared: bool, away: bool, removed: bool, proxies: tuple[str, ...], told: list[str]
) -> None:
    world = World()
    world.directory.save("demo", [Person(SENDER, kind=PersonKind.SHARED if shared else PersonKind.USER)])
    name_proxies(world, SENDER, *proxies, away=away)
    if removed:
        world.directory.remove("demo", [SENDER])
    world.judge(OUTSIDE)
    world.work()
    assert recipients(world) == told
    for letter, person in zip(letters(world), told, strict=True):
        claims = read_link(token_in(world, letter), world.app.secrets.signing_keys("link"), world.clock.now())
        assert claims.person == person
        assert visit_hold(world.app, Visit(token_in(world, letter))).answer is Answer.SHOWN


def test_a_proxy_is_told_for_whom_in_a_language_of_their_own() -> None:
    world = World()
    world.directory.save(
        "demo", [Person(SENDER, kind=PersonKind.SHARED), Person(SABURO, language="en"), Person(SHIRO, language="ja")]
    )
    name_proxies(world, SENDER, SABURO, SHIRO)
    world.judge(OUTSIDE)
    world.work()
    english, japanese = letters(world)
    assert english["Subject"] == "[Matta] On hold: Estimate"
    assert f"You are told because you are a proxy of {SENDER}." in text_of(english)
    assert f"{SENDER} の代理人として" in text_of(japanese)
    html = english.get_body(("html",))
    assert html is not None
    assert f"you are a proxy of {SENDER}" in html.get_content()


def test_who_is_told_for_themselves_reads_nothing_of_proxies() -> None:
    world = World()
    world.judge(OUTSIDE)
    world.work()
    [letter] = letters(world)
    assert "代理人" not in letter.as_string() + text_of(letter)
