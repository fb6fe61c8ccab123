"""What a client asked for about reports is obeyed from the spool to the report; a delay is told of once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.hold.record import EventCode, OutboxEntry, OutboxKind, State
from shared.core.message.envelope import DsnWish
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Reject
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import Delivery, HoldNotices
from shared.usecases.run_due import run_due
from shared.usecases.submit_own_mail import own_ref
from shared.usecases.work_off import work_off
from shared.usecases.write_dsn import write_dsn
from tests.support.app import INSIDE, SENDER, World, make_message, make_settings
from tests.support.delivery_reports import ReadReport, read_report
from tests.support.own_letters import letters
from tests.support.threads import at_once

OTHER = "saburo@aozora.example"
HOUR = timedelta(hours=1)
SUCCESS, NEVER, DELAY = DsnWish(("SUCCESS",), "rfc822;J+2B@x.example"), DsnWish(("NEVER",)), DsnWish(("DELAY",))


def reports(world: World) -> list[ReadReport]:
    """The reports that the next hop took."""
    return [
        read_report(one.data[one.data.index(b"From:") :])
        for one in world.next_hop.transactions
        if one.accepted and one.reverse_path == "" and b"report-type=delivery-status" in one.data
    ]


def told(world: World) -> list[tuple[str, list[str]]]:
    """Action and recipients of each report."""
    return [
        (one.recipients[0]["Action"], [block["Final-Recipient"].removeprefix("rfc822; ") for block in one.recipients])
        for one in reports(world)
    ]


def codes(world: World, ref: MessageRef) -> list[EventCode]:
    return [event.code for event in world.messages.events(ref)]


def tick(world: World, hours: float, step: timedelta = timedelta(minutes=10)) -> None:
    """Let so many hours pass."""
    until = world.clock.now() + timedelta(hours=hours)
    while world.clock.now() < until:
        world.work()
        world.clock.advance(seconds=step.total_seconds())
        run_due(world.app)
        run_due(world.app)
    world.work()


class TestDelay:
    def test_after_four_hours_the_sender_is_told_once_of_those_who_wait(self) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 451)
        ref = world.judge(INSIDE, OTHER)
        tick(world, 3.8)
        assert told(world) == []
        tick(world, 0.5)
        assert told(world) == [("delayed", [INSIDE])]
        [report] = reports(world)
        assert report.mail["To"] == SENDER
        assert "まだ配送できていません" in report.letter
        assert report.recipients[0]["Will-Retry-Until"] == "Mon, 23 Nov 2026 09:00:00 +0000"
        assert report.returned_type == "text/rfc822-headers"
        tick(world, 30)
        assert told(world) == [("delayed", [INSIDE])]
        assert codes(world, ref).count(EventCode.DELAY_REPORTED) == 1
        assert world.record(ref).state is State.DELIVERING
        world.next_hop.answer(INSIDE, 250)
        tick(world, 2)
        assert world.record(ref).state is State.DELIVERED
        assert len(reports(world)) == 1

    def test_it_does_not_wait_for_the_next_attempt(self) -> None:
        world = World(make_settings(delivery=Delivery(first_pause_seconds=3600, longest_pause_seconds=86400)))
        world.next_hop.answer(INSIDE, 451)
        ref = world.judge(INSIDE)
        tick(world, 3.9)
        due_at, attempts = world.record(ref).due_at, world.record(ref).attempts
        assert due_at is not None
        assert due_at > world.clock.now() + HOUR
        tick(world, 0.3)
        assert told(world) == [("delayed", [INSIDE])]
        assert (world.record(ref).due_at, world.record(ref).attempts) == (due_at, attempts)

    @pytest.mark.parametrize(
        ("delivery", "hours", "expected"),
        [
            pytest.param(Delivery(delay_notice_hours=0), 24, [], id="switched off"),
            pytest.param(Delivery(delay_notice_hours=0.5), 1, ["delayed"], id="earlier"),
            pytest.param(Delivery(deadline_hours=3), 6, ["failed"], id="the end comes first"),
            pytest.param(Delivery(deadline_hours=6), 8, ["delayed", "failed"], id="first the delay, then the end"),
        ],
    )
    def test_when_is_the_tenants_choice(self, delivery: Delivery, hours: float, expected: list[str]) -> None:
        world = World(make_settings(delivery=delivery))
        world.next_hop.answer(INSIDE, 451)
        world.judge(INSIDE)
        tick(world, hours)
        assert [action for action, _ in told(world)] == expected

    @pytest.mark.parametrize(
        ("wishes", "expected"),
        [
            pytest.param((NEVER, SUCCESS), [], id="nobody asked"),
            pytest.param((DELAY, NEVER), [("delayed", [INSIDE])], id="one asked"),
        ],
    )
    def test_it_is_told_of_those_it_was_asked_for(
        self, wishes: tuple[DsnWish, ...], expected: list[tuple[str, list[str]]]
    ) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 451)
        world.next_hop.answer(OTHER, 451)
        world.judge(INSIDE, OTHER, wishes=wishes)
        tick(world, 6)
        assert told(world) == expected

    def test_a_null_sender_and_mail_of_matta_itself_are_told_of_no_delay(self) -> None:
        world = World()
        for address in (INSIDE, SENDER):
            world.next_hop.answer(address, 451)
        world.judge(INSIDE, reverse_path="")
        world.judge("nobody@partner.example")  # held: its notice to the sender cannot be delivered
        tick(world, 10)
        assert told(world) == []
        assert len([ref for ref in world.messages.refs if world.record(ref).own]) >= 1

    def test_it_goes_through_a_silent_hop_as_soon_as_that_answers(self) -> None:
        world = World()
        world.next_hop.silent("hop.example")
        ref = world.judge(INSIDE)
        tick(world, 5)
        assert codes(world, ref).count(EventCode.DELAY_REPORTED) == 1
        [own] = [one for one in world.messages.refs if world.record(one).own]
        assert world.record(own).own.startswith("delay-dsn-")
        assert world.record(own).state is State.DELIVERING

    def test_a_second_run_and_workers_at_the_same_moment_write_one(self) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 451)
        ref = world.judge(INSIDE)
        world.work()
        world.clock.advance(hours=4)
        run_due(world.app)
        [entry] = {item.entry for item in world.queue.items if item.entry.kind is OutboxKind.DELAY_DSN}
        assert at_once(6, lambda _: write_dsn(world.app, ref, entry)).count(True) == 1
        assert not write_dsn(world.app, ref, entry)
        world.work()
        assert told(world) == [("delayed", [INSIDE])]

    def test_who_has_got_it_before_the_report_is_written_is_told_nothing(self) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 451)
        ref = world.judge(INSIDE)
        world.work()
        world.clock.advance(hours=4)
        run_due(world.app)
        number = world.record(ref).recipients[0].delay_reported_in
        assert number >= 0
        world.next_hop.answer(INSIDE, 250)
        while world.queue.take("notify") is not None:
            pass
        world.clock.advance(hours=2)
        run_due(world.app)
        while (body := world.queue.take("deliver")) is not None:
            work_off(world.app, body)
        assert world.record(ref).state is State.DELIVERED
        assert not write_dsn(world.app, ref, OutboxEntry(OutboxKind.DELAY_DSN, number, world.clock.now()))

    def test_an_attempt_that_is_due_at_the_same_moment_is_not_forgotten(self) -> None:
        world = World(make_settings(delivery=Delivery(first_pause_seconds=3600, delay_notice_hours=1.0)))
        world.app = replace(world.app, random=Even())
        world.next_hop.answer(INSIDE, 451)
        ref = world.judge(INSIDE)
        world.work()
        record = world.record(ref)
        assert record.due_at == record.delay_notice_at
        world.clock.advance(minutes=30)
        run_due(world.app)
        assert [entry.at for entry in world.schedule.entries] == [record.due_at]
        world.next_hop.answer(INSIDE, 250)
        world.clock.advance(minutes=30)
        run_due(world.app)
        world.clock.advance(minutes=5)
        run_due(world.app)
        world.work()
        assert world.record(ref).state is State.DELIVERED
        assert world.record(ref).attempts == 2


class Even:
    """Randomness without any: every pause is as long as it is set."""

    def token(self, length: int) -> bytes:
        return bytes(length)


class TestHandedOn:
    @pytest.mark.parametrize(
        ("wishes", "offers", "expected"),
        [
            pytest.param(
                (SUCCESS, NEVER), False, [("relayed", [INSIDE])], id="asked for, and the hop knows no reports"
            ),
            pytest.param((SUCCESS, SUCCESS), True, [], id="asked for, and the hop reports on"),
            pytest.param((), False, [], id="nothing said"),
        ],
    )
    def test_success_is_reported_by_the_last_one_who_can(
        self, wishes: tuple[DsnWish, ...], offers: bool, expected: list[tuple[str, list[str]]]
    ) -> None:
        world = World()
        if offers:
            world.next_hop.relays_dsn("hop.example")
        ref = world.judge(INSIDE, OTHER, wishes=wishes, envid="QQ+2B1")
        world.work()
        assert world.record(ref).state is State.DELIVERED
        assert told(world) == expected
        for report in reports(world):
            assert report.message["Original-Envelope-Id"] == "QQ+1"
            assert report.recipients[0]["Original-Recipient"] == "rfc822; J+@x.example"
            assert report.recipients[0]["Status"].startswith("2.")

    def test_success_and_failure_of_one_message_are_two_reports(self) -> None:
        world = World()
        world.next_hop.answer(OTHER, 550)
        world.judge(INSIDE, OTHER, wishes=(SUCCESS, DsnWish()))
        world.work()
        assert sorted(told(world)) == [("failed", [OTHER]), ("relayed", [INSIDE])]


class TestFailure:
    @pytest.mark.parametrize("wish", [NEVER, DELAY, SUCCESS], ids=["never", "delay", "success"])
    def test_who_did_not_ask_is_not_told(self, wish: DsnWish) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 550)
        ref = world.judge(INSIDE, wishes=(wish,))
        world.work()
        assert world.record(ref).state is State.BOUNCED
        assert told(world) == []

    @pytest.mark.parametrize(
        ("ret", "size", "kind"),
        [
            pytest.param("FULL", 100, "message/rfc822", id="full"),
            pytest.param("FULL", 1024 * 1024, "text/rfc822-headers", id="full, but large"),
            pytest.param("HDRS", 100, "text/rfc822-headers", id="header"),
            pytest.param("", 100, "text/rfc822-headers", id="nothing said"),
        ],
    )
    def test_as_much_comes_back_as_was_asked_for(self, ret: str, size: int, kind: str) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 550)
        data = make_message(INSIDE) + b"x\r\n" * (size // 3)
        world.judge(INSIDE, data=data, ret=ret)
        world.work()
        [report] = reports(world)
        assert report.returned_type == kind
        assert data.startswith(report.returned)
        assert (report.returned == data) is (kind == "message/rfc822")

    def test_a_delay_brings_back_the_header_only(self) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 451)
        world.judge(INSIDE, ret="FULL")
        tick(world, 5)
        assert [report.returned_type for report in reports(world)] == ["text/rfc822-headers"]

    def test_matta_does_not_write_to_itself(self) -> None:
        world = World(make_settings(notices=HoldNotices(sender_address="Matta@Aozora.example")))
        world.next_hop.answer(INSIDE, 550)
        world.judge(INSIDE, reverse_path="matta@aozora.example")
        world.work()
        assert world.spool.outgoing == {}

    def test_a_report_asks_for_no_report_about_itself(self) -> None:
        world = World()
        world.next_hop.answer(INSIDE, 550)
        ref = world.judge(INSIDE)
        world.work()
        [own] = [one for one in world.messages.refs if world.record(one).own]
        assert own == own_ref(ref, world.record(own).own)
        assert world.record(own).envelope.wishes == (NEVER,)


class TestRefusal:
    """A person whose organisation stops their mail learns of it, whatever their client thinks of reports."""

    @pytest.mark.parametrize(
        ("wishes", "sender", "dsns", "notices"),
        [
            pytest.param((), SENDER, ["failed"], [], id="nothing said"),
            pytest.param((NEVER, NEVER), SENDER, [], ["送信されませんでした: Estimate"], id="no DSN wanted"),
            pytest.param((NEVER, DsnWish()), SENDER, ["failed"], [], id="wanted for one recipient"),
            pytest.param((NEVER, NEVER), "x@stranger.example", [], [], id="a stranger gets no letter"),
        ],
    )
    def test_by_a_dsn_or_else_by_a_letter(
        self, wishes: tuple[DsnWish, ...], sender: str, dsns: list[str], notices: list[str]
    ) -> None:
        policy = Policy(id="p", name="no", description="x", actions=(Reject(text="社外秘です。"),))
        world = World(make_settings(policies=(policy,)))
        ref = world.judge(INSIDE, OTHER, wishes=wishes, reverse_path=sender)
        world.work()
        run_due(world.app)
        world.work()
        assert world.record(ref).state is State.BOUNCED
        assert [action for action, _ in told(world)] == dsns
        assert [letter["Subject"] for letter in letters(world)] == notices
        for letter in letters(world):
            assert "社外秘です。" in letter.get_content()
