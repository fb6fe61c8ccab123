"""Tokens are kept, renewed before they end, and asked for by one caller at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from shared.adapters.identity_endpoint import IdentityToken, NoToken
from shared.adapters.identity_tokens import IdentityTokens
from tests.support.threads import at_once
from tests.support.waiting import wait_for


@dataclass
class Platform:
    """An endpoint and a clock that a test moves. ``wall`` is the clock that may be wrong."""

    moment: float = 1000.0
    wall: float = 1_800_000_000.0
    lifetime: float = 86_400.0
    away: bool = False
    gate: threading.Event | None = None
    given: list[str] = field(default_factory=list)
    asked: int = 0
    slept: list[float] = field(default_factory=list)

    def fetch(self) -> IdentityToken:
        self.asked += 1
        if self.gate is not None:
            assert self.gate.wait(60)
        if self.away:
            raise NoToken("away")
        self.given.append(f"token-{len(self.given) + 1}")
        return IdentityToken(self.given[-1], self.wall + self.lifetime)

    def pass_time(self, seconds: float) -> None:
        self.moment += seconds
        self.wall += seconds

    def tokens(self) -> IdentityTokens:
        return IdentityTokens(self.fetch, monotonic=lambda: self.moment, now=lambda: self.wall, sleep=self.slept.append)


@pytest.fixture
def platform() -> Platform:
    return Platform()


def test_nothing_is_asked_before_the_first_use_and_then_once(platform: Platform) -> None:
    tokens = platform.tokens()
    assert platform.asked == 0
    assert [tokens.value() for _ in range(5)] == ["token-1"] * 5
    platform.pass_time(40_000)
    assert tokens.value() == "token-1"
    assert platform.asked == 1


def test_a_token_past_its_half_is_renewed_while_the_old_one_serves(platform: Platform) -> None:
    tokens = platform.tokens()
    tokens.value()
    platform.pass_time(50_000)
    platform.gate = threading.Event()
    assert [tokens.value() for _ in range(20)] == ["token-1"] * 20, "nobody waits for the new one"
    platform.gate.set()
    assert wait_for(lambda: tokens.value() == "token-2")
    assert platform.asked == 2, "twenty uses are one renewal"


def test_the_endpoint_may_be_away_while_the_token_is_valid(platform: Platform) -> None:
    tokens = platform.tokens()
    tokens.value()
    platform.pass_time(50_000)
    platform.away = True
    for _ in range(100):
        assert tokens.value() == "token-1"
        platform.pass_time(300)
        assert wait_for(lambda: not tokens._renewing)
    assert platform.asked > 20, "it is tried again and again"
    platform.away = False
    tokens.value()
    assert wait_for(lambda: tokens.value() == "token-2")


def test_tries_come_less_often_the_longer_it_is_away(platform: Platform) -> None:
    tokens = platform.tokens()
    tokens.value()
    platform.pass_time(50_000)
    platform.away = True
    before = platform.asked
    for _ in range(600):  # ten minutes
        tokens.value()
        assert wait_for(lambda: not tokens._renewing)
        platform.pass_time(1)
    assert 8 <= platform.asked - before <= 25


def test_without_a_valid_token_a_caller_waits_and_tries_a_few_times(platform: Platform) -> None:
    tokens = platform.tokens()
    platform.away = True
    assert tokens.current() == ""
    with pytest.raises(NoToken):
        tokens.value()
    assert platform.asked == 3
    assert len(platform.slept) == 2
    platform.away = False
    assert tokens.value() == "token-1"


def test_an_old_token_is_not_used_in_its_last_moments(platform: Platform) -> None:
    tokens = platform.tokens()
    tokens.value()
    platform.pass_time(86_400 - 29)
    assert tokens.current() == ""
    assert tokens.value() == "token-2"


def test_many_threads_ask_once(platform: Platform) -> None:
    tokens = platform.tokens()
    platform.gate = threading.Event()
    threading.Timer(0.2, platform.gate.set).start()
    assert at_once(20, lambda _: tokens.value()) == ["token-1"] * 20
    assert platform.asked == 1


def test_many_threads_that_wait_in_vain_do_not_wait_one_after_the_other(platform: Platform) -> None:
    tokens = platform.tokens()
    platform.away = True
    platform.gate = threading.Event()
    threading.Timer(0.3, platform.gate.set).start()

    def ask(_: int) -> str:
        with pytest.raises(NoToken):
            tokens.value()
        return "no"

    assert at_once(20, ask) == ["no"] * 20
    assert platform.asked <= 6, "those who came while one was asking share its answer"


def test_a_refused_token_is_replaced_and_not_at_every_refusal(platform: Platform) -> None:
    tokens = platform.tokens()
    first = tokens.value()
    tokens.refused(first)
    assert tokens.value() == first, "it has only just come: another would be the same"
    platform.pass_time(11)
    tokens.refused(first)
    assert tokens.value() == "token-2"
    tokens.refused(first)
    assert tokens.value() == "token-2", "somebody else had it replaced already"


@pytest.mark.parametrize("ahead", [100_000.0, -100_000.0])
def test_a_clock_that_is_wrong_does_not_make_every_use_a_question(platform: Platform, ahead: float) -> None:
    tokens = platform.tokens()
    platform.lifetime = 86_400 - ahead
    for _ in range(50):
        tokens.value()
        platform.pass_time(0.5)
    assert platform.asked <= 2


def test_a_clock_that_is_set_while_it_runs_changes_nothing(platform: Platform) -> None:
    tokens = platform.tokens()
    tokens.value()
    platform.wall += 1_000_000
    assert tokens.value() == "token-1"
    assert platform.asked == 1


def test_the_same_token_again_is_no_reason_to_ask_all_the_time(platform: Platform) -> None:
    """The platform keeps tokens itself: before one ends it may give no newer one."""
    end = platform.wall + 86_400

    def fetch() -> IdentityToken:
        platform.asked += 1
        return IdentityToken("the same", end)

    tokens = IdentityTokens(fetch, monotonic=lambda: platform.moment, now=lambda: platform.wall)
    while platform.wall < end - 60:
        assert tokens.value() == "the same"
        assert wait_for(lambda: not tokens._renewing)
        platform.pass_time(20)
    assert platform.asked < 30


def test_when_it_ends_is_known(platform: Platform) -> None:
    tokens = platform.tokens()
    tokens.value()
    platform.pass_time(400)
    assert tokens.expires_at() == pytest.approx(platform.wall - 400 + 86_400 - 30)
