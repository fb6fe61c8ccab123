"""One decision, whichever way it came: partial releases that reach whom they should, who acted for whom, and races."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email import policy as email_policy
from email.message import EmailMessage
from uuid import uuid4

import pytest

from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.storage_clients import table_client
from shared.core.hold.actor import Channel, Role
from shared.core.hold.partial_release import CannotDrop
from shared.core.hold.record import Fate, State
from shared.core.message.identity import MessageRef
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person
from shared.core.policy.actions import AddHeader, Delay, Zip
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.errors import NotFound, StorageUnavailable
from shared.ports_people import AuditCode
from shared.settings import ProcessSettings
from shared.usecases.decide_hold import (
    Acted,
    Asker,
    HoldWish,
    NotAcknowledged,
    NotEntitled,
    Verb,
    decide_hold,
)
from shared.usecases.deliver_message import deliver_message
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_settings
from tests.support.azurite import Azurite

RIVAL = "rival@other.example"
PROXY = "natsuki@aozora.example"
PEER = "198.51.100.7"
ME = Asker(SENDER, Channel.TEAMS, PEER)
RELEASE = HoldWish(Verb.RELEASE, frozenset({1}))
DISCARD = HoldWish(Verb.DISCARD)


def with_files(*recipients: str, cc: str = "") -> bytes:
    """A message with two attachments."""
    message = EmailMessage(policy=email_policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, ", ".join(recipients), "Estimate"
    if cc:
        message["Cc"] = cc
    message["Message-ID"] = "<1@aozora.example>"
    message.set_content("Hello.\r\n")
    message.add_attachment(b"for all", maintype="text", subtype="csv", filename="list.csv")
    message.add_attachment(b"not for you", maintype="application", subtype="pdf", filename="secret.pdf")
    return message.as_bytes()


def held(world: World, *recipients: str, cc: str = "") -> MessageRef:
    """A held message with two attachments, whose notice is out."""
    addresses = (*recipients, *([cc] if cc else []))
    ref = world.judge(*addresses, data=with_files(*recipients, cc=cc))
    world.work()
    assert world.record(ref).state is State.HELD
    return ref


def sent(world: World, *recipients: str) -> list[EmailMessage]:
    """What these recipients got, one message for each time."""
    got = [one.data for one in world.next_hop.transactions for who in one.accepted if who in recipients]
    return [email.message_from_bytes(data, policy=email_policy.default) for data in got]


def test_a_partial_release_reaches_the_others_without_what_was_left_out() -> None:
    world = World()
    ref = held(world, OUTSIDE, INSIDE, cc=RIVAL)
    wish = HoldWish(Verb.RELEASE, frozenset({1}), (RIVAL,), ("3",))
    assert isinstance(decide_hold(world.app, ref, ME, wish), Acted)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert sent(world, RIVAL) == []
    for recipient in (OUTSIDE, INSIDE):
        (message,) = sent(world, recipient)
        assert [part.get_filename() for part in message.iter_attachments()] == ["list.csv"]
        assert RIVAL not in message.as_string()
        assert message["To"] == f"{OUTSIDE}, {INSIDE}"
        assert message["Cc"] is None
    fates = {result.address: result.fate for result in world.record(ref).recipients}
    assert fates == {OUTSIDE: Fate.SENT, INSIDE: Fate.SENT, RIVAL: Fate.DROPPED}


def test_what_was_left_out_survives_real_storage(azurite: Azurite) -> None:
    process = ProcessSettings(storage=azurite.connection_string)
    table = f"t{uuid4().hex}"
    table_client(process, table).create_table()
    world = World()
    world.messages = TableMessageStore(process, table=table)  # type: ignore[assignment]  # the same port
    world.app = replace(world.app, messages=world.messages)
    ref = held(world, OUTSIDE, cc=RIVAL)
    result = decide_hold(world.app, ref, ME, HoldWish(Verb.RELEASE, frozenset({1}), (RIVAL,), ("3",)))
    assert isinstance(result, Acted)
    assert world.record(ref) == result.record
    world.work()
    (message,) = sent(world, OUTSIDE)
    assert [part.get_filename() for part in message.iter_attachments()] == ["list.csv"]
    assert sent(world, RIVAL) == []
    assert world.record(ref).state is State.DELIVERED


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        pytest.param(AddHeader(name="X-Checked", value="yes"), ["list.csv"], id="another header"),
        pytest.param(Zip(exempt_internal=False), None, id="a ZIP, which must not hold it either"),
    ],
)
def test_what_policies_change_is_changed_after_what_was_left_out_is_gone(
    action: AddHeader | Zip, seen: list[str] | None
) -> None:
    policy = Policy(id="p", when=RecipientDomain(operator="is-external"), actions=(action,))
    world = World(make_settings(policies=(policy,)))
    ref = held(world, OUTSIDE, cc=RIVAL)
    decide_hold(world.app, ref, ME, HoldWish(Verb.RELEASE, frozenset({1}), (RIVAL,), ("3",)))
    world.work()
    (message,) = sent(world, OUTSIDE)
    names = [part.get_filename() or "" for part in message.iter_attachments()]
    if seen is not None:
        assert names == seen
        assert message["X-Checked"] == "yes"
    else:
        (archive,) = message.iter_attachments()
        data = archive.get_payload(decode=True)
        assert isinstance(data, bytes)
        assert b"list.csv" in data
        assert b"secret.pdf" not in data
    assert RIVAL not in message.as_string()
    assert not [one for one in world.next_hop.transactions if RIVAL in one.recipients]


def test_a_worker_that_dies_between_making_and_storing_the_reduced_form_sends_nothing_untouched() -> None:
    world = World()
    ref = held(world, OUTSIDE, cc=RIVAL)
    decide_hold(world.app, ref, ME, HoldWish(Verb.RELEASE, frozenset({1}), (RIVAL,), ("3",)))
    world.spool.trouble.after("write_variant", StorageUnavailable("died"))
    with pytest.raises(StorageUnavailable):
        deliver_message(world.app, ref)
    assert sent(world, OUTSIDE) == []
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    (message,) = sent(world, OUTSIDE)
    assert [part.get_filename() for part in message.iter_attachments()] == ["list.csv"]


def test_every_attempt_sends_the_same_reduced_bytes() -> None:
    world = World()
    ref = held(world, OUTSIDE, INSIDE, cc=RIVAL)
    world.next_hop.answer(INSIDE, 451)
    decide_hold(world.app, ref, ME, HoldWish(Verb.RELEASE, frozenset({1}), (RIVAL,)))
    world.work()
    world.next_hop.answer(INSIDE, 250)
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    first, second = (one.data for one in world.next_hop.transactions if {OUTSIDE, INSIDE} & set(one.accepted))
    assert first == second
    assert [variant.name for variant in world.record(ref).variants] == ["reduced"]


@pytest.mark.parametrize(
    ("recipients", "attachments", "why"),
    [
        pytest.param((OUTSIDE, INSIDE), (), "nobody-left", id="everybody"),
        pytest.param(("somebody@else.example",), (), "unknown-recipient", id="somebody else"),
        pytest.param((), ("1",), "unknown-attachment", id="the text"),
    ],
)
def test_a_partial_release_that_cannot_be_does_nothing(
    recipients: tuple[str, ...], attachments: tuple[str, ...], why: str
) -> None:
    world = World()
    ref = held(world, OUTSIDE, INSIDE)
    before = world.messages.load(ref)
    with pytest.raises(CannotDrop) as refused:
        decide_hold(world.app, ref, ME, HoldWish(Verb.RELEASE, frozenset({1}), recipients, attachments))
    assert refused.value.why == why
    assert world.messages.load(ref) == before


def test_a_partial_release_needs_every_reason_acknowledged_too() -> None:
    world = World()
    ref = held(world, OUTSIDE, INSIDE)
    wish = HoldWish(Verb.RELEASE, frozenset(), (OUTSIDE,))
    assert decide_hold(world.app, ref, ME, wish) == NotAcknowledged((1,))


def test_a_proxy_decides_and_both_are_recorded_everywhere() -> None:
    world = World()
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
    ref = held(world, OUTSIDE)
    result = decide_hold(world.app, ref, Asker(PROXY, Channel.PORTAL, PEER), RELEASE)
    assert isinstance(result, Acted)
    assert result.record.outcome is not None
    actor = result.record.outcome.actor
    assert (actor.role, actor.name, actor.on_behalf_of) == (Role.PROXY, PROXY, SENDER)
    (line,) = [line for line in world.audit.about(ref) if line.code is AuditCode.DECIDED]
    assert (line.actor, dict(line.args)["verb"]) == (actor, "release")
    assert world.messages.events(ref)[-1].actor == actor


@pytest.mark.parametrize("case", ["stranger", "removed", "revoked", "not yet"])
def test_who_may_not_is_refused_and_it_is_recorded(case: str) -> None:
    world = World()
    person = PROXY
    if case == "removed":
        person = SENDER
        world.directory.save("demo", [Person(SENDER)])
        world.directory.remove("demo", [SENDER])
    elif case == "revoked":
        kept = world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
        world.delegations.save("demo", Delegation(SENDER, (), version=kept.version))
    elif case == "not yet":
        tomorrow = world.clock.now() + timedelta(days=1)
        world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY, since=tomorrow),)))
    ref = world.judge(OUTSIDE)
    before = world.messages.load(ref)
    with pytest.raises(NotEntitled):
        decide_hold(world.app, ref, Asker(person, Channel.TEAMS, PEER), RELEASE)
    assert world.messages.load(ref) == before
    (line,) = [line for line in world.audit.about(ref) if line.code is AuditCode.REFUSED]
    assert (line.actor.name, line.actor.peer) == (person, PEER)


def test_a_log_that_cannot_be_written_keeps_nobody_from_deciding() -> None:
    world = World()
    ref = held(world, OUTSIDE)
    world.audit.trouble.before("append", StorageUnavailable("down"))
    assert isinstance(decide_hold(world.app, ref, ME, RELEASE), Acted)


def test_a_directory_that_does_not_answer_decides_nothing() -> None:
    world = World()
    ref = held(world, OUTSIDE)
    world.directory.trouble.before("people", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        decide_hold(world.app, ref, ME, RELEASE)
    assert world.record(ref).state is State.HELD


def test_a_delayed_message_is_recalled_or_sent_at_once() -> None:
    policy = Policy(id="p", when=RecipientDomain(operator="is-external"), actions=(Delay(minutes=10),))
    world = World(make_settings(rules=(), policies=(policy,)))
    recalled, hurried = world.judge(OUTSIDE), world.judge(OUTSIDE)
    assert world.record(recalled).state is State.DELAYED
    assert isinstance(decide_hold(world.app, recalled, ME, DISCARD), Acted)
    assert isinstance(decide_hold(world.app, hurried, ME, RELEASE), Acted)
    world.pass_time(lambda: world.record(hurried).state is State.DELIVERED)
    world.clock.advance(hours=24)
    world.work()
    assert world.record(recalled).state is State.DISCARDED
    assert len(sent(world, OUTSIDE)) == 1


def test_mail_of_mattas_own_is_nobodys_to_decide() -> None:
    world = World()
    held(world, OUTSIDE)
    (own,) = [ref for ref in world.messages.refs if world.record(ref).own]
    with pytest.raises(NotFound):
        decide_hold(world.app, own, ME, DISCARD)
