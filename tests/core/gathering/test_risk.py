"""When a late copy takes over what was decided, and when people are asked about it anew."""

from __future__ import annotations

import pytest

from shared.core.gathering.risk import Confirmed, merged, risk_differs
from shared.core.message.domains import domain_of
from shared.core.message.facts import RecipientFacts, RecipientField
from shared.core.policy.decision import Anchor, AnchorKind, ApprovalCall, Decision, DecisionPart, Disposition, Reason

A, A2, B = "a@out.example", "a2@out.example", "b@far.example"
CALL = ApprovalCall("p", "P", "manager")


def person(address: str, field: RecipientField = RecipientField.TO, *, external: bool = True) -> RecipientFacts:
    return RecipientFacts(address, domain_of(address), field, external)


def at(*addresses: str) -> tuple[Anchor, ...]:
    return tuple(Anchor(AnchorKind.RECIPIENT, address) for address in addresses)


def external(*addresses: str) -> Reason:
    return Reason("rule.recipient-external", (("count", len(addresses)),), at(*addresses), "external")


def forced(*addresses: str) -> Reason:
    return Reason("rule.forced-alert", (("count", len(addresses)),), at(*addresses), "forced")


def of_policy(id_: str) -> Reason:
    return Reason("policy.hold", (), (Anchor(AnchorKind.MESSAGE),), id_)


COUNT = Reason("rule.recipient-count", (("reached", ("total",)),), (Anchor(AnchorKind.MESSAGE),), "many")
FILES = Reason("rule.has-attachments", (("count", 1),), (Anchor(AnchorKind.ATTACHMENT, "2"),), "files")


def decision(*reasons: Reason, approvals: tuple[ApprovalCall, ...] = ()) -> Decision:
    return Decision((DecisionPart((A,), Disposition.HOLD, reasons),), 1, approvals=approvals)


@pytest.mark.parametrize(
    ("known", "new", "domains", "differs"),
    [
        pytest.param(
            decision(external(A)), decision(external(A, A2)), [A2], False, id="further-person-of-a-known-domain"
        ),
        pytest.param(decision(external(A)), decision(external(A, B)), [B], True, id="new-external-domain"),
        pytest.param(decision(of_policy("p")), decision(of_policy("p")), [B], True, id="new-domain-that-no-rule-names"),
        pytest.param(decision(external(A)), decision(external(A)), [], False, id="internal-people-only"),
        pytest.param(decision(external(A)), decision(external(A, A2), forced(A2)), [A2], True, id="forced-alert"),
        pytest.param(decision(forced(A)), decision(forced(A, A2)), [A2], True, id="further-person-of-a-forced-alert"),
        pytest.param(decision(forced(A, A2)), decision(forced(A)), [A], False, id="fewer-people"),
        pytest.param(decision(external(A)), decision(external(A), COUNT), [A], True, id="another-rule"),
        pytest.param(decision(COUNT), decision(COUNT), [A2], False, id="more-people-over-the-same-number"),
        pytest.param(decision(of_policy("p")), decision(of_policy("q")), [A], True, id="another-policy"),
        pytest.param(decision(FILES), decision(FILES), [A], False, id="same-attachments"),
        pytest.param(decision(external(A)), decision(external("A@OUT.example")), [A], False, id="other-spelling"),
        pytest.param(
            decision(FILES), decision(FILES, approvals=(CALL,)), [A], True, id="approval-that-was-not-asked-for"
        ),
        pytest.param(decision(approvals=(CALL,)), decision(approvals=(CALL,)), [A], False, id="same-approval"),
        pytest.param(decision(external(A)), decision(Reason("policy-error")), [A], True, id="error"),
    ],
)
def test_whether_the_risk_differs(known: Decision, new: Decision, domains: list[str], differs: bool) -> None:
    confirmed = Confirmed(known.reasons, known, (person(A),))
    assert risk_differs(confirmed, new, [person(address) for address in domains]) is differs


@pytest.mark.parametrize(
    ("recipient", "field", "external", "differs"),
    [
        pytest.param(A2, RecipientField.BCC, True, True, id="blind-copy-to-somebody-outside"),
        pytest.param(A2, RecipientField.CC, True, False, id="named-in-cc"),
        pytest.param("A@OUT.example", RecipientField.BCC, True, False, id="blind-copy-to-somebody-who-was-there"),
        pytest.param("x@in.example", RecipientField.BCC, False, False, id="blind-copy-to-a-colleague"),
    ],
)
def test_a_blind_copy_is_a_risk_of_its_own(
    recipient: str, field: RecipientField, external: bool, differs: bool
) -> None:
    known = decision(FILES)
    confirmed = Confirmed(known.reasons, known, (person(A),))
    assert risk_differs(confirmed, known, [person(recipient, field, external=external)]) is differs


def test_a_reason_that_goes_further_keeps_its_number_and_what_is_new_comes_last() -> None:
    known = (external(A), FILES)
    found = merged(known, (FILES, forced(B), external(A, A2)))
    assert found == (external(A, A2), FILES, forced(B))
    assert merged(found, known) == found, "the other way round nothing is lost"
    assert merged(known, (external(A, B),)) == (*known, external(A, B)), "another domain is a further box to tick"
