"""Lines of history."""

from __future__ import annotations

import pytest

from shared.core.hold.record import EventCode
from shared.core.text.events import EVENTS, render_event


def test_line_is_filled_in_the_language_asked_for() -> None:
    args = (("attempt", "2"), ("pending", "3"))
    assert render_event("deferred", args, "ja") == "3件の宛先に配送できなかったため、あらためて配送します（2回目）。"
    assert render_event("deferred", args, "en").startswith("Attempt 2: recipients still to be reached: 3.")


@pytest.mark.parametrize("code", EventCode)
def test_every_event_has_a_line(code: EventCode) -> None:
    assert code.value in EVENTS


def test_arguments_that_the_line_does_not_show_are_ignored() -> None:
    assert render_event("held", (("reason", "rule.x"),), "en") == "Held."


def test_event_of_another_version_is_shown_by_its_code() -> None:
    assert render_event("of-tomorrow", (), "ja") == "of-tomorrow"
    assert render_event("deferred", (), "ja") == "deferred"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param("allow", "An approver answered: approved.", id="allow"),
        pytest.param("deny", "An approver answered: denied.", id="deny"),
        pytest.param("of-tomorrow", "An approver answered: of-tomorrow.", id="unknown"),
    ],
)
def test_answer_of_an_approver_is_told_in_words(answer: str, expected: str) -> None:
    assert render_event("voted", (("seat", "a@x.example"), ("answer", answer)), "en") == expected
