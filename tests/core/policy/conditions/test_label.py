"""Conditions on the sensitivity label."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.policy.conditions.model import Label
from tests.support.conditions import answer, matches
from tests.support.message_facts import message_facts

ID = "2fe0b1e5-61a5-4a0e-9c6b-1d3c62d8a5f1"
CONFIDENTIAL = (
    f"MSIP_Label_{ID}_Enabled=true;MSIP_Label_{ID}_SetDate=2026-11-20T01:02:03Z;"
    f"MSIP_Label_{ID}_Name=社外秘;MSIP_Label_{ID}_ContentBits=0;"
)


@pytest.mark.parametrize(
    ("header", "operator", "values", "matched"),
    [
        pytest.param(CONFIDENTIAL, "equals", ("社外秘",), True, id="by name"),
        pytest.param(CONFIDENTIAL, "equals", (ID.upper(),), True, id="by id"),
        pytest.param(CONFIDENTIAL, "equals", (f"{{{ID}}}",), True, id="by id in braces"),
        pytest.param(CONFIDENTIAL, "equals", ("公開", "社外秘"), True, id="one of several"),
        pytest.param(CONFIDENTIAL, "equals", ("公開",), False, id="another name"),
        pytest.param(CONFIDENTIAL, "not-equals", ("公開",), True, id="not the other"),
        pytest.param(CONFIDENTIAL, "not-equals", ("社外秘",), False, id="not, but it is"),
        pytest.param(CONFIDENTIAL, "exists", (), True, id="exists"),
        pytest.param(CONFIDENTIAL, "does-not-exist", (), False, id="does not exist, but does"),
        pytest.param(CONFIDENTIAL.replace("true", "false"), "exists", (), False, id="a label that is off"),
        pytest.param(f"MSIP_Label_{ID}_Enabled=True", "equals", (ID,), True, id="a label without a name"),
        pytest.param("garbage; =; MSIP_Label_=x; MSIP_Label", "exists", (), False, id="garbage"),
        pytest.param(None, "exists", (), False, id="no field"),
        pytest.param(None, "does-not-exist", (), True, id="no field: none exists"),
        pytest.param(None, "equals", ("社外秘",), False, id="no field: equals"),
        pytest.param(None, "not-equals", ("社外秘",), True, id="no field: not-equals"),
    ],
)
def test_label(header: str | None, operator: str, values: tuple[str, ...], matched: bool) -> None:
    facts = replace(message_facts(), headers=(("msip_labels", header),) if header is not None else ())
    assert matches(Label(operator=operator, values=values), facts) == matched  # type: ignore[arg-type]  # table


def test_explanation_shows_the_names() -> None:
    facts = replace(message_facts(), headers=(("MSIP_Labels", CONFIDENTIAL),))
    told = answer(Label(operator="equals", values=("社外秘",)), facts)
    assert (told.value, told.found) == (("社外秘",), ("社外秘",))
