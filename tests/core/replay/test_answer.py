"""Conditions, rules and policies asked about a message of which only stored facts are known."""

from __future__ import annotations

from typing import Any

import pytest

from shared.core.policy.actions import Hold
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.model import (
    AllOf,
    AnyOf,
    Attachment,
    Body,
    Condition,
    Header,
    Kind,
    Label,
    Not,
    RecipientDomain,
    Sender,
    Size,
    Subject,
    Time,
)
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.replay.answer import RuleQuestion, answer, answer_policy
from shared.core.replay.gap import Answer, Gap
from tests.support.message_facts import attachment, message_facts

BODY, HEADERS = frozenset({Gap.BODY}), frozenset({Gap.HEADERS})
NEVER = BODY | HEADERS | {Gap.ARCHIVES}
CUT = NEVER | {Gap.SUBJECT, Gap.ATTACHMENTS}
YES, NO = Subject(operator="contains", values=("連絡",)), Subject(operator="contains", values=("見積",))
TEXT = Body(operator="contains", values=("x",))
FIELD = Header(name="X-A", operator="does-not-exist")
FACTS = message_facts(["a@out.example"], attachments=[attachment()])


def asked(condition: Condition, gaps: frozenset[Gap] = NEVER) -> Answer:
    return answer(condition, MatchContext(FACTS), gaps)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(YES, True, id="subject"),
        pytest.param(NO, False, id="subject-not"),
        pytest.param(RecipientDomain(operator="is-external"), True, id="domain"),
        pytest.param(Sender(values=("sato@acme.example",)), True, id="sender"),
        pytest.param(Size(number=1), True, id="size"),
        pytest.param(Kind(kinds=("ordinary",)), True, id="kind"),
        pytest.param(Time(), False, id="time-not-known-at-all"),
        pytest.param(Attachment(test="exists"), True, id="attachment"),
        pytest.param(TEXT, BODY, id="body"),
        pytest.param(Body(operator="not-contains", values=("x",)), BODY, id="body-negative"),
        pytest.param(FIELD, HEADERS, id="header"),
        pytest.param(Label(operator="does-not-exist"), HEADERS, id="label"),
        pytest.param(Attachment(test="no-encrypted-zip"), frozenset({Gap.ARCHIVES}), id="archive"),
        pytest.param(Not(of=TEXT), BODY, id="not-body"),
        pytest.param(AllOf(of=(YES, TEXT)), BODY, id="yes-and-body"),
        pytest.param(AllOf(of=(TEXT, NO)), False, id="body-and-no"),
        pytest.param(AnyOf(of=(TEXT, YES)), True, id="body-or-yes"),
        pytest.param(AnyOf(of=(NO, TEXT)), BODY, id="no-or-body"),
        pytest.param(AllOf(of=(TEXT, Not(of=FIELD))), BODY | HEADERS, id="both-open"),
        pytest.param(Not(of=AllOf(of=(TEXT, NO))), True, id="not-of-a-sure-no"),
        pytest.param(AnyOf(of=(AllOf(of=(TEXT, NO)), AllOf(of=(YES,)))), True, id="nested"),
    ],
)
def test_an_answer_is_sure_only_without_what_is_missing(condition: Condition, expected: Answer) -> None:
    assert asked(condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        pytest.param(YES, True, id="word-in-the-part-that-is-there"),
        pytest.param(NO, frozenset({Gap.SUBJECT}), id="word-that-may-come-later"),
        pytest.param(Subject(operator="not-contains", values=("連絡",)), False, id="not-contains-is-refuted"),
        pytest.param(
            Subject(operator="not-contains", values=("見積",)), frozenset({Gap.SUBJECT}), id="not-contains-is-open"
        ),
        pytest.param(Subject(operator="equals", values=("ご連絡",)), frozenset({Gap.SUBJECT}), id="equals-is-open"),
        pytest.param(Subject(operator="is-blank"), False, id="not-blank"),
        pytest.param(Subject(operator="is-not-blank"), True, id="not-blank-either"),
        pytest.param(Attachment(test="exists"), True, id="there-is-one"),
        pytest.param(Attachment(test="does-not-exist"), False, id="not-none"),
        pytest.param(Attachment(test="size", number=5), True, id="one-is-large"),
        pytest.param(Attachment(test="size", number=50), frozenset({Gap.ATTACHMENTS}), id="another-may-be-larger"),
        pytest.param(Attachment(test="total-size", number=5), frozenset({Gap.ATTACHMENTS}), id="total-is-open"),
        pytest.param(Attachment(test="name", operator="contains", values=("見積",)), True, id="a-name-that-is-there"),
        pytest.param(Attachment(test="extension", values=("xlsx",)), frozenset({Gap.ATTACHMENTS}), id="cut-extension"),
        pytest.param(TEXT, BODY, id="body"),
    ],
)
def test_a_part_of_a_subject_or_of_the_attachments_may_be_enough(condition: Condition, expected: Answer) -> None:
    assert asked(condition, CUT) == expected


