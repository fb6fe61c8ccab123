"""Judging a past message by a draft: sure where every way leads to one end, open where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.message.facts import MailKind
from shared.core.policy.actions import (
    Action,
    BccConversion,
    BossCopy,
    DeliverAtOnce,
    Discard,
    Hold,
    InsertText,
    Reject,
    Zip,
)
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.model import AllOf, Body, Header, Subject
from shared.core.policy.decision import Disposition, Reason
from shared.core.policy.policies import Policy, SubjectMark
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.core.replay.gap import Gap
from shared.core.replay.judge_again import MOST_OPEN, Draft, Judgement
from shared.core.replay.outcome import Fate
from shared.core.replay.stored_facts import stored_facts
from tests.support.decisions import EXTERNAL, FORCED, policy, tenant
from tests.support.message_facts import INTERNAL, attachment
from tests.support.past_messages import decided, past_message

TEXT = Body(operator="contains", values=("x",))
FIELD = Header(name="X-A", operator="exists")
WORD = RuleAssignment(id="word", rule="condition", when=TEXT)
D, H = Fate.DELIVER, Fate.HOLD


def judged(settings: TenantSettings, *, others: tuple[str, ...] | None = (), **facts: Any) -> Judgement:
    past = past_message(**facts)
    past = replace(past, summary=replace(past.summary, others=others))
    stored = stored_facts(past, INTERNAL, INTERNAL, {})
    return Draft(settings).judge(stored, MatchContext(stored.facts))


def on_text(id_: str, action: Action, **more: Any) -> Policy:
    return policy(id_, action, when=TEXT, **more)


@pytest.mark.parametrize(
    ("settings", "facts", "fates", "open_"),
    [
        pytest.param(tenant(rules=[EXTERNAL]), {}, {H}, [], id="needs-nothing"),
        pytest.param(tenant(rules=[WORD]), {}, {D, H}, ["word"], id="rule-on-the-body"),
        pytest.param(tenant(rules=[WORD, EXTERNAL]), {}, {H}, ["word"], id="held-anyway"),
        pytest.param(tenant(on_text("p", Hold())), {}, {D, H}, ["p"], id="policy-on-the-body"),
        pytest.param(
            tenant(on_text("p", Discard()), rules=[EXTERNAL]), {}, {H, Fate.DISCARD}, ["p"], id="may-be-discarded"
        ),
        pytest.param(
            tenant(on_text("p", DeliverAtOnce()), rules=[EXTERNAL]), {}, {D, H}, ["p"], id="may-pass-the-rule"
        ),
        pytest.param(tenant(on_text("p", DeliverAtOnce()), rules=[FORCED]), {}, {D}, ["p"], id="passes-either-way"),
        pytest.param(
            tenant(policy("s", Reject(), stop=True), on_text("p", Hold())), {}, {Fate.REJECT}, [], id="after-a-stop"
        ),
        pytest.param(
            tenant(on_text("s", Hold(), stop=True), policy("p", Reject())), {}, {H, Fate.REJECT}, ["s"], id="may-stop"
        ),
        pytest.param(tenant(rules=[WORD]), {"sender": ""}, {D}, [], id="null-sender"),
        pytest.param(tenant(rules=[WORD]), {"kind": MailKind.AUTOMATIC_REPLY}, {D}, [], id="automatic-reply"),
        pytest.param(
            tenant(rules=[WORD]),
            {"unreadable": "too-deep"},
            {H},
            [],
            id="unreadable",
        ),
    ],
)
def test_fates_that_are_possible(
    settings: TenantSettings, facts: dict[str, Any], fates: set[Fate], open_: list[str]
) -> None:
    found = judged(settings, **facts)
    assert {outcome.fate for outcome in found.outcomes} == fates
    assert [item.id for item in found.open] == open_
    assert (found.fate is None) is (len(fates) > 1)


@pytest.mark.parametrize(
    ("facts", "options", "gaps"),
    [
        pytest.param({"unreadable": "internal-error"}, {}, {Gap.FACTS}, id="no-facts"),
        pytest.param(
            {"subject": "x" * 1000},
            {"subject_marks": (SubjectMark(mark="[[z]]", effect="zip"),)},
            {Gap.SUBJECT},
            id="marks",
        ),
    ],
)
def test_nothing_is_said_where_the_order_of_decision_itself_needs_what_is_missing(
    facts: dict[str, Any], options: dict[str, Any], gaps: set[Gap]
) -> None:
    assert judged(tenant(rules=[EXTERNAL], **options), **facts) == Judgement((), frozenset(gaps))


def test_a_forced_alert_with_an_open_exception_may_hold_machine_made_mail() -> None:
    forced = RuleAssignment(id="forced", rule="forced-alert", addresses=("out.example",), unless=TEXT)
    found = judged(tenant(on_text("p", Hold()), rules=[forced, WORD]), kind=MailKind.READ_RECEIPT)
    assert {outcome.fate for outcome in found.outcomes} == {D, H}
    assert [item.id for item in found.open] == ["forced"]


@pytest.mark.parametrize(
    ("action", "facts", "others", "changed"),
    [
        pytest.param(Zip(), {}, (), {False}, id="nothing-to-zip"),
        pytest.param(Zip(), {"attachments": [attachment()]}, (), {False, True}, id="may-be-encrypted-already"),
        pytest.param(Zip(skip_if_encrypted=False), {"attachments": [attachment()]}, (), {True}, id="zipped-anyway"),
        pytest.param(BossCopy(who="addresses", addresses=("b@acme.example",)), {}, (), {True}, id="boss"),
        pytest.param(
            BossCopy(who="addresses", addresses=("b@acme.example",)), {}, ("b@acme.example",), {False}, id="boss-has-it"
        ),
        pytest.param(
            BossCopy(who="addresses", addresses=("b@acme.example",)), {}, None, {True, False}, id="boss-may-have-it"
        ),
        pytest.param(BccConversion(which="external"), {"to": ["a@acme.example"]}, (), {False}, id="nobody-to-hide"),
        pytest.param(
            BccConversion(which="external"), {"to": ["a@acme.example"]}, ("x@out.example",), {True}, id="other-to-hide"
        ),
        pytest.param(
            BccConversion(which="external"), {"to": ["a@acme.example"]}, None, {True, False}, id="may-be-one-to-hide"
        ),
        pytest.param(BccConversion(), {}, None, {True}, id="hides-anyway"),
    ],
)
def test_whether_a_transform_applies(
    action: Action, facts: dict[str, Any], others: tuple[str, ...] | None, changed: set[bool]
) -> None:
    found = judged(tenant(policy("p", action)), others=others, **facts)
    assert {outcome.is_changed for outcome in found.outcomes} == changed
    assert found.fate is D
    assert bool(found.gaps) is (len(changed) > 1)


def test_too_many_open_policies_are_not_guessed_at() -> None:
    few = [on_text(f"p{number}", Hold()) for number in range(MOST_OPEN)]
    assert len({outcome.fate for outcome in judged(tenant(*few)).outcomes}) == 2
    many = judged(tenant(*few, policy("last", Hold(), when=FIELD)))
    assert many.outcomes == ()
    assert many.gaps == {Gap.BODY, Gap.HEADERS}
    assert len(many.open) == MOST_OPEN + 1


def test_many_open_rules_are_one_question() -> None:
    rules = [RuleAssignment(id=f"r{number}", rule="condition", when=TEXT) for number in range(50)]
    found = judged(tenant(rules=rules))
    assert sorted(len(outcome.causes) for outcome in found.outcomes) == [1, 50]


def test_a_text_that_may_be_inserted_is_open() -> None:
    found = judged(tenant(on_text("p", InsertText(template="t"))))
    assert {outcome.is_changed for outcome in found.outcomes} == {True, False}
    assert found.fate is D


def test_a_rule_that_breaks_is_a_hold_as_it_is_in_service() -> None:
    pattern = Subject(operator="matches-regex", values=("(",))
    broken = RuleAssignment(id="broken", rule="condition", when=AllOf(of=(pattern, TEXT)))
    found = judged(tenant(rules=[broken]))
    assert found.fate is H
    assert {cause.code for outcome in found.outcomes for cause in outcome.causes} == {"policy-error"}


def test_a_loop_is_rejected_whatever_the_draft_says() -> None:
    past = past_message(decided(Disposition.REJECT, Reason("loop", (("why", "own-mark"),))))
    stored = stored_facts(past, INTERNAL, INTERNAL, {})
    assert Draft(tenant(rules=[WORD])).judge(stored, MatchContext(stored.facts)).fate is Fate.REJECT
