"""Random bytes that several workers make alike, and nobody else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core.gathering.shared_random import shared_random

SECRET = b"s" * 32


@given(st.lists(st.integers(0, 100), min_size=1, max_size=10))
def test_the_stream_is_the_same_however_it_is_cut(lengths: list[int]) -> None:
    taken = shared_random(SECRET, "demo", "group", "policy")
    assert b"".join(map(taken, lengths)) == shared_random(SECRET, "demo", "group", "policy")(sum(lengths))


def test_it_does_not_repeat_itself_and_is_another_for_every_name_and_key() -> None:
    sources = [
        shared_random(SECRET, "demo", "group", "policy"),
        shared_random(b"t" * 32, "demo", "group", "policy"),
        shared_random(SECRET, "demo2", "group", "policy"),
        shared_random(SECRET, "demo", "grouppolicy", ""),
        shared_random(SECRET, "demo", "group", "policy2"),
    ]
    found = [source(32) for source in sources for _ in range(3)]
    assert len(set(found)) == len(found)
