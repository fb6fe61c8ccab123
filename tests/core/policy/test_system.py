"""Built-in system policies: what passes, and that each can be switched off."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from shared.core.message.facts import MailKind
from shared.core.policy.system import always_passes, passes
from shared.core.policy.tenant_settings import SystemPolicies
from tests.support.message_facts import message_facts

FACTS = message_facts(["a@x.example"])
KINDS = [
    pytest.param(MailKind.AUTOMATIC_FORWARD, "automatic_forwards", "system.automatic-forward", id="automatic forward"),
    pytest.param(MailKind.AUTOMATIC_REPLY, "automatic_replies", "system.automatic-reply", id="automatic reply"),
    pytest.param(MailKind.READ_RECEIPT, "read_receipts", "system.read-receipt", id="read receipt"),
    pytest.param(MailKind.DSN, "dsns", "system.dsn", id="DSN"),
    pytest.param(MailKind.CALENDAR_REPLY, "calendar_replies", "system.calendar-reply", id="calendar reply"),
]


@pytest.mark.parametrize(("kind", "switch", "code"), KINDS)
def test_machine_made_mail_passes_and_stops_passing_when_switched_off(kind: MailKind, switch: str, code: str) -> None:
    facts = replace(FACTS, kind=kind)
    reason = passes(facts, SystemPolicies())
    assert reason is not None
    assert reason.code == code
    assert passes(facts, msgspec.structs.replace(SystemPolicies(), **{switch: False})) is None


def test_every_switch_has_its_kind() -> None:
    assert {parameters.values[1] for parameters in KINDS} == set(SystemPolicies.__struct_fields__)


@pytest.mark.parametrize("kind", [MailKind.ORDINARY, MailKind.CALENDAR])
def test_what_people_send_does_not_pass_by_kind(kind: MailKind) -> None:
    assert passes(replace(FACTS, kind=kind), SystemPolicies()) is None
    assert always_passes(replace(FACTS, kind=kind), SystemPolicies()) is None


def test_null_sender_and_own_mail_always_pass() -> None:
    null = always_passes(message_facts(["a@x.example"], sender=""), SystemPolicies())
    own = always_passes(message_facts(["a@x.example"], kind=MailKind.OWN), SystemPolicies())
    assert null is not None
    assert own is not None
    assert (null.code, own.code) == ("system.null-sender", "system.own-mail")


@pytest.mark.parametrize(
    ("switched_on", "code"),
    [
        pytest.param(True, "system.dsn", id="the system policy says more"),
        pytest.param(False, "system.null-sender", id="switched off, it still passes"),
    ],
)
def test_null_senders_dsn_passes_with_the_reason_that_says_more(switched_on: bool, code: str) -> None:
    facts = message_facts(["a@x.example"], sender="", kind=MailKind.DSN)
    reason = always_passes(facts, SystemPolicies(dsns=switched_on))
    assert reason is not None
    assert reason.code == code
