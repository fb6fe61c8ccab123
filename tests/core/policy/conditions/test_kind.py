"""Conditions on the kind of mail."""

from __future__ import annotations

import pytest

from shared.core.message.facts import MailKind
from shared.core.policy.conditions.model import Kind
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts

KINDS = [kind for kind in MailKind if kind is not MailKind.OWN]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_matches_itself_alone(kind: MailKind) -> None:
    for other in KINDS:
        assert matches(Kind(kinds=(kind.value,)), message_facts(kind=other)) == (kind is other)  # type: ignore[arg-type]  # own words


def test_one_of_several_kinds_is_enough() -> None:
    told = answer(Kind(kinds=("dsn", "calendar")), message_facts(kind=MailKind.CALENDAR))
    assert (told.matched, told.value, told.wanted) == (True, ("calendar",), ("dsn", "calendar"))
