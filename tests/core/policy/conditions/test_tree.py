"""Trees: AND, OR, NOT, nesting and its bound; explanations agree with answers whatever is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.facts import MailKind, MessageFacts
from shared.core.policy.conditions import tree
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.explanation import Explanation
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
    RecipientAddress,
    RecipientCount,
    RecipientDomain,
    Sender,
    Size,
    Subject,
    Time,
)
from tests.support.conditions import answer, matches
from tests.support.message_facts import attachment, message_facts

YES = Subject(operator="is-not-blank")
NO = Subject(operator="is-blank")
FACTS = message_facts(["a@x.example"])


@pytest.mark.parametrize(
    ("condition", "matched"),
    [
        pytest.param(AllOf(of=()), True, id="empty AND"),
        pytest.param(AnyOf(of=()), False, id="empty OR"),
        pytest.param(AllOf(of=(YES, YES)), True, id="yes and yes"),
        pytest.param(AllOf(of=(YES, NO)), False, id="yes and no"),
        pytest.param(AnyOf(of=(NO, YES)), True, id="no or yes"),
        pytest.param(AnyOf(of=(NO, NO)), False, id="no or no"),
        pytest.param(Not(of=YES), False, id="not yes"),
        pytest.param(Not(of=Not(of=YES)), True, id="not not yes"),
        pytest.param(Not(of=AllOf(of=(YES, NO))), True, id="not (yes and no)"),
        pytest.param(AllOf(of=(AnyOf(of=(NO, YES)), Not(of=NO))), True, id="nested"),
        pytest.param(AnyOf(of=(AllOf(of=(YES, NO)), AllOf(of=(YES, Not(of=NO))))), True, id="OR of ANDs"),
        pytest.param(Not(of=AnyOf(of=())), True, id="not of an empty OR"),
    ],
)
def test_tree(condition: Condition, matched: bool) -> None:
    assert matches(condition, FACTS) == matched


def nested(levels: int) -> Condition:
    condition: Condition = YES
    for _ in range(levels - 1):
        condition = AllOf(of=(condition,))
    return condition


def test_tree_as_deep_as_allowed_is_answered_and_a_deeper_one_refused() -> None:
    assert matches(nested(tree.LIMIT), FACTS)
    with pytest.raises(tree.TooDeep):
        tree.matches(nested(tree.LIMIT + 1), MatchContext(FACTS))


def test_later_conditions_are_not_asked_when_the_answer_is_sure() -> None:
    def never() -> str:
        raise AssertionError("the body was asked for")

    body = Body(operator="contains", values=("x",))
    known = MatchContext(FACTS, body_text=never)
    assert not tree.matches(AllOf(of=(NO, body)), known)
    assert tree.matches(AnyOf(of=(YES, body)), known)


def test_compiled_tree_is_made_once_for_one_object_and_again_for_an_equal_one() -> None:
    condition = AllOf(of=(YES,))
    assert tree.compiled(condition) is tree.compiled(condition)
    assert tree.compiled(condition) is not tree.compiled(AllOf(of=(YES,)))


def test_anchors_are_those_of_conditions_that_matched_and_are_not_denied() -> None:
    facts = message_facts(["a@x.example", "b@acme.example"], attachments=[attachment("a.pdf", part="2")])
    told = answer(
        AllOf(
            of=(
                RecipientDomain(operator="is-external"),
                AnyOf(of=(Attachment(test="exists"), Subject(operator="is-blank"))),
                Not(of=RecipientAddress(operator="contains", values=("zzz",))),
            )
        ),
        facts,
    )
    assert [(anchor.kind, anchor.value) for anchor in told.matching_anchors()] == [
        ("recipient", "a@x.example"),
        ("attachment", "2"),
    ]


def test_every_family_has_its_file() -> None:
    files = {compile_.__module__.rpartition(".")[2] for compile_ in tree.FAMILIES.values()}
    assert len(files) == len(tree.FAMILIES)


TEXTS = st.sampled_from(
    ["a", "見積", "X.example", "a@x.example", "@", "*", "?", "acme.example", "ＡＢＣ", "."]
) | st.text(min_size=1, max_size=5)
VALUES = st.lists(TEXTS, min_size=1, max_size=3).map(tuple)
TEXT_OPERATORS = st.sampled_from(
    ["equals", "not-equals", "contains", "not-contains", "starts-with", "ends-with", "matches-wildcard"]
)
LIST_OPERATORS = st.sampled_from(["in-list", "not-in-list", "in-group", "not-in-group"])
COMPARISONS = st.sampled_from(["=", "!=", ">=", ">", "<=", "<"])
QUANTIFIERS = st.sampled_from(["any", "all", "none"])
SCOPES = st.sampled_from(["all", "to-cc", "to", "cc", "bcc", "internal", "external"])
NUMBERS = st.integers(0, 12)


def made(model: Any, **fields: Any) -> Any:
    return st.builds(model, **fields)


LEAVES = st.one_of(
    made(
        RecipientAddress, operator=TEXT_OPERATORS | LIST_OPERATORS, values=VALUES, quantifier=QUANTIFIERS, scope=SCOPES
    ),
    made(
        RecipientDomain,
        operator=TEXT_OPERATORS | LIST_OPERATORS | st.sampled_from(["is-internal", "is-external"]),
        values=VALUES,
        quantifier=QUANTIFIERS,
        scope=SCOPES,
        subdomains=st.booleans(),
    ),
    made(
        RecipientCount,
        count=st.sampled_from(["all", "to", "cc", "bcc", "to-cc", "external", "domains", "external-domains"]),
        comparison=COMPARISONS,
        number=NUMBERS,
        lists_by=st.sampled_from(["list", "members"]),
    ),
    made(Subject, operator=TEXT_OPERATORS | st.sampled_from(["is-blank", "is-not-blank"]), values=VALUES),
    made(
        Attachment,
        test=st.sampled_from(
            ["exists", "does-not-exist", "extension", "name", "size", "total-size", "encrypted-zip", "no-encrypted-zip"]
        ),
        operator=TEXT_OPERATORS,
        values=VALUES,
        comparison=COMPARISONS,
        number=NUMBERS,
    ),
    made(
        Header,
        name=st.sampled_from(["X-A", "x-b"]),
        operator=TEXT_OPERATORS | st.sampled_from(["exists", "does-not-exist"]),
        values=VALUES,
    ),
    made(Kind, kinds=st.sampled_from([("ordinary",), ("calendar", "dsn")])),
    made(
        Sender,
        aspect=st.sampled_from(["address", "domain", "group", "manager-chain"]),
        operator=TEXT_OPERATORS | LIST_OPERATORS,
        values=VALUES,
    ),
    made(Body, operator=st.sampled_from(["contains", "not-contains", "matches-wildcard"]), values=VALUES),
    made(Size, comparison=COMPARISONS, number=NUMBERS),
    made(
        Time,
        weekdays=st.sampled_from([(), ("mon",), ("sat", "sun")]),
        since=st.sampled_from(["00:00", "09:30", "22:00"]),
        until=st.sampled_from(["06:00", "24:00"]),
    ),
    made(Label, operator=st.sampled_from(["equals", "not-equals", "exists", "does-not-exist"]), values=VALUES),
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds(AllOf, of=st.lists(below, max_size=3).map(tuple)),
        st.builds(AnyOf, of=st.lists(below, max_size=3).map(tuple)),
        st.builds(Not, of=below),
    ),
    max_leaves=8,
)
ADDRESSES = st.lists(
    st.sampled_from(["a@x.example", "A@X.example", "b@acme.example", "見積@例え.jp", "@", ""]), max_size=3
)


@st.composite
def messages(draw: st.DrawFn) -> MessageFacts:
    names = draw(st.lists(st.sampled_from(["a.pdf", "見積.xlsx", "", "x"]), max_size=2))
    facts = message_facts(
        draw(ADDRESSES),
        draw(ADDRESSES),
        subject=draw(st.none() | TEXTS),
        sender=draw(st.sampled_from(["", "a@acme.example", "odd"])),
        kind=draw(st.sampled_from(MailKind)),
        attachments=[attachment(name, part=str(number), size=number) for number, name in enumerate(names)],
    )
    return facts


def agree(told: Explanation, condition: Condition, context: MatchContext) -> None:
    """Every node of an explanation says what its own condition says."""
    assert told.matched == tree.compile_condition(condition).matches(context)
    if isinstance(condition, AllOf | AnyOf):
        for child, below in zip(told.children, condition.of, strict=True):
            agree(child, below, context)
    elif isinstance(condition, Not):
        agree(told.children[0], condition.of, context)
        assert told.matched != told.children[0].matched


@given(TREES, messages(), st.booleans())
def test_explanation_agrees_with_the_answer_at_every_node(
    condition: Condition, facts: MessageFacts, known: bool
) -> None:
    context = MatchContext(facts)
    if known:
        context = MatchContext(
            facts,
            sender_groups=frozenset({"a"}),
            managers=("b@acme.example",),
            recipient_groups={"b@acme.example": frozenset({"a"})},
            local_time=datetime(2026, 11, 21, 23, 0),
            body_text=lambda: "a 見積",
            encrypted_parts=lambda: {"0": True},
        )
    agree(tree.compile_condition(condition).explain(context), condition, context)


def test_a_question_that_several_trees_ask_is_answered_once_for_each_message() -> None:
    asked: list[str] = []

    def text() -> str:
        asked.append("text")
        return "秘密の話"

    question = Body(operator="contains", values=("秘密",))
    trees = (AllOf(of=(question,)), Not(of=Body(operator="contains", values=("秘密",))), question)
    for facts in (FACTS, message_facts(["b@y.example"])):
        context = MatchContext(facts, body_text=text)
        assert [tree.matches(item, context) for item in trees] == [True, False, True]
        assert len(context.answers) == 1
    assert len(asked) == 2
