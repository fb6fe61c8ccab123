"""Conditions on the number of recipients."""

from __future__ import annotations

import pytest

from shared.core.policy.conditions.model import RecipientCount
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts, recipient

FACTS = message_facts(
    ["a@x.example", "A@x.example", "b@acme.example"],
    ["c@y.example"],
    ["d@acme-sales.example"],
    lists=[recipient("all@z.example", members=30)],
)


@pytest.mark.parametrize(
    ("count", "number"),
    [
        pytest.param("all", 5, id="everybody once, whatever case"),
        pytest.param("to", 3, id="To"),
        pytest.param("cc", 1, id="Cc"),
        pytest.param("bcc", 1, id="Bcc"),
        pytest.param("to-cc", 4, id="To and Cc"),
        pytest.param("external", 3, id="external"),
        pytest.param("domains", 5, id="different domains"),
        pytest.param("external-domains", 3, id="different external domains"),
    ],
)
def test_count(count: str, number: int) -> None:
    told = answer(RecipientCount(count=count, comparison="=", number=number), FACTS)  # type: ignore[arg-type]  # table
    assert told.value == (str(number),)
    assert told.matched


@pytest.mark.parametrize(
    ("comparison", "number", "matched"),
    [
        ("=", 2, True),
        ("=", 3, False),
        ("!=", 3, True),
        ("!=", 2, False),
        (">=", 2, True),
        (">=", 3, False),
        (">", 1, True),
        (">", 2, False),
        ("<=", 2, True),
        ("<=", 1, False),
        ("<", 3, True),
        ("<", 2, False),
    ],
)
def test_comparison_with_two_recipients(comparison: str, number: int, matched: bool) -> None:
    condition = RecipientCount(comparison=comparison, number=number)  # type: ignore[arg-type]  # table
    assert matches(condition, message_facts(["a@x.example", "b@x.example"])) == matched


def test_list_counts_as_one_or_by_its_members() -> None:
    assert answer(RecipientCount(number=1, lists_by="members"), FACTS).value == ("34",)
    assert answer(RecipientCount(number=1), FACTS).value == ("5",)


def test_nobody_is_none() -> None:
    assert matches(RecipientCount(comparison="=", number=0), message_facts())
    assert matches(RecipientCount(count="domains", comparison="=", number=0), message_facts())
