"""The conflict table of docs/POLICY.md as cases: what several answers together mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.core.message.facts import MessageFacts, Protection
from shared.core.policy.actions import (
    AddHeader,
    Approval,
    BccConversion,
    BossCopy,
    Delay,
    DeliverAtOnce,
    Discard,
    Hold,
    InsertText,
    Link,
    Redirect,
    Reject,
    RemoveHeader,
    Zip,
)
from shared.core.policy.conditions.model import AddressList, Subject
from shared.core.policy.policies import SubjectMark
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from tests.support.decisions import EXTERNAL, FORCED, policy, tenant
from tests.support.message_facts import attachment, message_facts

OUT = ("a@out.example",)
BOTH = ("a@out.example", "b@acme.example")
RIVAL = ("x@rival.example",)
FILES = (attachment(),)
BOSS = "boss@acme.example"
SEND = SubjectMark(mark="[[send]]", effect="send")
SEND_ALL = SubjectMark(mark="[[send]]", effect="send", passes_forced_alert=True, passes_approval=True)
DISCARD = SubjectMark(mark="[[discard]]", effect="discard")
ZIP_MARK = SubjectMark(mark="[[zip]]", effect="zip")
NOZIP_MARK = SubjectMark(mark="[[nozip]]", effect="nozip")
BROKEN_PATTERN = Subject(operator="matches-regex", values=("(",))
"""Settings would refuse it; a tree that is made without that check breaks when it is asked."""
ALL_RULES = (EXTERNAL, FORCED)
HOLDS = policy("h", Hold())


@dataclass(frozen=True)
class Conflict:
    """One case: ``id`` is the row of the table, ``told`` the decision in one line, ``notes`` what is told beside it."""

    id: str
    facts: MessageFacts
    settings: TenantSettings
    told: str
    notes: tuple[str, ...] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def to(*addresses: str, subject: str = "ご連絡", **options: Any) -> MessageFacts:
    """A message to these people."""
    return message_facts(list(addresses), subject=subject, **options)


def signed(*addresses: str, **options: Any) -> MessageFacts:
    """The same, S/MIME signed."""
    return replace(to(*addresses, **options), protections=frozenset({Protection.SMIME_SIGNED}))


def marked(mark: SubjectMark, *more: SubjectMark) -> dict[str, Any]:
    """The settings of marks."""
    return {"subject_marks": (mark, *more)}


CONFLICTS = (
    Conflict(
        "error",
        to(*OUT),
        tenant(policy("d", Discard()), policy("bad", Hold(), when=BROKEN_PATTERN)),
        "hold policy-error(bad) | a@out.example: -",
        ("policy.gave-way(d) actions=discard winner=hold",),
    ),
    Conflict(
        "error",
        to(*OUT),
        tenant(
            policy("r", Reject()), rules=(EXTERNAL, RuleAssignment(id="bad", rule="condition", when=BROKEN_PATTERN))
        ),
        "hold rule.recipient-external(external),policy-error(bad) | a@out.example: -",
    ),
    Conflict(
        "error",
        to(*OUT, subject="[[discard]] x"),
        tenant(policy("bad", Hold(), when=BROKEN_PATTERN), **marked(DISCARD)),
        "hold policy-error(bad) | a@out.example: unmark([[discard]])",
    ),
    Conflict(
        "error",
        to(*OUT, subject="[[send]] x"),
        tenant(policy("bad", DeliverAtOnce(), when=BROKEN_PATTERN), **marked(SEND)),
        "hold policy-error(bad) | a@out.example: unmark([[send]])",
    ),
    Conflict(
        "discard-reject",
        to(*OUT),
        tenant(policy("r", Reject(text="no")), policy("d", Discard())),
        "discard notify policy.discard(d) | a@out.example: -",
        ("policy.gave-way(r) actions=reject winner=discard",),
    ),
    Conflict(
        "discard-hold",
        to(*RIVAL),
        tenant(HOLDS, policy("d", Discard(notify=False)), rules=ALL_RULES),
        "discard policy.discard(d) | x@rival.example: -",
        ("policy.gave-way(h) actions=hold winner=discard",),
    ),
    Conflict(
        "discard-hold",
        to(*OUT),
        tenant(policy("d", Discard()), rules=(EXTERNAL,)),
        "discard notify policy.discard(d) | a@out.example: -",
        (),
    ),
    Conflict(
        "reject-hold",
        to(*RIVAL),
        tenant(HOLDS, policy("r", Reject(text="社外秘")), rules=ALL_RULES),
        "reject (社外秘) policy.reject(r) | x@rival.example: -",
        ("policy.gave-way(h) actions=hold winner=reject",),
    ),
    Conflict(
        "hold-delay",
        to(*OUT),
        tenant(policy("l", Delay(minutes=10)), HOLDS),
        "hold policy.hold(h) | a@out.example: -",
        ("policy.gave-way(l) actions=delay winner=hold",),
    ),
    Conflict(
        "hold-delay",
        to(*OUT),
        tenant(policy("l", Delay(minutes=10)), rules=(EXTERNAL,)),
        "hold rule.recipient-external(external) | a@out.example: -",
    ),
    Conflict(
        "hold-deliver",
        to(*OUT),
        tenant(HOLDS, policy("go", DeliverAtOnce()), rules=(EXTERNAL,)),
        "hold policy.hold(h) skipped rule.recipient-external(external) | a@out.example: -",
        ("policy.gave-way(go) actions=deliver winner=hold",),
    ),
    Conflict(
        "rules-deliver",
        to(*OUT),
        tenant(policy("go", DeliverAtOnce()), rules=(EXTERNAL,)),
        "deliver policy.deliver(go) skipped rule.recipient-external(external) | a@out.example: -",
        (),
    ),
    Conflict(
        "forced-deliver",
        to(*RIVAL),
        tenant(policy("go", DeliverAtOnce()), rules=ALL_RULES),
        "hold rule.forced-alert(forced) skipped rule.recipient-external(external) | x@rival.example: -",
        ("policy.gave-way(go) actions=deliver winner=hold",),
    ),
    Conflict(
        "delay-deliver",
        to(*OUT),
        tenant(policy("go", DeliverAtOnce()), policy("l", Delay(minutes=5)), rules=(EXTERNAL,)),
        "deliver +5min policy.delay(l) skipped rule.recipient-external(external) | a@out.example: -",
        ("policy.gave-way(go) actions=deliver winner=delay",),
    ),
    Conflict(
        "two-delays",
        to(*OUT),
        tenant(policy("short", Delay(minutes=5)), policy("long", Delay(minutes=60))),
        "deliver +60min policy.delay(long) | a@out.example: -",
    ),
    Conflict(
        "two-discards",
        to(*OUT),
        tenant(policy("quiet", Discard(notify=False)), policy("loud", Discard())),
        "discard notify policy.discard(quiet),policy.discard(loud) | a@out.example: -",
    ),
    Conflict(
        "two-discards",
        to(*OUT),
        tenant(policy("quiet", Discard(notify=False)), policy("still", Discard(notify=False))),
        "discard policy.discard(quiet),policy.discard(still) | a@out.example: -",
    ),
    Conflict(
        "two-rejects",
        to(*OUT),
        tenant(policy("1", Reject()), policy("2", Reject(text="second")), policy("3", Reject(text="third"))),
        "reject (second) policy.reject(1),policy.reject(2),policy.reject(3) | a@out.example: -",
    ),
    Conflict(
        "two-zips",
        to(*BOTH, attachments=FILES),
        tenant(policy("late", Zip(exempt_internal=False)), policy("early", Zip(), priority=1)),
        "deliver no-rule | a@out.example: zip(early) | b@acme.example: -",
        ("policy.gave-way(late) actions=zip winner=early",),
    ),
    Conflict(
        "nozip",
        to(*OUT, subject="[[nozip]] 見積", attachments=FILES),
        tenant(policy("z", Zip(explanation="why")), **marked(NOZIP_MARK)),
        "deliver no-rule | a@out.example: unmark([[nozip]])",
        ("mark.nozip mark=[[nozip]]", "policy.zip-skipped(z) why=mark"),
    ),
    Conflict(
        "zip-nozip",
        to(*OUT, subject="[[nozip]] 見積 [[zip]]", attachments=FILES),
        tenant(policy("z", Zip()), **marked(NOZIP_MARK, ZIP_MARK)),
        "deliver no-rule | a@out.example: unmark([[nozip]]) unmark([[zip]]) zip(z)",
    ),
    Conflict(
        "send-discard",
        to(*OUT, subject="[[send]][[discard]]"),
        tenant(rules=(EXTERNAL,), **marked(SEND, DISCARD)),
        "discard notify mark.discard skipped rule.recipient-external(external) | a@out.example: -",
    ),
    Conflict(
        "send-rules",
        to(*OUT, subject="至急 [[SEND]]"),
        tenant(HOLDS, policy("l", Delay(minutes=5)), rules=(EXTERNAL,), **marked(SEND)),
        "deliver mark.send skipped rule.recipient-external(external) | a@out.example: unmark([[SEND]])",
        (
            "mark.send mark=[[send]]",
            "policy.gave-way(h) actions=hold winner=mark",
            "policy.gave-way(l) actions=delay winner=mark",
        ),
    ),
    Conflict(
        "send-forced",
        to(*RIVAL, subject="[[send]]"),
        tenant(rules=ALL_RULES, **marked(SEND)),
        "hold rule.forced-alert(forced) skipped rule.recipient-external(external) | x@rival.example: unmark([[send]])",
    ),
    Conflict(
        "send-forced",
        to(*RIVAL, subject="[[send]]"),
        tenant(rules=ALL_RULES, **marked(SEND_ALL)),
        "deliver mark.send skipped rule.recipient-external(external),rule.forced-alert(forced)"
        " | x@rival.example: unmark([[send]])",
    ),
    Conflict(
        "send-approval",
        to(*OUT, subject="[[send]]"),
        tenant(policy("ok", Approval()), **marked(SEND)),
        "hold asks ok policy.approval(ok) | a@out.example: unmark([[send]])",
    ),
    Conflict(
        "send-approval",
        to(*OUT, subject="[[send]]"),
        tenant(policy("ok", Approval()), **marked(SEND_ALL)),
        "deliver mark.send | a@out.example: unmark([[send]])",
        ("mark.send mark=[[send]]", "policy.gave-way(ok) actions=approval winner=mark"),
    ),
    Conflict(
        "two-approvals",
        to(*OUT),
        tenant(
            policy("b", Approval(approvers="group", group="legal", quorum="all")),
            policy("a", Approval(), DeliverAtOnce(), priority=1),
            rules=(EXTERNAL,),
        ),
        "hold asks a,b policy.approval(a),policy.approval(b) skipped rule.recipient-external(external)"
        " | a@out.example: -",
        ("policy.gave-way(a) actions=deliver winner=hold",),
    ),
    Conflict(
        "approval-discard",
        to(*OUT),
        tenant(policy("ok", Approval()), policy("d", Discard())),
        "discard notify policy.discard(d) | a@out.example: -",
    ),
    Conflict(
        "approval-discard",
        to(*OUT),
        tenant(policy("ok", Approval(), Reject(text="no"))),
        "reject (no) policy.reject(ok) | a@out.example: -",
    ),
    Conflict(
        "send-policy",
        to(*OUT, subject="[[send]]"),
        tenant(policy("d", Discard()), **marked(SEND_ALL)),
        "discard notify policy.discard(d) | a@out.example: -",
    ),
    Conflict(
        "send-policy",
        to(*OUT, subject="[[send]]"),
        tenant(policy("r", Reject()), **marked(SEND_ALL)),
        "reject policy.reject(r) | a@out.example: -",
    ),
    Conflict(
        "send-firm",
        to(*OUT, subject="[[send]]"),
        tenant(policy("b", BossCopy()), **marked(SEND_ALL)),
        "hold policy.manager-unknown(b) | a@out.example: unmark([[send]])",
    ),
    Conflict(
        "send-firm",
        signed(*OUT, subject="[[send]]"),
        tenant(policy("t", InsertText(template="note")), **marked(SEND_ALL)),
        "hold policy.protected(t) | a@out.example: unmark([[send]])",
    ),
    Conflict(
        "send-firm",
        to(*OUT, subject="[[send]]"),
        tenant(policy("k", Link()), **marked(SEND_ALL)),
        "hold policy.link-unavailable(k) | a@out.example: unmark([[send]])",
    ),
    Conflict(
        "wider-conversion",
        to(*BOTH),
        tenant(policy("ext", BccConversion(which="external")), policy("all", BccConversion(sender_to_to=False))),
        "deliver no-rule | a@out.example b@acme.example: bcc-all()",
        ("policy.gave-way(ext) actions=bcc-conversion winner=bcc-conversion",),
    ),
    Conflict(
        "sender-to-to",
        to(*BOTH),
        tenant(policy("1", BccConversion(sender_to_to=False)), policy("2", BccConversion())),
        "deliver no-rule | a@out.example b@acme.example: bcc-all(sato@acme.example)",
        (),
    ),
    Conflict(
        "copies-add-up",
        message_facts(["a@out.example"], ["Named@acme.example"], ["hidden@acme.example"]),
        tenant(
            policy("1", BossCopy(), BossCopy(who="addresses", addresses=("c@acme.example", "NAMED@acme.example"))),
            policy("2", BossCopy(who="addresses", addresses=("C@ACME.example", "hidden@acme.example", "d@x.example"))),
            policy("3", BossCopy(field="bcc", who="addresses", addresses=("e@acme.example", "sato@acme.example"))),
        ),
        "deliver no-rule | a@out.example Named@acme.example hidden@acme.example"
        " +boss@acme.example +c@acme.example +d@x.example +e@acme.example:"
        " cc(boss@acme.example,c@acme.example,d@x.example+3) bcc(e@acme.example+1)",
        context={"managers": (BOSS, "top@acme.example")},
    ),
    Conflict(
        "cc-and-bcc",
        to(*OUT),
        tenant(policy("1", BossCopy(field="bcc")), policy("2", BossCopy())),
        f"deliver no-rule | a@out.example +{BOSS}: cc({BOSS}+1)",
        context={"managers": (BOSS,)},
    ),
    Conflict(
        "copy-hidden",
        to(*OUT),
        tenant(policy("1", BccConversion()), policy("2", BossCopy())),
        f"deliver no-rule | a@out.example +{BOSS}: cc({BOSS}+1) bcc-all(sato@acme.example)",
        context={"managers": (BOSS,)},
    ),
    Conflict(
        "copy-exempt",
        to(*OUT, attachments=FILES),
        tenant(policy("z", Zip(explanation="why"), BossCopy())),
        f"deliver no-rule | a@out.example: zip(z) text(why@top) cc({BOSS}+0) | +{BOSS}: cc({BOSS}+1)",
        context={"managers": (BOSS,)},
    ),
    Conflict(
        "copy-exempt",
        to(*OUT, attachments=FILES),
        tenant(policy("z", Zip(exempt_internal=False), BossCopy(field="bcc"))),
        f"deliver no-rule | a@out.example +{BOSS}: zip(z) bcc({BOSS}+1)",
        context={"managers": (BOSS,)},
    ),
    Conflict(
        "copy-exempt",
        to(*OUT, attachments=FILES),
        tenant(
            policy(
                "z",
                Zip(exempt_internal=False, exempt_lists=("auditors",)),
                BossCopy(field="bcc", who="addresses", addresses=("x@audit.example",)),
            ),
            lists=(AddressList(id="auditors", entries=("audit.example",)),),
        ),
        "deliver no-rule | a@out.example: zip(z) | +x@audit.example: bcc(x@audit.example+1)",
    ),
    Conflict(
        "texts-add-up",
        to(*OUT),
        tenant(
            policy("1", InsertText(template="a"), InsertText(template="b", place="top")),
            policy("2", InsertText(template="a"), InsertText(template="a", place="top")),
        ),
        "deliver no-rule | a@out.example: text(a@bottom) text(a@top) text(b@top)",
    ),
    Conflict(
        "two-redirects",
        to(*OUT),
        tenant(
            policy("1", Redirect(route="one")), policy("2", Redirect(route="two")), policy("3", Redirect(route="one"))
        ),
        "deliver via one no-rule | a@out.example: -",
        ("policy.gave-way(2) actions=redirect winner=1",),
    ),
    Conflict(
        "replace-header",
        to(*OUT),
        tenant(policy("1", AddHeader(name="X-Class", value="new")), policy("2", RemoveHeader(name="x-class"))),
        "deliver no-rule | a@out.example: drop(x-class) add(X-Class=new)",
    ),
    Conflict(
        "same-header",
        to(*OUT),
        tenant(
            policy("1", AddHeader(name="X-A", value="1"), AddHeader(name="X-A", value="2"), RemoveHeader(name="X-B")),
            policy("2", AddHeader(name="X-A", value="1"), RemoveHeader(name="x-b"), RemoveHeader(name="X-C")),
        ),
        "deliver no-rule | a@out.example: drop(X-B) drop(X-C) add(X-A=1) add(X-A=2)",
    ),
    Conflict(
        "stop",
        to(*OUT),
        tenant(
            policy("1", AddHeader(name="X-A", value="1"), priority=5, stop=True),
            policy("2", Discard()),
            policy("0", AddHeader(name="X-B", value="1"), priority=1),
            rules=(EXTERNAL,),
        ),
        "hold rule.recipient-external(external) | a@out.example: add(X-B=1) add(X-A=1)",
    ),
)
"""Every row of the table at least once."""
