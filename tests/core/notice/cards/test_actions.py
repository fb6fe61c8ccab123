"""What buttons send: read back as written, and refused in any other shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.notice.cards.actions import (
    LONGEST_COMMENT,
    MOST_REASONS,
    BadCardAction,
    CardAction,
    CardVerb,
    action_data,
    read_action,
)

GOOD = {"verb": "hold.release", "m": "abc123", "v": 3, "a": [1, 2]}


@pytest.mark.parametrize("verb", CardVerb)
def test_a_button_is_read_back_as_it_was_written(verb: CardVerb) -> None:
    variant = "part-0" if verb.topic == "password" and verb is not CardVerb.PASSWORD_SHOW else ""
    action = CardAction(verb, "0abcXYZ", 12, variant, frozenset({1, 5}), "よろしく\nお願いします")
    assert read_action(verb.value, action_data(action)) == action
    assert read_action("", action_data(action)) == action  # Action.Submit: the data alone


def test_what_was_typed_comes_before_what_the_card_carries() -> None:
    data = action_data(CardAction(CardVerb.APPROVAL_DENY, "q", comment="before"))
    assert read_action("approval.deny", data | {"comment": "typed"}).comment == "typed"
    assert read_action("approval.deny", data | {"comment": ""}).comment == "before"


def test_fields_that_clients_add_are_passed_over() -> None:
    data = GOOD | {"msteams": {"type": "messageBack"}, "other": [1]}
    assert read_action("hold.release", data) == read_action("hold.release", GOOD)


def test_a_long_comment_is_cut_and_cleaned() -> None:
    action = read_action("hold.release", GOOD | {"comment": "\u202e\x00x" + "長" * 9000})
    assert len(action.comment) <= LONGEST_COMMENT
    assert action.comment.startswith("x長")


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        pytest.param("hold.release", None, id="no data"),
        pytest.param("hold.release", [GOOD], id="a list"),
        pytest.param("hold.explode", {"m": "abc"}, id="unknown verb"),
        pytest.param("", {"m": "abc"}, id="no verb at all"),
        pytest.param("", {"verb": 7, "m": "abc"}, id="verb of another type"),
        pytest.param("hold.discard", GOOD, id="verb differs from the data"),
        pytest.param("hold.release", GOOD | {"m": ""}, id="no message"),
        pytest.param("hold.release", GOOD | {"m": 5}, id="message of another type"),
        pytest.param("hold.release", GOOD | {"m": "a/../b"}, id="message with path"),
        pytest.param("hold.release", GOOD | {"m": "x" * 65}, id="message too long"),
        pytest.param("hold.release", GOOD | {"v": -1}, id="negative version"),
        pytest.param("hold.release", GOOD | {"v": True}, id="version that is none"),
        pytest.param("hold.release", GOOD | {"v": "3"}, id="version as text"),
        pytest.param("hold.release", GOOD | {"a": "1,2"}, id="reasons as text"),
        pytest.param("hold.release", GOOD | {"a": [1] * (MOST_REASONS + 1)}, id="too many reasons"),
        pytest.param("hold.release", GOOD | {"a": [1.5]}, id="half a reason"),
        pytest.param("hold.release", GOOD | {"comment": ["x"]}, id="comment as list"),
        pytest.param("password.send", {"m": "abc"}, id="password without variant"),
        pytest.param("password.send", {"m": "abc", "p": "../x"}, id="variant with path"),
    ],
)
def test_anything_else_is_refused(verb: str, data: object) -> None:
    with pytest.raises(BadCardAction):
        read_action(verb, data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    verb=st.sampled_from([*CardVerb, "", "x"]) | st.text(max_size=10),
    data=_JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(("verb", "m", "v", "p", "a", "c", "comment"), _JSON)),
)
def test_no_data_does_more_than_be_refused(verb: str, data: Any) -> None:
    try:
        action = read_action(str(verb), data)
    except BadCardAction:
        return
    assert isinstance(action, CardAction)


def test_only_the_last_step_of_each_act_changes_something() -> None:
    acting = {verb for verb in CardVerb if verb.acts}
    assert acting == {
        CardVerb.HOLD_RELEASE,
        CardVerb.HOLD_DISCARD,
        CardVerb.HOLD_WITHDRAW,
        CardVerb.APPROVAL_APPROVE,
        CardVerb.APPROVAL_DENY,
        CardVerb.PASSWORD_SEND,
        CardVerb.PASSWORD_PAUSE,
        CardVerb.PASSWORD_RESUME,
        CardVerb.PASSWORD_DELETE,
    }
