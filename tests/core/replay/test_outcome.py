"""What counts as a difference between two decisions."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.policy.decision import ApprovalCall, Decision, DecisionPart, Disposition, Reason, TransformCall
from shared.core.replay.outcome import Difference, Fate, differences, outcome_of

ZIP = TransformCall("zip", '{"policy":"p"}')
OTHER_ZIP = TransformCall("zip", '{"policy":"q"}')
DELIVER, HOLD, REJECT, DISCARD = Disposition.DELIVER, Disposition.HOLD, Disposition.REJECT, Disposition.DISCARD
D = Difference


def decision(disposition: Disposition = DELIVER, code: str = "no-rule", **more: Any) -> Decision:
    own = {name: more.pop(name) for name in ("transforms", "added_recipients") if name in more}
    return Decision((DecisionPart(("a@x.example",), disposition, (Reason(code, rule_id="r"),), **own),), 1, **more)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(decision(), decision(), set(), id="same"),
        pytest.param(decision(), decision(HOLD), {D.NEWLY_HELD}, id="hold"),
        pytest.param(decision(HOLD), decision(), {D.NO_LONGER_HELD, D.NEWLY_DELIVERED}, id="hold-gone"),
        pytest.param(decision(HOLD), decision(REJECT), {D.NO_LONGER_HELD, D.NEWLY_REJECTED}, id="hold-to-reject"),
        pytest.param(decision(HOLD), decision(DISCARD), {D.NO_LONGER_HELD, D.NEWLY_DISCARDED}, id="hold-to-discard"),
        pytest.param(decision(REJECT), decision(HOLD), {D.NEWLY_HELD}, id="reject-to-hold"),
        pytest.param(decision(), decision(delay_minutes=5), {D.NEWLY_DELAYED}, id="delay"),
        pytest.param(decision(delay_minutes=5), decision(), {D.NEWLY_DELIVERED}, id="delay-gone"),
        pytest.param(decision(delay_minutes=5), decision(delay_minutes=9), {D.OTHER_DELAY}, id="longer-delay"),
        pytest.param(decision(HOLD), decision(HOLD, "rule.x"), {D.OTHER_CAUSES}, id="other-reason"),
        pytest.param(decision(), decision(transforms=(ZIP,)), {D.NEWLY_CHANGED}, id="zip"),
        pytest.param(decision(transforms=(ZIP,)), decision(), {D.NO_LONGER_CHANGED}, id="zip-gone"),
        pytest.param(
            decision(transforms=(ZIP,)), decision(transforms=(OTHER_ZIP,)), {D.CHANGED_OTHERWISE}, id="other-zip"
        ),
        pytest.param(decision(), decision(added_recipients=("b@x.example",)), {D.NEWLY_CHANGED}, id="copy"),
        pytest.param(decision(transforms=(ZIP,)), decision(DISCARD), {D.NEWLY_DISCARDED}, id="nothing-goes-out"),
        pytest.param(
            decision(transforms=(ZIP,)), decision(HOLD), {D.NEWLY_HELD, D.NO_LONGER_CHANGED}, id="held-unchanged"
        ),
        pytest.param(decision(), decision(route="x"), {D.OTHER_ROUTE}, id="route"),
        pytest.param(
            decision(HOLD, approvals=(ApprovalCall("p", "P", "manager"),)),
            decision(HOLD, approvals=(ApprovalCall("p", "P", "group", group="g"),)),
            {D.OTHER_APPROVALS},
            id="another approver",
        ),
        pytest.param(
            decision(HOLD, approvals=(ApprovalCall("p", "P", "manager"),)),
            decision(HOLD, approvals=(ApprovalCall("p", "Other name", "manager"),)),
            set(),
            id="approval by another name",
        ),
        pytest.param(
            decision(transforms=(TransformCall("boss-copy", '{"field":"cc","addresses":["B@x"],"envelope":[]}'),)),
            decision(transforms=(TransformCall("boss-copy", '{"field":"cc","addresses":["b@x"],"envelope":[]}'),)),
            set(),
            id="spelling-of-the-header",
        ),
        pytest.param(
            decision(transforms=(TransformCall("boss-copy", '{"field":"cc","addresses":[],"envelope":[]}'),)),
            decision(transforms=(TransformCall("boss-copy", '{"field":"bcc","addresses":[],"envelope":[]}'),)),
            {D.CHANGED_OTHERWISE},
            id="cc-becomes-bcc",
        ),
    ],
)
def test_differences(before: Decision, after: Decision, expected: set[Difference]) -> None:
    assert differences(outcome_of(before), outcome_of(after)) == expected


def test_policies_that_were_applied_are_causes_and_other_notes_are_not() -> None:
    noted = decision(notes=(Reason("policy.applied", rule_id="p"), Reason("policy.gave-way", rule_id="q")))
    outcome = outcome_of(noted)
    assert {(cause.code, cause.id) for cause in outcome.causes} == {("no-rule", "r"), ("policy.applied", "p")}
    assert outcome.fate is Fate.DELIVER


def test_the_order_of_parts_does_not_matter() -> None:
    parts = [DecisionPart((name,), DELIVER, (Reason("no-rule"),), (ZIP,)) for name in ("a", "b")]
    assert outcome_of(Decision(tuple(parts), 1)) == outcome_of(Decision(tuple(reversed(parts)), 1))
