"""Which policies and rules are asked: priority, stop, groups, exclusions, switches, and mail that nobody wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from shared.core.message.facts import MailKind, MessageFacts
from shared.core.policy.actions import AddHeader, Discard, Hold, Zip
from shared.core.policy.conditions.model import (
    AddressList,
    AllOf,
    Attachment,
    Body,
    Condition,
    RecipientDomain,
    Sender,
    Subject,
)
from shared.core.policy.evaluate import decide
from shared.core.policy.policies import Policy, SubjectMark
from shared.core.policy.tenant_settings import RuleAssignment, SystemPolicies, TenantSettings
from tests.support.decisions import EXTERNAL, FORCED, policy, tenant, told
from tests.support.message_facts import attachment, message_facts

OUT, IN, RIVAL = "a@out.example", "b@acme.example", "x@rival.example"
BLANK = Subject(operator="is-blank")
SHOWN = Subject(operator="is-not-blank")


def adding(id_: str, **options: Any) -> Policy:
    """A policy that leaves its name in the header."""
    return policy(id_, AddHeader(name="X", value=id_), **options)


def plain(*policies: Policy, facts: MessageFacts | None = None, **context: Any) -> str:
    line = told(facts or message_facts([OUT]), tenant(*policies), **context)
    return line.removeprefix(f"deliver no-rule | {OUT}: ")


SALES = {"sender_groups": frozenset({"sales", "company"})}


@pytest.mark.parametrize(
    ("policies", "context", "expected"),
    [
        pytest.param((adding("a"),), {}, "add(X=a)", id="one"),
        pytest.param((adding("a", when=BLANK),), {}, "-", id="does not match"),
        pytest.param((adding("a", enabled=False),), {}, "-", id="is off"),
        pytest.param((adding("a"), adding("b")), {}, "add(X=a) add(X=b)", id="order of the settings"),
        pytest.param((adding("a", priority=2), adding("b", priority=1)), {}, "add(X=b) add(X=a)", id="priority"),
        pytest.param((adding("a"), adding("b", priority=999)), {}, "add(X=b) add(X=a)", id="default priority is 1000"),
        pytest.param((adding("a", stop=True), adding("b")), {}, "add(X=a)", id="stop"),
        pytest.param((adding("a", stop=True, when=BLANK), adding("b")), {}, "add(X=b)", id="stop that does not match"),
        pytest.param((adding("a", stop=True, enabled=False), adding("b")), {}, "add(X=b)", id="stop that is off"),
        pytest.param((adding("b"), adding("a", stop=True)), {}, "add(X=b) add(X=a)", id="stop after the other"),
        pytest.param(
            (adding("b", priority=5), adding("a", stop=True, priority=1)), {}, "add(X=a)", id="stop by priority"
        ),
        pytest.param((adding("a", unless=SHOWN),), {}, "-", id="exclusion matches"),
        pytest.param((adding("a", unless=BLANK),), {}, "add(X=a)", id="exclusion does not match"),
        pytest.param((adding("a", unless=AllOf(of=())),), {}, "-", id="empty exclusion excludes everything"),
        pytest.param((adding("a", groups=("Sales",)),), SALES, "add(X=a)", id="for the sender's group"),
        pytest.param((adding("a", groups=("hr", "COMPANY")),), SALES, "add(X=a)", id="for a group above"),
        pytest.param((adding("a", groups=("hr",)),), SALES, "-", id="for others"),
        pytest.param((adding("a", groups=("sales",)),), {}, "-", id="for a group, sender unknown"),
        pytest.param((adding("a", not_groups=("sales",)),), SALES, "-", id="not for the group"),
        pytest.param((adding("a", not_groups=("hr",)),), SALES, "add(X=a)", id="not for others"),
        pytest.param((adding("a", not_groups=("sales",)),), {}, "add(X=a)", id="not for a group, sender unknown"),
        pytest.param((adding("a", groups=("company",), not_groups=("sales",)),), SALES, "-", id="not wins over for"),
        pytest.param((adding("a", groups=("hr",), stop=True), adding("b")), SALES, "add(X=b)", id="stop for others"),
    ],
)
def test_which_policies_count(policies: tuple[Policy, ...], context: Mapping[str, Any], expected: str) -> None:
    assert plain(*policies, **context) == expected


def rule(id_: str, kind: str = "recipient-external", **options: Any) -> RuleAssignment:
    return RuleAssignment(id=id_, rule=kind, **options)  # type: ignore[arg-type]  # table


LISTS = (AddressList(id="partners", entries=("partner.example",)), AddressList(id="rivals", entries=("rival.example",)))
PARTNER = "c@partner.example"
CONFIDENTIAL = ("社外秘", "Confidential", "機密")


@pytest.mark.parametrize(
    ("assignment", "facts", "context", "matched"),
    [
        pytest.param(rule("r"), message_facts([OUT]), {}, True, id="no limits"),
        pytest.param(rule("r", enabled=False), message_facts([OUT]), {}, False, id="off"),
        pytest.param(rule("r", groups=("sales",)), message_facts([OUT]), SALES, True, id="for the group"),
        pytest.param(rule("r", groups=("hr",)), message_facts([OUT]), SALES, False, id="for others"),
        pytest.param(
            rule("r", not_groups=("company",)), message_facts([OUT]), SALES, False, id="not for a group above"
        ),
        pytest.param(rule("r", groups=("sales",)), message_facts([OUT]), {}, False, id="for a group, sender unknown"),
        pytest.param(rule("r", unless=SHOWN), message_facts([OUT]), {}, False, id="exclusion matches"),
        pytest.param(rule("r", unless=BLANK), message_facts([OUT]), {}, True, id="exclusion does not match"),
        pytest.param(
            rule(
                "r",
                unless=RecipientDomain(operator="in-list", values=("partners",), quantifier="all", scope="external"),
            ),
            message_facts([PARTNER, IN]),
            {},
            False,
            id="exclusion by list: partners alone",
        ),
        pytest.param(
            rule(
                "r",
                unless=RecipientDomain(operator="in-list", values=("partners",), quantifier="all", scope="external"),
            ),
            message_facts([PARTNER, OUT]),
            {},
            True,
            id="exclusion by list: a stranger too",
        ),
        pytest.param(rule("r", except_lists=("partners",)), message_facts([PARTNER]), {}, False, id="R2 but partners"),
        pytest.param(
            rule("r", except_lists=("partners",)), message_facts([PARTNER, OUT]), {}, True, id="R2 a stranger"
        ),
        pytest.param(
            rule("r", "several-external-domains", except_lists=("partners",)),
            message_facts([PARTNER, OUT]),
            {},
            False,
            id="R3 but partners",
        ),
        pytest.param(
            rule("r", "several-external-domains", except_lists=("partners",)),
            message_facts([PARTNER, OUT, RIVAL]),
            {},
            True,
            id="R3 two others",
        ),
        pytest.param(
            rule("r", "all-recipients-external", except_lists=("partners",)),
            message_facts([PARTNER]),
            {},
            False,
            id="R4 nobody left",
        ),
        pytest.param(
            rule("r", "all-recipients-external", except_lists=("partners",)),
            message_facts([PARTNER, OUT]),
            {},
            True,
            id="R4 the rest is external",
        ),
        pytest.param(
            rule("r", "recipient-count", total_from=2, except_lists=("partners",)),
            message_facts([PARTNER, OUT]),
            {},
            False,
            id="R5 one left",
        ),
        pytest.param(
            rule("r", "recipient-count", total_from=2, except_lists=("partners",)),
            message_facts([PARTNER, OUT, IN]),
            {},
            True,
            id="R5 two left",
        ),
        pytest.param(rule("r", "forced-alert", lists=("rivals",)), message_facts([RIVAL]), {}, True, id="R7 by list"),
        pytest.param(rule("r", "forced-alert", lists=("rivals",)), message_facts([OUT]), {}, False, id="R7 not listed"),
        pytest.param(
            rule("r", "forced-alert", addresses=("out.example",), lists=("rivals",)),
            message_facts([OUT]),
            {},
            True,
            id="R7 own entry beside a list",
        ),
        pytest.param(rule("r", "condition", when=SHOWN), message_facts([IN]), {}, True, id="R8 tree"),
        pytest.param(rule("r", "condition", when=BLANK), message_facts([IN]), {}, False, id="R8 tree does not match"),
        pytest.param(
            rule("r", "condition", when=SHOWN, unless=Sender(values=("sato@acme.example",))),
            message_facts([IN]),
            {},
            False,
            id="R8 tree with exclusion",
        ),
        pytest.param(
            rule("r", "condition", keywords=CONFIDENTIAL),
            message_facts([IN], subject="【社外秘】見積"),
            {},
            True,
            id="R8 keyword in the subject",
        ),
        pytest.param(
            rule("r", "condition", keywords=CONFIDENTIAL),
            message_facts([IN], subject="ＣＯＮＦＩＤＥＮＴＩＡＬ"),
            {},
            True,
            id="R8 keyword in full width",
        ),
        pytest.param(rule("r", "condition", keywords=CONFIDENTIAL), message_facts([IN]), {}, False, id="R8 no keyword"),
        pytest.param(
            rule("r", "condition", keywords=CONFIDENTIAL), message_facts([IN], subject=None), {}, False, id="R8 no text"
        ),
        pytest.param(
            rule("r", "condition", keywords=CONFIDENTIAL),
            message_facts([IN]),
            {"body_text": lambda: "この資料は機\n密です"},
            True,
            id="R8 keyword in the body, broken over lines",
        ),
        pytest.param(
            rule("r", "condition", keywords=CONFIDENTIAL),
            message_facts([IN], attachments=[attachment("機密資料.pdf")]),
            {},
            True,
            id="R8 keyword in a file's name",
        ),
        pytest.param(
            rule("r", "condition", keywords=CONFIDENTIAL, keyword_places=("subject",)),
            message_facts([IN], attachments=[attachment("機密資料.pdf")]),
            {"body_text": lambda: "機密"},
            False,
            id="R8 keyword in another place",
        ),
        pytest.param(
            rule("r", "condition", keywords=tuple(f"word{number}x" for number in range(150))),
            message_facts([IN], subject="a WORD149X b"),
            {},
            True,
            id="R8 150 keywords",
        ),
        pytest.param(
            rule("r", "condition", when=Body(operator="contains", values=("振込先",))),
            message_facts([IN]),
            {"body_text": lambda: "新しい振込先をお知らせします"},
            True,
            id="R8 body",
        ),
        pytest.param(
            rule("r", "condition", when=Attachment(test="encrypted-zip")),
            message_facts([IN], attachments=[attachment(part="2")]),
            {"encrypted_parts": lambda: {"2": True}},
            True,
            id="R8 encrypted archive",
        ),
    ],
)
def test_which_rules_match(
    assignment: RuleAssignment, facts: MessageFacts, context: Mapping[str, Any], matched: bool
) -> None:
    line = told(facts, tenant(rules=(assignment,), lists=LISTS), **context)
    assert line.startswith(f"hold rule.{assignment.rule}(r) |" if matched else "deliver no-rule |")


def off() -> SystemPolicies:
    return SystemPolicies(
        automatic_forwards=False, automatic_replies=False, read_receipts=False, dsns=False, calendar_replies=False
    )


MARKS = (SubjectMark(mark="[[discard]]", effect="discard"), SubjectMark(mark="[[send]]", effect="send"))
EVERYTHING = tenant(policy("p", Zip(), AddHeader(name="X", value="p")), rules=(EXTERNAL, FORCED), subject_marks=MARKS)
ALL_ASKED = msgspec.structs.replace(EVERYTHING, system_policies=off())


@pytest.mark.parametrize(
    ("facts", "settings", "expected"),
    [
        pytest.param(
            message_facts([OUT], kind=MailKind.AUTOMATIC_REPLY),
            EVERYTHING,
            f"deliver system.automatic-reply | {OUT}: -",
            id="automatic reply: no policy is asked",
        ),
        pytest.param(
            message_facts([OUT], kind=MailKind.AUTOMATIC_REPLY),
            ALL_ASKED,
            f"hold rule.recipient-external(external) | {OUT}: add(X=p)",
            id="automatic reply with its system policy off: like any mail",
        ),
        pytest.param(
            message_facts([RIVAL], kind=MailKind.AUTOMATIC_FORWARD),
            EVERYTHING,
            f"hold rule.forced-alert(forced) | {RIVAL}: -",
            id="automatic forward to a rival",
        ),
        pytest.param(
            message_facts([OUT], kind=MailKind.AUTOMATIC_FORWARD, subject="[[discard]] from outside"),
            ALL_ASKED,
            f"hold rule.recipient-external(external) | {OUT}: add(X=p)",
            id="a mark in a forwarded subject is somebody else's",
        ),
        pytest.param(
            message_facts([OUT], kind=MailKind.CALENDAR, subject="[[send]] 会議"),
            EVERYTHING,
            f"deliver mark.send skipped rule.recipient-external(external) | {OUT}: unmark([[send]]) add(X=p)",
            id="a mark in an invitation",
        ),
        pytest.param(
            message_facts([OUT], sender="", subject="[[discard]]"),
            EVERYTHING,
            f"deliver system.null-sender | {OUT}: -",
            id="null sender: nothing is asked",
        ),
        pytest.param(
            message_facts([OUT], kind=MailKind.OWN),
            EVERYTHING,
            f"deliver system.own-mail | {OUT}: -",
            id="own mail: nothing is asked",
        ),
        pytest.param(
            message_facts([OUT], unreadable="too-deep", subject="[[discard]]"),
            EVERYTHING,
            f"hold unreadable | {OUT}: -",
            id="unreadable: no mark, no policy, released untouched",
        ),
        pytest.param(
            message_facts([OUT], loop="same-recipients", subject="[[send]]"),
            EVERYTHING,
            f"reject loop | {OUT}: -",
            id="loop: nothing is asked",
        ),
        pytest.param(
            message_facts([OUT], subject="[[send]]"),
            tenant(rules=(EXTERNAL,)),
            f"hold rule.recipient-external(external) | {OUT}: -",
            id="a mark that the tenant does not allow",
        ),
    ],
)
def test_what_comes_before_policies(facts: MessageFacts, settings: TenantSettings, expected: str) -> None:
    assert told(facts, settings) == expected


@pytest.mark.parametrize(
    ("when", "anchors"),
    [
        pytest.param(AllOf(of=()), [("message", "")], id="everything: the message"),
        pytest.param(SHOWN, [("subject", "")], id="the subject"),
        pytest.param(RecipientDomain(operator="is-external"), [("recipient", OUT)], id="the recipient"),
        pytest.param(Attachment(test="exists"), [("attachment", "2")], id="the attachment"),
        pytest.param(
            AllOf(of=(Sender(values=("sato@acme.example",)), RecipientDomain(operator="is-external"))),
            [("recipient", OUT)],
            id="what is single rather than the whole",
        ),
    ],
)
def test_hold_by_policy_or_condition_is_marked_at_what_it_is_about(when: Condition, anchors: list[Any]) -> None:
    facts = message_facts([OUT, IN], attachments=[attachment(part="2")])
    by_policy = decide(facts, tenant(policy("p", Hold(), when=when)))
    by_rule = decide(facts, tenant(rules=(rule("r", "condition", when=when),)))
    for decision in (by_policy, by_rule):
        (reason,) = decision.reasons
        assert [(anchor.kind, anchor.value) for anchor in reason.anchors] == anchors


def test_keywords_are_named_with_their_places() -> None:
    facts = replace(message_facts([IN], subject="機密: Confidential"), attachments=(attachment("機密.pdf", part="2"),))
    (reason,) = decide(facts, tenant(rules=(rule("r", "condition", keywords=CONFIDENTIAL),))).reasons
    assert dict(reason.args) == {"keywords": ("Confidential", "機密"), "places": ("subject", "attachment-names")}
    assert [(anchor.kind, anchor.value) for anchor in reason.anchors] == [("subject", ""), ("attachment", "2")]


def test_discard_that_does_not_match_changes_nothing() -> None:
    assert plain(policy("d", Discard(), when=BLANK)) == plain()
