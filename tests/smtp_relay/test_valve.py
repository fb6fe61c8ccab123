"""What clients notice of backpressure, of storage that is out, of memory and of shares."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import StorageUnavailable
from shared.ports_relay import Backlog, IngressRule
from tests.fakes.spool import FakeSpool
from tests.support.relay import Dialogue, RunningRelay, wait_until


@pytest.fixture
def quick(spool: FakeSpool) -> Iterator[RunningRelay]:
    """A relay with a long trickle and short pauses."""
    limits = {"slow_backlog_seconds": 10, "defer_backlog_seconds": 100, "trickle_seconds": 3600}
    with RunningRelay(
        spool, slow_pause_seconds=0.6, storage_failures=2, storage_pause_seconds=0.3, **limits
    ) as running:
        yield running


def behind(relay: RunningRelay, seconds: float) -> None:
    """What the sweep would have written."""
    backlog = Backlog(seconds, 1 if seconds else 0, datetime.now(UTC))

    async def see() -> None:
        relay.relay.valve.saw(backlog)

    relay.run(see())


def mail(smtp: Dialogue) -> str:
    return smtp.command("MAIL FROM:<a@b.example>")


def test_a_backlog_slows_down_and_then_defers_and_ends(quick: RunningRelay, spool: FakeSpool) -> None:
    with Dialogue(quick.port) as smtp:
        smtp.hello()
        behind(quick, 99)
        started = time.monotonic()
        assert smtp.message(b"x")[:3] == "250"
        assert time.monotonic() - started >= 0.5
        behind(quick, 100)
        assert smtp.message(b"x")[:3] == "250", "the trickle"
        assert mail(smtp) == "451 4.3.1 too busy, please try again later"
        assert smtp.command("RCPT TO:<c@d.example>")[:3] == "503"
        assert smtp.command("NOOP")[:3] == "250"
        behind(quick, 0)
        assert smtp.message(b"x")[:3] == "250"
    assert len(spool.refs) == 3
    assert [line["level"] for line in quick.logged("pressure")] == ["slow", "defer", "normal"]
    assert quick.relay.counters.deferred["backlog"] == 1
    assert quick.relay.counters.accepted == 3


def test_replies_before_a_pause_do_not_wait_with_it(quick: RunningRelay) -> None:
    with Dialogue(quick.port) as smtp:
        behind(quick, 99)
        started = time.monotonic()
        smtp.send(b"EHLO c\r\nMAIL FROM:<a@b.example>\r\n")
        assert smtp.reply()[:3] == "250"
        assert time.monotonic() - started < 0.5
        assert smtp.reply()[:3] == "250"
        assert time.monotonic() - started >= 0.5


def test_what_was_sent_together_with_a_deferred_mail_is_no_mistake(quick: RunningRelay) -> None:
    with Dialogue(quick.port) as smtp:
        smtp.hello()
        behind(quick, 1000)
        assert smtp.message(b"x")[:3] == "250", "the trickle"
        smtp.send(b"MAIL FROM:<a@b.example>\r\n" + b"RCPT TO:<c@d.example>\r\n" * 50 + b"DATA\r\nNOOP\r\n")
        assert [smtp.reply()[:3] for _ in range(53)] == ["451", *["503"] * 51, "250"]


def test_old_news_of_the_past_change_nothing_but_grow(quick: RunningRelay) -> None:
    valve = quick.relay.valve

    async def see() -> None:
        valve.saw(Backlog(0.0, 0, datetime.now(UTC) - timedelta(hours=5)))

    quick.run(see())
    with Dialogue(quick.port) as smtp:
        smtp.hello()
        assert [smtp.message(b"x")[:3] for _ in range(3)] == ["250"] * 3


def test_storage_that_fails_is_given_a_rest_and_tried_again(quick: RunningRelay, spool: FakeSpool) -> None:
    with Dialogue(quick.port) as smtp:
        smtp.hello()
        for _ in range(2):
            spool.trouble.before("write", StorageUnavailable("down"))
            assert smtp.message(b"x")[:9] == "451 4.3.0"
        assert mail(smtp)[:9] == "451 4.3.0", "before the content is sent"
        time.sleep(0.35)
        assert smtp.message(b"x")[:3] == "250"
        assert smtp.message(b"x")[:3] == "250"
    assert [line["outcome"] for line in quick.logged("storage")] == ["out", "back"]
    assert quick.relay.counters.deferred["storage"] == 3


@pytest.mark.parametrize("as_far_as", ["MAIL", "DATA"])
def test_a_client_that_begins_and_never_ends_does_not_keep_others_from_storage_that_is_back(
    quick: RunningRelay, spool: FakeSpool, as_far_as: str
) -> None:
    with Dialogue(quick.port) as idler, Dialogue(quick.port) as smtp:
        idler.hello()
        smtp.hello()
        for _ in range(2):
            spool.trouble.before("write", StorageUnavailable("down"))
            assert smtp.message(b"x")[:9] == "451 4.3.0"
        time.sleep(0.35)
        assert mail(idler)[:3] == "250"
        if as_far_as == "DATA":
            assert idler.command("RCPT TO:<c@d.example>")[:3] == "250"
            assert idler.command("DATA")[:3] == "354"
            idler.send(b"Subject: x\r\n")
            idler.close()
            wait_until(lambda: any(line["outcome"] == "lost" for line in quick.logged("message")))
        assert smtp.message(b"x")[:3] == "250"


def test_content_waits_for_memory_and_a_client_that_waits_too_long_gets_452(spool: FakeSpool) -> None:
    with (
        RunningRelay(spool, memory=1, memory_wait_seconds=0.3) as relay,
        Dialogue(relay.port) as first,
        Dialogue(relay.port) as second,
    ):
        assert first.begin()[:3] == "354"
        second.hello()
        second.command("MAIL FROM:<a@b.example>")
        second.command("RCPT TO:<c@d.example>")
        assert second.command("DATA") == "452 4.3.1 no room for the message now, please try again later"
        assert relay.relay.counters.deferred["memory"] == 1
        first.send(b"x\r\n.\r\n")
        assert first.reply()[:3] == "250"
        assert second.message(b"x")[:3] == "250"
        assert relay.relay.valve.budget.in_use == 0


@pytest.mark.parametrize("when", ["in the content", "while it waits"])
def test_a_client_that_goes_away_gives_its_memory_back(spool: FakeSpool, when: str) -> None:
    with RunningRelay(spool, memory=1, memory_wait_seconds=60) as relay:
        budget = relay.relay.valve.budget
        first, second = Dialogue(relay.port), Dialogue(relay.port)
        assert first.begin()[:3] == "354"
        second.hello()
        second.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
        wait_until(lambda: budget.waiting == 1)
        if when == "while it waits":
            second.close()
            wait_until(lambda: budget.waiting == 0)
        first.close()
        if when == "in the content":
            assert [second.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
            second.close()
        wait_until(lambda: budget.in_use == 0 and budget.waiting == 0)
    assert spool.refs == ()


def test_one_tenant_cannot_take_all_connections(spool: FakeSpool) -> None:
    rules = [IngressRule("greedy", peers=("127.0.0.2",)), IngressRule("small", peers=("127.0.0.3",))]
    with RunningRelay(spool, rules, connections=3, connections_per_tenant=2) as relay:
        held = [Dialogue(relay.port, source="127.0.0.2") for _ in range(2)]
        with Dialogue(relay.port, source="127.0.0.2") as third:
            assert third.banner[:9] == "421 4.3.2"
            assert third.at_end()
        with Dialogue(relay.port, source="127.0.0.3") as other:
            assert other.banner[:3] == "220"
        held.pop().close()
        wait_until(lambda: len(relay.relay.sessions) == 1)
        with Dialogue(relay.port, source="127.0.0.2") as again:
            assert again.banner[:3] == "220"
        held.pop().close()


def test_many_clients_at_once_in_little_memory_are_all_served(spool: FakeSpool) -> None:
    with RunningRelay(spool, memory=3 * 1024 * 1024) as relay:
        results: list[str] = []

        def send() -> None:
            with Dialogue(relay.port, timeout_seconds=60) as smtp:
                smtp.hello()
                results.extend(smtp.message(b"x" * 200_000)[:3] for _ in range(3))

        threads = [threading.Thread(target=send) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert results == ["250"] * 60
        assert relay.relay.valve.budget.in_use == 0
    assert relay.relay.counters.accepted == 60
    assert relay.relay.counters.accepted_bytes == 60 * 200_002
