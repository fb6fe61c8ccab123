"""Conditions on the size of the message, which is 1,000 bytes in these tests."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import Size
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts


@pytest.mark.parametrize(
    ("comparison", "number", "matched"),
    [
        ("=", 1000, True),
        ("!=", 1000, False),
        (">=", 1000, True),
        (">", 1000, False),
        ("<=", 999, False),
        ("<", 1001, True),
    ],
)
def test_size(comparison: str, number: int, matched: bool) -> None:
    assert matches(Size(comparison=comparison, number=number), message_facts()) == matched  # type: ignore[arg-type]  # table


def test_explanation() -> None:
    told = answer(Size(number=5), message_facts())
    assert (told.wanted, told.value) == ((">= 5",), ("1000",))
