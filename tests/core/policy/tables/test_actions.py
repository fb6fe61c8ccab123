"""What one policy's actions come to: parts, transforms, fates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from shared.core.message.facts import Mailbox, MailKind, MessageFacts, Protection
from shared.core.policy.actions import (
    Action,
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
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.conditions.model import AddressList, Subject
from shared.core.policy.evaluate import decide
from shared.core.policy.policies import SubjectMark
from shared.core.policy.transform_calls import ZipAttachments, read_call
from tests.support.decisions import EXTERNAL, notes, policy, tenant, told
from tests.support.message_facts import attachment, message_facts

OUT, IN = "a@out.example", "b@acme.example"
BOSS = "boss@acme.example"
FILE = (attachment(),)
LOGO = attachment("logo.png", part="3", content_type="image/png", inline=True)
LISTS = (AddressList(id="partners", entries=("partner.example",)),)
MANAGER = {"managers": (BOSS, "top@acme.example")}


def to(*addresses: str, files: bool = True, **options: Any) -> MessageFacts:
    return message_facts(list(addresses), attachments=FILE if files else (), **options)


@pytest.mark.parametrize(
    ("facts", "actions", "context", "expected"),
    [
        # A1
        pytest.param(to(OUT), (Zip(),), {}, f"deliver no-rule | {OUT}: zip(p)", id="zip: external"),
        pytest.param(to(IN), (Zip(),), {}, f"deliver no-rule | {IN}: -", id="zip: only internal"),
        pytest.param(to(OUT, IN), (Zip(),), {}, f"deliver no-rule | {OUT}: zip(p) | {IN}: -", id="zip: both"),
        pytest.param(
            to(OUT, IN),
            (Zip(exempt_internal=False),),
            {},
            f"deliver no-rule | {OUT} {IN}: zip(p)",
            id="zip: internal ones too",
        ),
        pytest.param(
            to(OUT, "c@partner.example"),
            (Zip(exempt_lists=("partners",)),),
            {},
            f"deliver no-rule | {OUT}: zip(p) | c@partner.example: -",
            id="zip: exempt by list",
        ),
        pytest.param(
            to(IN, "c@partner.example"),
            (Zip(exempt_internal=False, exempt_lists=("partners",)),),
            {},
            f"deliver no-rule | {IN}: zip(p) | c@partner.example: -",
            id="zip: exempt by list alone",
        ),
        pytest.param(to(OUT, files=False), (Zip(),), {}, f"deliver no-rule | {OUT}: -", id="zip: no attachment"),
        pytest.param(
            message_facts([OUT], attachments=[LOGO]), (Zip(),), {}, f"deliver no-rule | {OUT}: -", id="zip: only a logo"
        ),
        pytest.param(
            to(OUT),
            (Zip(),),
            {"encrypted_parts": lambda: {"2": True}},
            f"deliver no-rule | {OUT}: -",
            id="zip: encrypted already",
        ),
        pytest.param(
            to(OUT),
            (Zip(),),
            {"encrypted_parts": lambda: {"2": False}},
            f"deliver no-rule | {OUT}: zip(p)",
            id="zip: encrypted in part",
        ),
        pytest.param(
            message_facts([OUT], attachments=[attachment(), attachment("b", part="3")]),
            (Zip(),),
            {"encrypted_parts": lambda: {"2": True}},
            f"deliver no-rule | {OUT}: zip(p)",
            id="zip: one of two is encrypted",
        ),
        pytest.param(
            to(OUT),
            (Zip(skip_if_encrypted=False),),
            {"encrypted_parts": lambda: {"2": True}},
            f"deliver no-rule | {OUT}: zip(p)",
            id="zip: encrypted again where set so",
        ),
        pytest.param(
            to(OUT, IN),
            (Zip(explanation="why", explanation_place="bottom"), InsertText(template="sign")),
            {},
            f"deliver no-rule | {OUT}: zip(p) text(sign@bottom) text(why@bottom) | {IN}: text(sign@bottom)",
            id="zip: explanation for those who get it",
        ),
        # A2
        pytest.param(
            to(OUT), (BossCopy(),), MANAGER, f"deliver no-rule | {OUT} +{BOSS}: cc({BOSS}+1)", id="boss: manager in Cc"
        ),
        pytest.param(
            to(OUT),
            (BossCopy(field="bcc"),),
            MANAGER,
            f"deliver no-rule | {OUT} +{BOSS}: bcc({BOSS}+1)",
            id="boss: manager in Bcc",
        ),
        pytest.param(
            to(OUT),
            (BossCopy(who="addresses", addresses=("x@acme.example", "X@acme.EXAMPLE", "y@z.example")),),
            {},
            f"deliver no-rule | {OUT} +x@acme.example +y@z.example: cc(x@acme.example,y@z.example+2)",
            id="boss: given addresses, each once",
        ),
        pytest.param(
            to(OUT, "Boss@ACME.example"),
            (BossCopy(),),
            MANAGER,
            f"deliver no-rule | {OUT} Boss@ACME.example: -",
            id="boss: is a recipient already",
        ),
        pytest.param(
            replace(to(OUT), header_cc=(Mailbox(BOSS),)),
            (BossCopy(),),
            MANAGER,
            f"deliver no-rule | {OUT}: -",
            id="boss: gets it by another transaction of the same sending",
        ),
        pytest.param(
            to(OUT),
            (BossCopy(),),
            {"managers": ("sato@acme.example",)},
            f"deliver no-rule | {OUT}: -",
            id="boss: the sender is their own manager",
        ),
        pytest.param(
            to(OUT), (BossCopy(),), {}, f"hold policy.manager-unknown(p) | {OUT}: -", id="boss: unknown, hold"
        ),
        pytest.param(
            to(OUT), (BossCopy(if_unknown="deliver"),), {}, f"deliver no-rule | {OUT}: -", id="boss: unknown, deliver"
        ),
        pytest.param(
            to(OUT),
            (BossCopy(if_unknown="discard"),),
            {},
            f"discard notify policy.manager-unknown(p) | {OUT}: -",
            id="boss: unknown, discard and tell",
        ),
        pytest.param(
            to(OUT),
            (Zip(), BossCopy()),
            MANAGER,
            f"deliver no-rule | {OUT}: zip(p) cc({BOSS}+0) | +{BOSS}: cc({BOSS}+1)",
            id="boss: gets the original in a part alone",
        ),
        pytest.param(
            to(OUT, IN),
            (Zip(), BossCopy(field="bcc")),
            MANAGER,
            f"deliver no-rule | {OUT}: zip(p) | {IN} +{BOSS}: bcc({BOSS}+1)",
            id="boss: joins those who get the original",
        ),
        # A3
        pytest.param(
            to(OUT, IN),
            (BccConversion(),),
            {},
            f"deliver no-rule | {OUT} {IN}: bcc-all(sato@acme.example)",
            id="bcc: all",
        ),
        pytest.param(
            to(OUT),
            (BccConversion(sender_to_to=False),),
            {},
            f"deliver no-rule | {OUT}: bcc-all()",
            id="bcc: no sender",
        ),
        pytest.param(
            to(OUT, IN, "c@acme-sales.example"),
            (BccConversion(which="external"),),
            {},
            f"deliver no-rule | {OUT} {IN} c@acme-sales.example:"
            " bcc-but(acme.example,acme-sales.example;sato@acme.example)",
            id="bcc: external ones",
        ),
        pytest.param(
            to(IN), (BccConversion(which="external"),), {}, f"deliver no-rule | {IN}: -", id="bcc: nobody external"
        ),
        pytest.param(
            message_facts((), (), [OUT]), (BccConversion(),), {}, f"deliver no-rule | {OUT}: -", id="bcc: all in Bcc"
        ),
        pytest.param(
            message_facts([OUT], header_from=()),
            (BccConversion(),),
            {},
            f"deliver no-rule | {OUT}: bcc-all(sato@acme.example)",
            id="bcc: no From, so the envelope sender",
        ),
        pytest.param(
            message_facts([OUT], header_from=["info@acme.example"]),
            (BccConversion(),),
            {},
            f"deliver no-rule | {OUT}: bcc-all(info@acme.example)",
            id="bcc: the From that people see",
        ),
        pytest.param(
            to(OUT),
            (BccConversion(which="external"), BossCopy()),
            MANAGER,
            f"deliver no-rule | {OUT} +{BOSS}: cc({BOSS}+1) bcc-but(acme.example;sato@acme.example)",
            id="bcc: an internal boss stays to be seen",
        ),
        # A4
        pytest.param(
            to(OUT),
            (InsertText(template="a", place="top"), InsertText(template="b")),
            {},
            f"deliver no-rule | {OUT}: text(a@top) text(b@bottom)",
            id="text: two",
        ),
        # A5, A7
        pytest.param(to(OUT), (Approval(),), {}, f"hold asks p policy.approval(p) | {OUT}: -", id="approval"),
        pytest.param(to(OUT), (Link(),), {}, f"hold policy.link-unavailable(p) | {OUT}: -", id="link"),
        # A6
        pytest.param(to(OUT), (Hold(),), {}, f"hold policy.hold(p) | {OUT}: -", id="hold"),
        pytest.param(
            to(OUT),
            (Hold(), AddHeader(name="X-A", value="1")),
            {},
            f"hold policy.hold(p) | {OUT}: add(X-A=1)",
            id="hold: transforms follow after the release",
        ),
        pytest.param(to(OUT), (DeliverAtOnce(),), {}, f"deliver policy.deliver(p) | {OUT}: -", id="deliver"),
        pytest.param(to(OUT), (Discard(),), {}, f"discard notify policy.discard(p) | {OUT}: -", id="discard and tell"),
        pytest.param(
            to(OUT), (Discard(notify=False),), {}, f"discard policy.discard(p) | {OUT}: -", id="discard in silence"
        ),
        pytest.param(to(OUT), (Reject(text="x"),), {}, f"reject (x) policy.reject(p) | {OUT}: -", id="reject"),
        pytest.param(to(OUT), (Delay(minutes=3),), {}, f"deliver +3min policy.delay(p) | {OUT}: -", id="delay"),
        pytest.param(
            to(OUT, IN),
            (Discard(), Zip(), BossCopy(), Redirect(route="x")),
            MANAGER,
            f"discard notify policy.discard(p) | {OUT} {IN}: -",
            id="discard: nothing is transformed, nobody added",
        ),
        # A8
        pytest.param(
            to(OUT), (AddHeader(name="X-A", value="1"),), {}, f"deliver no-rule | {OUT}: add(X-A=1)", id="add"
        ),
        pytest.param(to(OUT), (RemoveHeader(name="X-A"),), {}, f"deliver no-rule | {OUT}: drop(X-A)", id="remove"),
        pytest.param(to(OUT), (Redirect(route="x"),), {}, f"deliver via x no-rule | {OUT}: -", id="redirect"),
        pytest.param(
            to(OUT),
            (AddHeader(name="X", value="1"), BccConversion(), BossCopy(), InsertText(template="t"), Zip()),
            MANAGER,
            f"deliver no-rule | {OUT}: zip(p) text(t@bottom) cc({BOSS}+0) bcc-all(sato@acme.example) add(X=1)"
            f" | +{BOSS}: text(t@bottom) cc({BOSS}+1) bcc-all(sato@acme.example) add(X=1)",
            id="all together, in the order in which they are carried out",
        ),
        pytest.param(
            message_facts(["a@x.example", "A@x.example", "a@x.example"], attachments=FILE),
            (Zip(),),
            {},
            "deliver no-rule | a@x.example A@x.example: zip(p)",
            id="repetitions stand once, spellings of their own stay",
        ),
        pytest.param(message_facts(), (Zip(), Hold()), {}, "hold policy.hold(p) | nobody: -", id="no recipient"),
    ],
)
def test_actions(facts: MessageFacts, actions: tuple[Action, ...], context: Mapping[str, Any], expected: str) -> None:
    assert told(facts, tenant(policy("p", *actions), lists=LISTS), **context) == expected


def sealed(protection: Protection | None, kind: MailKind = MailKind.ORDINARY) -> MessageFacts:
    protections = frozenset() if protection is None else frozenset({protection})
    return replace(to(OUT, kind=kind), protections=protections)


HELD = f"hold policy.protected(p) | {OUT}: -"
BODY_CHANGES = (Zip(), InsertText(template="t"))


@pytest.mark.parametrize("action", BODY_CHANGES, ids=["zip", "text"])
@pytest.mark.parametrize("protection", Protection)
def test_change_of_the_body_of_protected_mail_is_held_or_left_out(protection: Protection, action: Action) -> None:
    facts = sealed(protection)
    assert told(facts, tenant(policy("p", action))) == HELD
    decision = decide(
        facts, tenant(policy("p", action, AddHeader(name="X", value="1"), if_protected="deliver-unchanged"))
    )
    assert [call.name for part in decision.parts for call in part.transforms] == ["add-header"]
    assert decision.disposition == "deliver"
    assert any(note.startswith(f"policy.unchanged(p) protections={protection}") for note in notes(decision))


@pytest.mark.parametrize(
    ("facts", "actions", "expected"),
    [
        pytest.param(sealed(None, MailKind.CALENDAR), (InsertText(template="t"),), HELD, id="text in an invitation"),
        pytest.param(sealed(None, MailKind.CALENDAR), (Zip(),), HELD, id="ZIP of an invitation"),
        pytest.param(sealed(None, MailKind.CALENDAR), (BccConversion(),), HELD, id="hidden attendees"),
        pytest.param(
            sealed(None, MailKind.CALENDAR),
            (AddHeader(name="X", value="1"),),
            f"deliver no-rule | {OUT}: add(X=1)",
            id="header of an invitation",
        ),
        pytest.param(
            sealed(Protection.SMIME_SIGNED),
            (BccConversion(), RemoveHeader(name="X")),
            f"deliver no-rule | {OUT}: bcc-all(sato@acme.example) drop(X)",
            id="header of signed mail",
        ),
        pytest.param(
            replace(message_facts([OUT]), protections=frozenset({Protection.SMIME_ENCRYPTED})),
            (Zip(),),
            f"deliver no-rule | {OUT}: -",
            id="ZIP without attachments breaks nothing",
        ),
        pytest.param(
            sealed(Protection.PGP_SIGNED),
            (Zip(), InsertText(template="t"), AddHeader(name="X", value="1")),
            f"hold policy.protected(p) | {OUT}: add(X=1)",
            id="released, the rest is carried out",
        ),
    ],
)
def test_protected_mail(facts: MessageFacts, actions: tuple[Action, ...], expected: str) -> None:
    assert told(facts, tenant(policy("p", *actions))) == expected


ZIP_MARK = SubjectMark(mark="[[zip]]", effect="zip")
MARKED = message_facts([OUT, IN], subject="[[zip]]", attachments=FILE)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        pytest.param((), "", id="no policy: defaults"),
        pytest.param((policy("z", Zip(), enabled=False),), "", id="a policy that is off"),
        pytest.param((policy("z", Zip(), groups=("hr",)),), "", id="a policy for others"),
        pytest.param(
            (policy("z", Zip(), priority=9, unless=None), policy("y", Zip(), priority=3)), "y", id="the first policy"
        ),
    ],
)
def test_mark_that_forces_a_zip(policies: tuple[Any, ...], expected: str) -> None:
    settings = tenant(*policies, subject_marks=(ZIP_MARK,))
    assert told(MARKED, settings) == f"deliver no-rule | {OUT}: unmark([[zip]]) zip({expected}) | {IN}: unmark([[zip]])"


def test_mark_forces_a_zip_where_the_policy_does_not_match_or_all_is_encrypted() -> None:
    quiet = policy("z", Zip(exempt_internal=False), when=Subject(operator="is-blank"))
    settings = tenant(quiet, subject_marks=(ZIP_MARK,))
    encrypted = {"encrypted_parts": lambda: {"2": True}}
    assert told(MARKED, settings, **encrypted) == f"deliver no-rule | {OUT} {IN}: unmark([[zip]]) zip(z)"


def test_fixed_password_is_never_part_of_a_decision() -> None:
    settings = tenant(policy("z", Zip(password="Very!Secret9")), rules=(EXTERNAL,))
    decision = decide(to(OUT), settings)
    assert "Very!Secret9" not in repr(decision)
    (call,) = decision.parts[0].transforms
    zip_call = read_call(call)
    assert isinstance(zip_call, ZipAttachments)
    assert (zip_call.password, zip_call.policy, zip_call.time_zone) == ("fixed", "z", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("facts", "action", "context", "expected"),
    [
        pytest.param(to(IN), Zip(), {}, ["policy.zip-skipped why=all-exempt"], id="all exempt"),
        pytest.param(
            to(OUT),
            Zip(),
            {"encrypted_parts": lambda: {"2": True}},
            ["policy.zip-skipped(p) why=already-encrypted"],
            id="encrypted already",
        ),
        pytest.param(to(OUT), BossCopy(if_unknown="deliver"), {}, ["policy.manager-missing(p)"], id="no manager"),
        pytest.param(to(OUT, files=False), Zip(), {}, [], id="nothing to encrypt is not worth a note"),
    ],
)
def test_notes(facts: MessageFacts, action: Action, context: Mapping[str, Any], expected: list[str]) -> None:
    decision = decide(facts, tenant(policy("p", action)), context=MatchContext(facts, **context))
    assert notes(decision) == expected
    assert decision.notes[0].code == "policy.applied"
