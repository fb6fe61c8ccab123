"""Who gets memory for a message's content, and in which order those who wait do."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_relay.data_budget import LEAST_HELD, MOST_HELD, DataBudget, Place, held_by

ONE = MOST_HELD


@pytest.mark.parametrize(
    ("announced", "held"),
    [(0, MOST_HELD), (1, LEAST_HELD + 1), (1_000_000, 1_000_000 + LEAST_HELD), (10**20, MOST_HELD)],
    ids=["not announced", "small", "middle", "endless"],
)
def test_what_a_message_is_counted_with(announced: int, held: int) -> None:
    assert held_by(announced) == held


async def soon() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_message_waits_for_room_and_gets_it() -> None:
    async def run() -> None:
        budget = DataBudget(2 * ONE)
        first, second = [await budget.take("a", 0, 9) for _ in range(2)]
        assert first is not None
        assert second is not None
        assert budget.must_wait("a", 1)
        third = asyncio.create_task(budget.take("a", 0, 9))
        await soon()
        assert not third.done()
        assert (budget.in_use, budget.waiting) == (2 * ONE, 1)
        budget.give_back(first)
        assert await third is not None
        assert (budget.in_use, budget.waiting) == (2 * ONE, 0)

    asyncio.run(run())


def test_who_waits_too_long_gets_none_and_takes_nothing() -> None:
    async def run() -> None:
        budget = DataBudget(ONE)
        first = await budget.take("a", 0, 9)
        assert first is not None
        assert await budget.take("b", 0, 0.01) is None
        budget.give_back(first)
        assert (budget.in_use, budget.waiting) == (0, 0)

    asyncio.run(run())


def test_who_goes_away_while_waiting_is_passed_over() -> None:
    async def run() -> None:
        budget = DataBudget(ONE)
        first = await budget.take("a", 0, 9)
        assert first is not None
        gone, stays = (asyncio.create_task(budget.take(name, 0, 9)) for name in "bc")
        await soon()
        gone.cancel()
        budget.give_back(first)  # before the one that was cancelled has run
        place = await stays
        assert place is not None
        await asyncio.gather(gone, return_exceptions=True)
        assert budget.in_use == ONE
        budget.give_back(place)
        assert (budget.in_use, budget.waiting) == (0, 0)

    asyncio.run(run())


def test_who_goes_away_just_as_it_was_let_in_gives_its_place_back() -> None:
    async def run() -> None:
        budget = DataBudget(ONE)
        first = await budget.take("a", 0, 9)
        assert first is not None
        second = asyncio.create_task(budget.take("b", 0, 9))
        await soon()
        budget.give_back(first)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert (budget.in_use, budget.waiting) == (0, 0)

    asyncio.run(run())


def test_the_next_place_goes_to_the_tenant_that_holds_least() -> None:
    async def run() -> list[str]:
        budget = DataBudget(3 * ONE)
        held = [await budget.take("greedy", 0, 9) for _ in range(3)]
        order: list[str] = []

        async def wait(tenant: str) -> None:
            place = await budget.take(tenant, 0, 9)
            assert place is not None
            order.append(tenant)

        waiting = [asyncio.create_task(wait(name)) for name in ["greedy", "greedy", "greedy", "small", "other"]]
        await soon()
        for place in held:
            assert place is not None
            budget.give_back(place)
            await soon()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return order

    assert asyncio.run(run()) == ["small", "other", "greedy"]


def test_a_tenant_whose_content_never_ends_leaves_room_for_others() -> None:
    async def run() -> None:
        budget = DataBudget(8 * ONE)
        endless = [asyncio.create_task(budget.take("endless", 0, 9)) for _ in range(50)]
        await soon()
        assert budget.in_use == 6 * ONE
        for _ in range(3):
            assert not budget.must_wait("other", 0), "who waits for more than a share is in nobody's way"
            place = await budget.take("other", 0, 0.01)
            assert place is not None
            budget.give_back(place)
        assert budget.in_use == 6 * ONE
        for task in endless:
            task.cancel()
        await asyncio.gather(*endless, return_exceptions=True)

    asyncio.run(run())


def test_even_the_smallest_memory_lets_one_message_in() -> None:
    async def run() -> None:
        budget = DataBudget(1)
        assert await budget.take("a", 0, 9) is not None

    asyncio.run(run())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 8 * 2**20), st.booleans()), max_size=60))
def test_no_more_than_the_memory_is_ever_given_out_and_all_of_it_comes_back(
    steps: list[tuple[str, int, bool]],
) -> None:
    async def run() -> None:
        budget = DataBudget(4 * ONE)
        tasks: list[asyncio.Task[Place | None]] = []
        for tenant, announced, give_back in steps:
            tasks.append(asyncio.create_task(budget.take(tenant, announced, 9)))
            await soon()
            assert budget.in_use <= 4 * ONE
            done = [task for task in tasks if task.done()]
            if give_back and done:
                tasks.remove(done[0])
                place = done[0].result()
                assert place is not None
                budget.give_back(place)
        while tasks:
            done = [task for task in tasks if task.done()]
            for task in done:
                tasks.remove(task)
                place = task.result()
                assert place is not None
                budget.give_back(place)
            await soon()
        assert (budget.in_use, budget.waiting) == (0, 0)

    asyncio.run(run())
