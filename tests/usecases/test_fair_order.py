"""Whose work comes next: in turns, whatever one tenant has piled up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.usecases.fair_order import fair_order


@pytest.mark.parametrize(
    ("items", "most", "expected"),
    [
        pytest.param("", 5, "", id="nothing"),
        pytest.param("a1 a2 a3", 2, "a1 a2", id="one tenant: its own order"),
        pytest.param("a1 a2 a3 b1", 3, "a1 b1 a2", id="the other one has its turn"),
        pytest.param("a1 b1 c1 a2 b2", 9, "a1 b1 c1 a2 b2", id="all of it"),
        pytest.param("b1 a1 a2", 1, "b1", id="whoever was first"),
        pytest.param("a1 a2", 0, "", id="none wanted"),
    ],
)
def test_owners_have_their_turns(items: str, most: int, expected: str) -> None:
    assert fair_order(items.split(), lambda item: item[0], most) == expected.split()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers())), st.integers(0, 30))
def test_nobody_gets_less_than_a_share_or_than_there_is(items: list[tuple[str, int]], most: int) -> None:
    chosen = fair_order(items, lambda item: item[0], most)
    assert len(chosen) == min(most, len(items))
    owners = {name for name, _ in items}
    for name in owners:
        own = [item for item in items if item[0] == name]
        got = [item for item in chosen if item[0] == name]
        assert got == own[: len(got)]
        assert len(got) >= min(len(own), most // len(owners))
