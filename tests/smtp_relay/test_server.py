"""Starting and stopping the relay: what happens to clients that are there."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from shared.ports_relay import IngressRule
from tests.fakes.spool import FakeSpool
from tests.support.relay import Dialogue, FixedRules, RunningRelay, wait_until


def in_background(relay: RunningRelay) -> threading.Thread:
    thread = threading.Thread(target=relay.stop)
    thread.start()
    wait_until(lambda: relay.relay.stopping)
    return thread


class TestStop:
    def test_message_on_its_way_is_finished_and_others_are_sent_away(self, spool: FakeSpool) -> None:
        with RunningRelay(spool) as relay:
            busy, idle = Dialogue(relay.port), Dialogue(relay.port)
            idle.hello()
            busy.begin()
            busy.send(b"first half\r\n")
            time.sleep(0.05)
            port = relay.port
            stopping = in_background(relay)
            assert idle.reply() == "421 4.3.2 service is stopping, please try again later"
            assert idle.at_end()
            with pytest.raises(ConnectionRefusedError):
                Dialogue(port)
            time.sleep(0.2)
            assert stopping.is_alive()
            busy.send(b"second half\r\n.\r\n")
            assert busy.reply().startswith("250 2.0.0 queued")
            stopping.join(5)
            assert not stopping.is_alive()
            busy.close()
            idle.close()
        assert b"".join(spool.content("spool", spool.refs[0]).chunks()) == b"first half\r\nsecond half\r\n"

    def test_command_after_the_message_is_put_off(self, spool: FakeSpool) -> None:
        with RunningRelay(spool) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            stopping = in_background(relay)
            smtp.send(b"x\r\n.\r\nMAIL FROM:<a@b.example>\r\n")
            assert smtp.reply()[:3] == "250"
            assert smtp.reply()[:9] == "421 4.3.2"
            assert smtp.at_end()
            stopping.join(5)
        assert len(spool.refs) == 1

    def test_client_in_a_transaction_without_data_is_put_off(self, spool: FakeSpool) -> None:
        with RunningRelay(spool) as relay, Dialogue(relay.port) as smtp:
            smtp.hello()
            smtp.command("MAIL FROM:<a@b.example>")
            in_background(relay).join(5)
            assert smtp.reply()[:9] == "421 4.3.2"

    def test_message_that_takes_too_long_is_given_up(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, stop_seconds=0.3) as relay, Dialogue(relay.port) as smtp:
            smtp.begin()
            smtp.send(b"half")
            started = time.monotonic()
            in_background(relay).join(10)
            assert 0.3 <= time.monotonic() - started < 5
            assert smtp.reply()[:9] == "421 4.3.2"
            assert smtp.at_end()
        assert spool.refs == ()

    def test_nobody_there_stops_at_once(self, spool: FakeSpool) -> None:
        with RunningRelay(spool, stop_seconds=30) as relay:
            started = time.monotonic()
            relay.stop()
            assert time.monotonic() - started < 2


def test_client_that_never_reads_its_replies_is_cut_off(spool: FakeSpool) -> None:
    with RunningRelay(spool, command_seconds=0.3) as relay:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", relay.port))
            client.settimeout(20)
            with pytest.raises(OSError):  # noqa: PT012  # the relay stops reading, waits, and cuts
                for _ in range(100_000):
                    client.sendall(b"NOOP\r\n" * 1000)
        wait_until(lambda: bool(relay.logged("session")), 15)
        assert relay.logged("session")[0]["outcome"] == "timeout"


def test_relay_does_not_listen_before_it_knows_its_tenants(spool: FakeSpool) -> None:
    relay = RunningRelay(spool)
    relay.source.error = RuntimeError("storage is down")
    starting = threading.Thread(target=relay.__enter__)
    starting.start()
    wait_until(lambda: relay.source.asked >= 1)
    with pytest.raises(RuntimeError, match="not started"):
        _ = relay.port
    relay.source.error = None
    starting.join(10)
    with Dialogue(relay.port) as smtp:
        assert smtp.banner[:3] == "220"
    relay.__exit__(None, None, None)


def test_rules_with_problems_are_reported(spool: FakeSpool) -> None:
    rules = [IngressRule("a", peers=("nonsense",)), IngressRule("b", peers=("127.0.0.1",))]
    with RunningRelay(spool, rules) as relay:
        assert isinstance(relay.source, FixedRules)
        assert any("tenant a" in line.get("problem", "") for line in relay.logged("rules"))
