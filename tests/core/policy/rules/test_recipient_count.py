"""R5: the number of recipients reaches a threshold."""

from __future__ import annotations

import pytest

from shared.core.message.facts import RecipientField
from shared.core.policy.decision import Anchor, AnchorKind
from shared.core.policy.rules.recipient_count import match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import message_facts, recipient

TO, CC, BCC = 3, 2, 1
FACTS = message_facts(
    [f"t{number}@x.example" for number in range(TO)],
    [f"c{number}@acme.example" for number in range(CC)],
    [f"b{number}@x.example" for number in range(BCC)],
)


@pytest.mark.parametrize(
    ("limits", "reached"),
    [
        pytest.param({"total_from": 6}, [("total", "6", "6")], id="total reached exactly"),
        pytest.param({"total_from": 7}, [], id="total not reached"),
        pytest.param({"to_and_cc_from": 5}, [("to_and_cc", "5", "5")], id="To and Cc"),
        pytest.param({"to_and_cc_from": 6}, [], id="Bcc does not count towards To and Cc"),
        pytest.param({"to_from": 3}, [("to", "3", "3")], id="To"),
        pytest.param({"to_from": 4}, [], id="Cc and Bcc do not count towards To"),
        pytest.param({"cc_from": 1}, [("cc", "2", "1")], id="Cc above its number"),
        pytest.param({"bcc_from": 1}, [("bcc", "1", "1")], id="Bcc"),
        pytest.param({"bcc_from": 2}, [], id="Bcc not reached"),
        pytest.param(
            {"total_from": 5, "to_from": 9, "cc_from": 2},
            [("total", "6", "5"), ("cc", "2", "2")],
            id="every count that is reached is named",
        ),
        pytest.param({}, [], id="no number set"),
    ],
)
def test_count_reaches_its_number(limits: dict[str, int], reached: list[tuple[str, str, str]]) -> None:
    reason = match(FACTS, RuleAssignment(id="r", rule="recipient-count", **limits))  # type: ignore[arg-type]  # table
    if not reached:
        assert reason is None
    else:
        assert reason is not None
        args = dict(reason.args)
        assert [*zip(args["reached"], args["counts"], args["limits"], strict=True)] == reached  # type: ignore[arg-type]
        assert reason.anchors == (Anchor(AnchorKind.MESSAGE),)


LIST = recipient("all@acme.example", RecipientField.TO, members=40)


@pytest.mark.parametrize(
    ("by", "limit", "held"),
    [
        pytest.param("list", 2, True, id="a list is one: two recipients"),
        pytest.param("list", 3, False, id="a list is one: not three"),
        pytest.param("members", 41, True, id="by members: forty and one"),
        pytest.param("members", 42, False, id="by members: not more"),
    ],
)
def test_distribution_list_counts_as_set(by: str, limit: int, held: bool) -> None:
    rule = RuleAssignment(id="r", rule="recipient-count", total_from=limit, count_lists_by=by)  # type: ignore[arg-type]
    assert (match(message_facts(["a@x.example"], lists=[LIST]), rule) is not None) is held


def test_list_of_unknown_size_still_counts_as_one() -> None:
    empty = recipient("all@acme.example", RecipientField.TO, members=0)
    rule = RuleAssignment(id="r", rule="recipient-count", total_from=1, count_lists_by="members")
    assert match(message_facts(lists=[empty]), rule) is not None


def test_mailbox_written_in_two_cases_counts_once() -> None:
    rule = RuleAssignment(id="r", rule="recipient-count", total_from=2)
    assert match(message_facts(["a@x.example", "A@x.example"]), rule) is None
    assert match(message_facts(["a@x.example", "b@x.example"]), rule) is not None
