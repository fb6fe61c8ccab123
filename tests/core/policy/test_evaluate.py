"""Decide: the order of the questions, every recipient in exactly one part, and failure that means hold."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.envelope import Envelope
from shared.core.message.facts import (
    AttachmentFacts,
    Mailbox,
    MailKind,
    MessageFacts,
    RecipientFacts,
    RecipientField,
)
from shared.core.policy.conditions.context import MatchContext
from shared.core.policy.decision import Disposition, Reason
from shared.core.policy.evaluate import decide, hold_for_error
from shared.core.policy.reason_codes import ARGUMENTS, ReasonCode
from shared.core.policy.rules.registry import RULES
from shared.core.policy.tenant_settings import (
    NextHopServer,
    Route,
    RuleAssignment,
    RuleKind,
    SystemPolicies,
    TenantSettings,
)
from tests.support.message_facts import attachment, message_facts

EXTERNAL = RuleAssignment(id="external", rule="recipient-external")
BLANK = RuleAssignment(id="blank", rule="subject-blank")
FILES = RuleAssignment(id="files", rule="has-attachments")
FORCED = RuleAssignment(id="forced", rule="forced-alert", addresses=("rival.example",))
ALL_OFF = SystemPolicies(
    automatic_forwards=False, automatic_replies=False, read_receipts=False, dsns=False, calendar_replies=False
)


def tenant(*rules: RuleAssignment, system_policies: SystemPolicies | None = None) -> TenantSettings:
    return TenantSettings(
        tenant_id="acme",
        domains=("acme.example",),
        routes=(Route(servers=(NextHopServer(host="hop"),)),),
        version=7,
        rules=rules,
        system_policies=system_policies or SystemPolicies(),
    )


SETTINGS = tenant(EXTERNAL, BLANK, FILES, FORCED)
TO_RIVAL = ["x@rival.example"]
TO_OUT = ["a@out.example"]
TO_COLLEAGUE = ["b@acme.example"]


@pytest.mark.parametrize(
    ("facts", "settings", "disposition", "codes"),
    [
        pytest.param(message_facts(TO_COLLEAGUE), SETTINGS, "deliver", ["no-rule"], id="nothing matches"),
        pytest.param(message_facts(TO_OUT), SETTINGS, "hold", ["rule.recipient-external"], id="one rule"),
        pytest.param(
            message_facts(TO_OUT, subject="", attachments=[attachment()]),
            SETTINGS,
            "hold",
            ["rule.recipient-external", "rule.subject-blank", "rule.has-attachments"],
            id="several rules, all told, in the order of the settings",
        ),
        pytest.param(
            message_facts(TO_OUT, subject="", attachments=[attachment()]),
            tenant(FILES, BLANK, EXTERNAL),
            "hold",
            ["rule.has-attachments", "rule.subject-blank", "rule.recipient-external"],
            id="another order of the settings",
        ),
        pytest.param(
            message_facts(TO_OUT),
            tenant(msgspec.structs.replace(EXTERNAL, enabled=False)),
            "deliver",
            ["no-rule"],
            id="a rule that is switched off",
        ),
        pytest.param(message_facts(TO_OUT), tenant(), "deliver", ["no-rule"], id="no rule assigned"),
        pytest.param(
            message_facts(TO_RIVAL), tenant(FORCED), "hold", ["rule.forced-alert"], id="forced alert holds by itself"
        ),
        pytest.param(
            message_facts(TO_OUT, kind=MailKind.AUTOMATIC_REPLY),
            SETTINGS,
            "deliver",
            ["system.automatic-reply"],
            id="automatic reply passes the rules",
        ),
        pytest.param(
            message_facts(TO_RIVAL, subject="", kind=MailKind.AUTOMATIC_FORWARD),
            SETTINGS,
            "hold",
            ["rule.forced-alert"],
            id="forced alert holds an automatic forward, and other rules keep silent",
        ),
        pytest.param(
            message_facts(TO_RIVAL, kind=MailKind.AUTOMATIC_FORWARD),
            tenant(msgspec.structs.replace(FORCED, enabled=False)),
            "deliver",
            ["system.automatic-forward"],
            id="forced alert that is switched off",
        ),
        pytest.param(
            message_facts(TO_OUT, kind=MailKind.READ_RECEIPT),
            tenant(EXTERNAL, system_policies=ALL_OFF),
            "hold",
            ["rule.recipient-external"],
            id="system policy that is switched off: judged like any mail",
        ),
        pytest.param(
            message_facts(TO_OUT, kind=MailKind.CALENDAR),
            SETTINGS,
            "hold",
            ["rule.recipient-external"],
            id="invitation is judged like any mail",
        ),
        pytest.param(
            message_facts(TO_RIVAL, sender="", subject="", unreadable="too-deep"),
            tenant(FORCED, system_policies=ALL_OFF),
            "deliver",
            ["system.null-sender"],
            id="null sender is never held",
        ),
        pytest.param(
            message_facts(TO_RIVAL, kind=MailKind.OWN),
            tenant(FORCED, system_policies=ALL_OFF),
            "deliver",
            ["system.own-mail"],
            id="own mail is never held",
        ),
        pytest.param(
            message_facts(TO_COLLEAGUE, unreadable="too-deep"),
            SETTINGS,
            "hold",
            ["unreadable"],
            id="unreadable is held",
        ),
        pytest.param(
            message_facts(TO_OUT, unreadable="too-deep", kind=MailKind.AUTOMATIC_REPLY),
            SETTINGS,
            "hold",
            ["unreadable"],
            id="what could not be read passes by no system policy",
        ),
        pytest.param(message_facts(TO_COLLEAGUE, loop="own-mark"), SETTINGS, "reject", ["loop"], id="loop is refused"),
        pytest.param(
            message_facts(TO_COLLEAGUE, loop="own-mark", sender="", kind=MailKind.OWN, unreadable="x"),
            SETTINGS,
            "reject",
            ["loop"],
            id="loop comes before everything",
        ),
        pytest.param(message_facts(), SETTINGS, "deliver", ["no-rule"], id="no recipient"),
        pytest.param(
            message_facts(subject=None), SETTINGS, "hold", ["rule.subject-blank"], id="no recipient, and held"
        ),
    ],
)
def test_decision(facts: MessageFacts, settings: TenantSettings, disposition: str, codes: list[str]) -> None:
    decision = decide(facts, settings)
    assert decision.disposition == disposition
    assert [reason.code for reason in decision.reasons] == codes
    assert decision.settings_version == 7


def test_reason_tells_what_was_unreadable_and_why_it_is_a_loop() -> None:
    unreadable = decide(message_facts(TO_OUT, unreadable="too-deep"), SETTINGS).reasons[0]
    loop = decide(message_facts(TO_OUT, loop="own-mark"), SETTINGS).reasons[0]
    assert (unreadable.args, loop.args) == ((("why", "too-deep"),), (("why", "own-mark"),))


def test_recipients_that_repeat_stand_once_and_case_variants_stay() -> None:
    addresses = ["a@x.example", "A@x.example", "a@x.example"]
    decision = decide(message_facts(addresses), SETTINGS)
    assert [part.recipients for part in decision.parts] == [("a@x.example", "A@x.example")]


def broken(context: MatchContext, assignment: RuleAssignment) -> Reason | None:
    raise KeyError("secret of the inside")


BROKEN_BLANK = {**RULES, "subject-blank": broken}
BROKEN_FORCED = {**RULES, "forced-alert": broken}


def test_broken_rule_holds_and_the_others_still_tell_theirs() -> None:
    decision = decide(message_facts(TO_OUT, attachments=[attachment()]), SETTINGS, rules=BROKEN_BLANK)
    assert decision.disposition is Disposition.HOLD
    assert [(reason.code, reason.rule_id) for reason in decision.reasons] == [
        ("rule.recipient-external", "external"),
        ("policy-error", "blank"),
        ("rule.has-attachments", "files"),
    ]
    assert dict(decision.reasons[1].args) == {"rule": "blank"}


def test_broken_rule_alone_is_a_hold() -> None:
    assert decide(message_facts(TO_COLLEAGUE), SETTINGS, rules=BROKEN_BLANK).disposition is Disposition.HOLD


def test_broken_rule_that_is_switched_off_does_nothing() -> None:
    off = tenant(msgspec.structs.replace(BLANK, enabled=False))
    assert decide(message_facts(TO_COLLEAGUE), off, rules=BROKEN_BLANK).disposition is Disposition.DELIVER


def test_broken_rule_that_system_policies_pass_over_does_nothing() -> None:
    facts = message_facts(TO_OUT, kind=MailKind.DSN)
    assert decide(facts, SETTINGS, rules=BROKEN_BLANK).disposition is Disposition.DELIVER


def test_broken_forced_alert_holds_system_mail_too() -> None:
    decision = decide(message_facts(TO_OUT, kind=MailKind.DSN), SETTINGS, rules=BROKEN_FORCED)
    assert [reason.code for reason in decision.reasons] == ["policy-error"]
    assert decision.disposition is Disposition.HOLD


def test_text_of_the_error_reaches_the_log_and_not_the_decision() -> None:
    told: list[tuple[str, str]] = []
    decision = decide(
        message_facts(TO_OUT),
        SETTINGS,
        rules=BROKEN_BLANK,
        on_error=lambda rule, error: told.append((rule, repr(error))),
    )
    assert told == [("blank", "KeyError('secret of the inside')")]
    assert "secret" not in repr(decision)


def test_log_that_fails_does_not_change_the_decision() -> None:
    def failing_log(rule: str, error: Exception) -> None:
        raise OSError("disk full")

    decision = decide(message_facts(TO_OUT), SETTINGS, rules=BROKEN_BLANK, on_error=failing_log)
    assert [reason.code for reason in decision.reasons] == ["rule.recipient-external", "policy-error"]


def test_error_outside_the_rules_is_a_hold_of_everybody() -> None:
    facts = message_facts(TO_OUT, kind=["not hashable"])  # type: ignore[arg-type]  # facts as they must never be
    told: list[str] = []
    decision = decide(facts, SETTINGS, on_error=lambda rule, error: told.append(type(error).__name__))
    assert decision == hold_for_error(facts.envelope, 7)
    assert told == ["TypeError"]


def test_hold_for_error_names_no_rule_and_takes_every_recipient_once() -> None:
    decision = hold_for_error(Envelope("a@acme.example", ("x@y.example", "x@y.example", "z@y.example")), 3)
    (part,) = decision.parts
    assert part.disposition is Disposition.HOLD
    assert part.recipients == ("x@y.example", "z@y.example")
    assert [(reason.code, reason.args) for reason in part.reasons] == [("policy-error", (("rule", ""),))]
    assert decision.settings_version == 3


# Few names, so that repetitions and case variants are common; any text, so that odd addresses are.
ADDRESSES = st.one_of(
    st.sampled_from(
        ["a@x.example", "A@X.example", "b@acme.example", "c@rival.example", "", "@", "nobody", "a@例え.jp"]
    ),
    st.text(max_size=20),
)
RECIPIENTS = st.builds(
    RecipientFacts,
    address=ADDRESSES,
    domain=st.sampled_from(["x.example", "", "acme.example", "例..え"]),
    field=st.sampled_from(RecipientField),
    external=st.booleans(),
    members=st.integers(-1, 5),
)
TEXT = st.text(max_size=10)


@st.composite
def any_facts(draw: st.DrawFn) -> MessageFacts:
    recipients = draw(st.lists(RECIPIENTS, max_size=6))
    envelope = [item.address for item in recipients] + draw(st.lists(ADDRESSES, max_size=2))
    return MessageFacts(
        envelope=Envelope(draw(ADDRESSES), tuple(envelope)),
        recipients=tuple(recipients),
        size=draw(st.integers(0, 10)),
        unreadable=draw(st.sampled_from(["", "", "", "too-deep"])),
        header_from=tuple(draw(st.lists(st.builds(Mailbox, ADDRESSES), max_size=2))),
        subject=draw(st.none() | TEXT),
        attachments=tuple(
            draw(st.lists(st.builds(AttachmentFacts, TEXT, st.integers(0, 9), TEXT, TEXT, st.booleans()), max_size=2))
        ),
        kind=draw(st.sampled_from(MailKind)),
        loop=draw(st.sampled_from(["", "", "", "own-mark"])),
    )


def any_rule(kind: RuleKind, enabled: bool, number: int, patterns: Sequence[str]) -> RuleAssignment:
    return RuleAssignment(
        id=kind, rule=kind, enabled=enabled, minimum=number + 2, total_from=number, addresses=tuple(patterns)
    )


ANY_SETTINGS = st.builds(
    lambda rules, switch: tenant(*rules, system_policies=SystemPolicies() if switch else ALL_OFF),
    st.lists(
        st.builds(
            any_rule,
            st.sampled_from(sorted(RULES)),
            st.booleans(),
            st.integers(0, 4),
            st.lists(st.sampled_from(["x.example", "*", ".jp", "?"]) | TEXT, max_size=2),
        ),
        max_size=5,
    ),
    st.booleans(),
)


@given(any_facts(), ANY_SETTINGS)
def test_every_envelope_recipient_is_in_exactly_one_part(facts: MessageFacts, settings: TenantSettings) -> None:
    decision = decide(facts, settings)
    placed = [recipient for part in decision.parts for recipient in part.recipients]
    assert len(placed) == len(set(placed))
    assert set(placed) == set(facts.envelope.recipients)
    assert decision.parts
    for reason in decision.reasons:
        assert {name for name, _ in reason.args} == ARGUMENTS[ReasonCode(reason.code)]
    assert "policy-error" not in {reason.code for reason in decision.reasons}
    assert decide(facts, settings) == decision
    if not facts.loop and not facts.envelope.reverse_path:
        assert decision.disposition is Disposition.DELIVER