@pytest.mark.parametrize(
    ("fields", "gaps", "expected"),
    [
        pytest.param({"rule": "recipient-external"}, NEVER, True, id="needs-nothing"),
        pytest.param({"rule": "recipient-external", "unless": TEXT}, NEVER, BODY, id="unless-body"),
        pytest.param(
            {"rule": "recipient-external", "unless": AllOf(of=(NO, TEXT))}, NEVER, True, id="unless-surely-not"
        ),
        pytest.param({"rule": "recipient-external", "unless": AnyOf(of=(YES, TEXT))}, NEVER, False, id="unless-surely"),
        pytest.param({"rule": "subject-blank", "unless": TEXT}, NEVER, False, id="no-match-whatever-unless-says"),
        pytest.param(
            {"rule": "recipient-external", "groups": ("sales",), "unless": TEXT}, NEVER, False, id="out-of-scope"
        ),
        pytest.param({"rule": "has-attachments"}, CUT, True, id="attachment-is-there"),
        pytest.param({"rule": "condition", "when": TEXT}, NEVER, BODY, id="tree"),
        pytest.param({"rule": "condition", "keywords": ("連絡",)}, NEVER, True, id="keyword-in-the-subject"),
        pytest.param({"rule": "condition", "keywords": ("z",)}, NEVER, BODY, id="keyword-may-be-in-the-body"),
        pytest.param(
            {"rule": "condition", "keywords": ("z",), "keyword_places": ("subject",)},
            NEVER,
            False,
            id="not-in-the-body",
        ),
        pytest.param(
            {"rule": "condition", "keywords": ("z",), "keyword_places": ("subject", "attachment-names")},
            CUT,
            frozenset({Gap.SUBJECT, Gap.ATTACHMENTS}),
            id="keyword-where-it-is-cut",
        ),
    ],
)
def test_rules(fields: dict[str, Any], gaps: frozenset[Gap], expected: Answer) -> None:
    rule = RuleQuestion(RuleAssignment(id="r", **fields))
    assert rule.answer(MatchContext(FACTS), gaps) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, True, id="always"),
        pytest.param({"enabled": False, "when": TEXT}, False, id="off"),
        pytest.param({"groups": ("sales",), "when": TEXT}, False, id="out-of-scope"),
        pytest.param({"when": TEXT}, BODY, id="when"),
        pytest.param({"when": TEXT, "unless": YES}, False, id="unless-surely"),
        pytest.param({"when": NO, "unless": TEXT}, False, id="when-surely-not"),
        pytest.param({"when": TEXT, "unless": FIELD}, BODY | HEADERS, id="both-open"),
    ],
)
def test_policies(fields: dict[str, Any], expected: Answer) -> None:
    assert answer_policy(Policy(id="p", actions=(Hold(),), **fields), MatchContext(FACTS), NEVER) == expected
