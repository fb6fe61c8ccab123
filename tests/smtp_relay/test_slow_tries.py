"""Tries for one name take turns, wait longer after wrong ones, and never for ever."""

from __future__ import annotations

import asyncio
import time

import pytest

from smtp_relay import slow_tries
from smtp_relay.authenticator import Busy, Guessing
from smtp_relay.slow_tries import MOST_WAITING, SlowTries


def make(delay: float) -> tuple[Guessing, SlowTries]:
    guessing = Guessing(time.monotonic, failures=2, window_seconds=600, shut_out_seconds=900, delay_seconds=delay)
    return guessing, SlowTries(guessing)


def test_one_try_at_a_time_for_a_name_and_others_do_not_wait() -> None:
    async def scenario() -> list[str]:
        _, tries = make(0.0)
        seen: list[str] = []

        async def one(name: str, word: str) -> None:
            async with tries.turn(name):
                seen.append(f"{word} begins")
                await asyncio.sleep(0.05)
                seen.append(f"{word} ends")

        await asyncio.gather(one("alice", "first"), one("alice", "second"), one("bob", "other"))
        assert not tries._names, "nothing is left of names that nobody tries"
        return [line for line in seen if not line.startswith("other")]

    assert asyncio.run(scenario()) == ["first begins", "first ends", "second begins", "second ends"]


def test_the_pause_grows_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_tries, "LONGEST_PAUSE_SECONDS", 0.3)

    async def scenario() -> list[float]:
        guessing, tries = make(0.1)
        waits = []
        for _ in range(5):
            began = time.monotonic()
            async with tries.turn("alice"):
                waits.append(time.monotonic() - began)
                guessing.failed("alice")
        return waits

    first, second, third, *rest = asyncio.run(scenario())
    assert first < 0.1 <= second < third
    assert all(0.29 <= wait < 5 for wait in rest)


def test_more_than_may_wait_are_told_to_come_back_and_somebody_who_leaves_makes_room() -> None:
    async def scenario() -> None:
        _, tries = make(0.0)
        inside = asyncio.Event()

        async def hold() -> None:
            async with tries.turn("alice"):
                inside.set()
                await asyncio.sleep(60)

        waiting = [asyncio.create_task(hold()) for _ in range(MOST_WAITING + 1)]
        await inside.wait()
        with pytest.raises(Busy):
            async with tries.turn("alice"):
                pass
        async with tries.turn("bob"):
            pass
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        async with tries.turn("alice"):
            pass

    asyncio.run(scenario())
