"""Whether copies are missing, as To and Cc tell."""

from __future__ import annotations

import pytest

from shared.core.gathering.completeness import is_complete
from tests.support.message_facts import INTERNAL, message_facts

OUT, FAR, IN = "a@out.example", "b@far.example", "c@acme.example"


@pytest.mark.parametrize(
    ("to", "cc", "envelope", "others", "complete"),
    [
        pytest.param([OUT], [], [OUT], [], True, id="everybody-is-there"),
        pytest.param([OUT, IN], [], [OUT], [], True, id="internal-people-come-another-way"),
        pytest.param([OUT], [FAR], [OUT], [], False, id="external-cc-is-missing"),
        pytest.param([OUT], [FAR], [OUT], [FAR], True, id="external-cc-came-by-another-copy"),
        pytest.param([OUT.upper()], [], [OUT], [], True, id="spelled-otherwise"),
        pytest.param([], [], [OUT], [], True, id="nobody-is-named"),
        pytest.param(["undisclosed"], [], [OUT], [], True, id="what-is-no-address"),
        pytest.param([OUT, FAR], [], [], [OUT], False, id="one-of-two"),
    ],
)
def test_who_is_missing(to: list[str], cc: list[str], envelope: list[str], others: list[str], complete: bool) -> None:
    from dataclasses import replace

    facts = message_facts(to, cc)
    facts = replace(facts, envelope=replace(facts.envelope, recipients=tuple(envelope)))
    assert is_complete(facts, others, INTERNAL) is complete
