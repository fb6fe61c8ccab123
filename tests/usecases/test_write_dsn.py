"""A sender learns of every recipient that did not get the message, once; a null sender never does."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from shared.core.hold.record import OutboxEntry, OutboxKind, State
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef
from shared.core.message.trace import trace_field
from shared.core.policy.tenant_settings import Delivery
from shared.errors import StorageUnavailable
from shared.ports import Person
from shared.usecases.deliver_message import deliver_message
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.write_dsn import write_dsn
from tests.support.app import INSIDE, SENDER, World, make_message, make_settings
from tests.support.threads import at_once

OTHER = "saburo@aozora.example"


def reports(world: World) -> list[EmailMessage]:
    """The DSNs that the next hop took."""
    found = []
    for one in world.next_hop.transactions:
        if one.accepted and b"report-type=delivery-status" in one.data:
            assert (one.reverse_path, one.recipients) == ("", (SENDER,))
            message = message_from_bytes(one.data, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
    return found


def failed_recipients(report: EmailMessage) -> dict[str, str]:
    """Address and status of each recipient that a report names."""
    status = list(report.iter_parts())[1].get_payload()
    return {block["Final-Recipient"].removeprefix("rfc822; "): block["Status"] for block in status[1:]}


def bounced(*refused: str, others: tuple[str, ...] = (), reverse_path: str = SENDER) -> tuple[World, MessageRef]:
    """A delivered message of which the next hop refused some recipients; the DSN is not written yet."""
    world = World()
    for address in refused:
        world.next_hop.answer(address, 550)
    ref = world.judge(*refused, *others, reverse_path=reverse_path)
    deliver_message(world.app, ref)
    return world, ref


def dsn_entry(world: World, ref: MessageRef) -> OutboxEntry:
    number = next(result.reported_in for result in world.record(ref).recipients if result.reported_in >= 0)
    return OutboxEntry(OutboxKind.DSN, number, world.clock.now())


def test_the_sender_is_told_of_refused_recipients_only() -> None:
    world, ref = bounced(INSIDE, others=(OTHER,))
    assert world.record(ref).state is State.PARTLY_DELIVERED
    world.work()
    [report] = reports(world)
    assert list(failed_recipients(report)) == [INSIDE]
    assert report["To"] == SENDER
    text, _, header = report.iter_parts()
    assert "一部の宛先" in text.get_content()
    original = make_message(INSIDE, OTHER)
    assert header.get_payload(decode=True) == original[: original.index(b"\r\n\r\n") + 2]


def test_it_is_in_the_senders_language() -> None:
    world, _ = bounced(INSIDE)
    world.app.directory.save("demo", [Person(SENDER, language="en")])
    world.work()
    [report] = reports(world)
    assert report["Subject"] == "Undelivered: Estimate"


def test_a_second_run_writes_nothing_new() -> None:
    world, ref = bounced(INSIDE)
    entry = dsn_entry(world, ref)
    assert write_dsn(world.app, ref, entry)
    assert not write_dsn(world.app, ref, entry)
    world.work()
    assert len(reports(world)) == 1


def test_workers_at_the_same_moment_write_one_dsn() -> None:
    world, ref = bounced(INSIDE)
    entry = dsn_entry(world, ref)
    assert at_once(8, lambda _: write_dsn(world.app, ref, entry)).count(True) == 1
    world.work()
    assert len(reports(world)) == 1


def test_after_a_crash_the_next_run_sends_the_bytes_that_were_stored_first() -> None:
    world, ref = bounced(INSIDE)
    entry = dsn_entry(world, ref)
    world.messages.trouble.before("create", StorageUnavailable("down"))
    with pytest.raises(StorageUnavailable):
        write_dsn(world.app, ref, entry)
    [stored] = world.spool.outgoing.values()
    world.clock.advance(minutes=1)
    assert write_dsn(world.app, ref, entry)
    world.work()
    [sent] = [one.data for one in world.next_hop.transactions if b"report-type" in one.data]
    assert sent.endswith(stored)


def test_recipients_that_fail_later_get_a_dsn_of_their_own() -> None:
    world = World(make_settings(delivery=Delivery(deadline_hours=0.1, first_pause_seconds=30)))
    world.next_hop.answer(INSIDE, 550)
    world.next_hop.answer(OTHER, 451)
    ref = world.judge(INSIDE, OTHER)
    world.pass_time(lambda: world.record(ref).state is State.BOUNCED)
    world.work()
    first, second = reports(world)
    assert list(failed_recipients(first)) == [INSIDE]
    assert failed_recipients(second) == {OTHER: "5.4.7"}
    assert first["Message-ID"] != second["Message-ID"]


def test_a_null_sender_is_never_answered() -> None:
    world, ref = bounced(INSIDE, reverse_path="")
    assert world.record(ref).state is State.BOUNCED
    for number in range(4):
        assert not write_dsn(world.app, ref, OutboxEntry(OutboxKind.DSN, number, world.clock.now()))
    world.work()
    assert reports(world) == []


def test_a_dsn_that_bounces_begets_no_other() -> None:
    world, _ = bounced(INSIDE)
    world.next_hop.answer(SENDER, 550)
    world.work()
    own = [ref for ref in world.messages.refs if world.record(ref).own]
    assert [world.record(ref).state for ref in own] == [State.BOUNCED]
    assert len(world.messages.refs) == 2


def test_a_loop_is_reported_to_its_sender_with_its_reason() -> None:
    world = World()
    keys = world.app.secrets.signing_keys("trace")
    first = world.receive(INSIDE)
    data = trace_field(first, "relayed", Envelope(SENDER, (INSIDE,)), keys[0]) + make_message(INSIDE)
    ref = world.judge(INSIDE, data=data)
    assert world.record(ref).state is State.BOUNCED
    world.work()
    [report] = reports(world)
    assert failed_recipients(report) == {INSIDE: "5.4.6"}
    text = next(report.iter_parts()).get_content()
    assert "循環" in text


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda world, ref: (MessageRef("other", ref.queue_id), 1), id="no such message"),
        pytest.param(lambda world, ref: (ref, 77), id="an entry that reports nobody"),
    ],
)
def test_nothing_to_tell_is_told_to_nobody(spoil: Callable[[World, MessageRef], tuple[MessageRef, int]]) -> None:
    world, ref = bounced(INSIDE)
    target, number = spoil(world, ref)
    assert not write_dsn(world.app, target, OutboxEntry(OutboxKind.DSN, number, world.clock.now()))
    assert world.spool.outgoing == {}


def test_a_message_whose_bytes_are_gone_is_still_reported() -> None:
    world, ref = bounced(INSIDE)
    entry = dsn_entry(world, ref)
    world.spool.lose(ref)
    assert write_dsn(world.app, ref, entry)
    data = world.spool.outgoing[own_ref(ref, f"dsn-{entry.number}")]
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert list(failed_recipients(message)) == [INSIDE]
