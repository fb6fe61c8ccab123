"""R2: some recipient is external."""

from __future__ import annotations

import pytest

from shared.core.policy.rules.recipient_external import match
from shared.core.policy.tenant_settings import RuleAssignment
from tests.support.message_facts import message_facts

RULE = RuleAssignment(id="r", rule="recipient-external")


@pytest.mark.parametrize(
    ("to", "cc", "bcc", "external"),
    [
        pytest.param([], [], [], None, id="no recipient"),
        pytest.param(["a@acme.example"], ["b@acme-sales.example"], [], None, id="colleagues only"),
        pytest.param(["a@out.example"], [], [], ["a@out.example"], id="external in To"),
        pytest.param(["a@acme.example"], ["b@out.example"], [], ["b@out.example"], id="external in Cc"),
        pytest.param(["a@acme.example"], [], ["c@out.example"], ["c@out.example"], id="external in Bcc"),
        pytest.param(["a@sub.acme.example"], [], [], ["a@sub.acme.example"], id="subdomain is not internal by itself"),
        pytest.param(["nobody"], [], [], ["nobody"], id="address without a domain"),
    ],
)
def test_external_recipients_are_marked(
    to: list[str], cc: list[str], bcc: list[str], external: list[str] | None
) -> None:
    reason = match(message_facts(to, cc, bcc), RULE)
    if external is None:
        assert reason is None
    else:
        assert reason is not None
        assert [anchor.value for anchor in reason.anchors] == external
        assert dict(reason.args) == {"count": len(external)}


def test_one_person_written_in_two_ways_counts_once_and_is_marked_twice() -> None:
    reason = match(message_facts(["a@out.example"], ["A@OUT.example"]), RULE)
    assert reason is not None
    assert dict(reason.args) == {"count": 1}
    assert [anchor.value for anchor in reason.anchors] == ["a@out.example", "A@OUT.example"]
