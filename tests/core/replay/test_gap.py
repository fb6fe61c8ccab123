"""Three-valued logic: what depends on missing facts is neither yes nor no, and what does not depend on them is."""

from __future__ import annotations

import pytest

from shared.core.replay.gap import Answer, Gap, both, either, opposite

BODY, HEADERS = frozenset({Gap.BODY}), frozenset({Gap.HEADERS})


@pytest.mark.parametrize(
    ("first", "second", "and_", "or_"),
    [
        pytest.param(True, True, True, True, id="yes-yes"),
        pytest.param(True, False, False, True, id="yes-no"),
        pytest.param(False, False, False, False, id="no-no"),
        pytest.param(True, BODY, BODY, True, id="yes-open"),
        pytest.param(False, BODY, False, BODY, id="no-open"),
        pytest.param(BODY, HEADERS, BODY | HEADERS, BODY | HEADERS, id="open-open"),
    ],
)
def test_answers_join(first: Answer, second: Answer, and_: Answer, or_: Answer) -> None:
    assert both(first, second) == both(second, first) == and_
    assert either(first, second) == either(second, first) == or_
    assert opposite(both(first, second)) == either(opposite(first), opposite(second))


@pytest.mark.parametrize("answer", [True, False, BODY])
def test_the_opposite_of_the_opposite_is_the_answer(answer: Answer) -> None:
    assert opposite(opposite(answer)) == answer
