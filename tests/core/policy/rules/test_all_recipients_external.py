"""R4: all recipients are external, the sender's own address apart."""

from __future__ import annotations

import pytest

from shared.core.policy.rules.all_recipients_external import match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import SENDER, message_facts

RULE = RuleAssignment(id="r", rule="all-recipients-external")


@pytest.mark.parametrize(
    ("to", "cc", "marked"),
    [
        pytest.param([], [], None, id="no recipient"),
        pytest.param(["a@out.example"], [], ["a@out.example"], id="one external"),
        pytest.param(["a@out.example"], ["b@other.example"], ["a@out.example", "b@other.example"], id="several"),
        pytest.param(["a@out.example"], ["b@acme.example"], None, id="a colleague in Cc"),
        pytest.param(["a@out.example"], [SENDER], ["a@out.example"], id="a copy to oneself is no colleague"),
        pytest.param(["a@out.example"], [SENDER.upper()], ["a@out.example"], id="a copy to oneself in capitals"),
        pytest.param([SENDER], [], None, id="to oneself alone"),
        pytest.param([SENDER], ["b@acme.example"], None, id="oneself and a colleague"),
    ],
)
def test_message_without_a_colleague_is_held(to: list[str], cc: list[str], marked: list[str] | None) -> None:
    reason = match(message_facts(to, cc), RULE)
    if marked is None:
        assert reason is None
    else:
        assert reason is not None
        assert [anchor.value for anchor in reason.anchors] == marked
        assert dict(reason.args) == {"count": len(marked)}


def test_from_address_counts_as_own_where_the_reverse_path_differs() -> None:
    facts = message_facts(["a@out.example"], ["info@acme.example"], header_from=["info@acme.example"])
    assert match(facts, RULE) is not None


def test_sender_outside_who_writes_to_himself_is_no_recipient() -> None:
    facts = message_facts(["me@out.example"], sender="me@out.example", header_from=[])
    assert match(facts, RULE) is None
