"""What is kept of the vault: when it is read again, who waits, and what a vault that is away takes from nobody."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

import pytest

from shared.adapters.secrets_vault_kept import Kept
from shared.adapters.secrets_vault_rest import VaultAway
from shared.errors import NotFound
from tests.support.threads import at_once
from tests.support.waiting import wait_for

FRESH = 300.0


@dataclass
class Source:
    """What is read, and a clock that a test moves."""

    moment: float = 1000.0
    value: str | Exception = "one"
    reads: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.kept = Kept("the thing", self.read, FRESH, lambda: self.moment)

    def read(self) -> str:
        self.reads += 1
        assert self.gate.wait(60)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.fixture
def source() -> Source:
    return Source()


def test_a_fresh_value_is_not_read_again(source: Source) -> None:
    assert [source.kept.value() for _ in range(5)] == ["one"] * 5
    source.moment += FRESH - 1
    assert source.kept.value() == "one"
    assert source.reads == 1


def test_an_older_one_is_used_while_it_is_read_again(source: Source) -> None:
    source.kept.value()
    source.value = "two"
    source.moment += FRESH
    source.gate.clear()
    assert [source.kept.value() for _ in range(10)] == ["one"] * 10
    source.gate.set()
    assert wait_for(lambda: source.kept.value() == "two")
    assert source.reads == 2


def test_one_that_nobody_asked_for_long_is_read_before_it_is_used(source: Source) -> None:
    source.kept.value()
    source.value = "two"
    source.moment += 2 * FRESH
    assert source.kept.value() == "two"


@pytest.mark.parametrize("age", [FRESH, 2 * FRESH, 1000 * FRESH])
def test_the_last_good_value_stays_while_the_vault_is_away(
    source: Source, age: float, caplog: pytest.LogCaptureFixture
) -> None:
    source.kept.value()
    source.value = VaultAway("503")
    source.moment += age
    for _ in range(20):
        assert source.kept.value() == "one"
        source.moment += 0.01
    assert wait_for(lambda: "what was read before stays in use" in caplog.text)
    assert source.reads == 2, "it is left alone for a while"
    source.value = "two"
    source.moment += 61
    assert wait_for(lambda: source.kept.value() == "two")


def test_pauses_grow_and_are_as_long_as_the_vault_wants(source: Source) -> None:
    source.kept.value()
    source.moment += 2 * FRESH
    source.value = VaultAway("429", pause=40)
    source.kept.value()
    source.moment += 39
    source.kept.value()
    assert source.reads == 2
    source.moment += 2
    source.kept.value()
    assert source.reads == 3


def test_without_any_value_the_error_comes_at_once_for_a_moment(source: Source) -> None:
    source.value = VaultAway("the vault answered 429", pause=600)
    for _ in range(10):
        with pytest.raises(VaultAway, match="429"):
            source.kept.value()
    assert source.reads == 1
    source.value = "two"
    source.moment += 2.1
    assert source.kept.value() == "two"


def test_what_is_gone_is_gone_and_what_comes_is_found_soon(source: Source) -> None:
    source.kept.value()
    source.value = NotFound("gone")
    source.moment += 2 * FRESH
    for _ in range(5):
        with pytest.raises(NotFound):
            source.kept.value()
    assert source.reads == 2
    source.value = "again"
    source.moment += 10
    assert source.kept.value() == "again"


def test_many_threads_read_once(source: Source) -> None:
    source.gate.clear()
    threading.Timer(0.2, source.gate.set).start()
    assert at_once(20, lambda _: source.kept.value()) == ["one"] * 20
    assert source.reads == 1


def test_no_value_is_logged(source: Source, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    source.value = "hunter2"
    source.kept.value()
    source.value = VaultAway("503")
    source.moment += 2 * FRESH
    source.kept.value()
    assert "the thing" in caplog.text
    assert "hunter2" not in caplog.text
