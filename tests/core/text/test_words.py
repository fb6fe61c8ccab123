"""Every value of the enumerations that people see has a word."""

from __future__ import annotations

from enum import StrEnum

import pytest

from shared.core.hold.record import Channel, Fate, Role, State
from shared.core.message.facts import MailKind, Protection, RecipientField
from shared.core.policy.decision import Disposition
from shared.core.text.words import WORDS

ENUMERATIONS: dict[str, type[StrEnum]] = {
    "disposition": Disposition,
    "state": State,
    "kind": MailKind,
    "field": RecipientField,
    "protection": Protection,
    "role": Role,
    "channel": Channel,
    "fate": Fate,
}


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_every_value_has_a_word(name: str) -> None:
    assert {f"{name}.{value}" for value in ENUMERATIONS[name]} <= WORDS.keys()


def test_no_word_is_left_over() -> None:
    wanted = {f"{name}.{value}" for name, values in ENUMERATIONS.items() for value in values}
    assert WORDS.keys() == wanted | {"internal", "external"}
