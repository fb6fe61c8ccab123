"""Servers that break off, stall or talk nonsense: temporary, within bounded time, nobody forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import (
    CONTENT,
    GREETING,
    Action,
    Drip,
    Drop,
    HalfClose,
    Late,
    Raw,
    Silence,
    StopReading,
)
from tests.support.next_hop_calls import PERMANENT, SENDER, TEMPORARY, A, deliver, fates
from tests.support.next_hop_server import NextHopServer as Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert running.violations == []


class TestBadServers:
    @pytest.mark.parametrize("command", [GREETING, "EHLO", "MAIL", "RCPT", "DATA", CONTENT])
    @pytest.mark.parametrize(
        "action",
        [
            pytest.param(Drop(), id="drops"),
            pytest.param(Silence(), id="says nothing"),
            pytest.param(HalfClose(), id="half closes"),
            pytest.param(Raw(b"hello there\r\n"), id="talks nonsense"),
            pytest.param(Raw(b"\x16\x03\x01\x00" * 30 + b"\n"), id="sends bytes"),
            pytest.param(Raw(b"x" * 70_000), id="a line without end"),
            pytest.param(Raw(b"250-more\r\n" * 500), id="a reply without end"),
            pytest.param(Raw(b"250-ok\r\n550 no\r\n"), id="two codes in one reply"),
            pytest.param(Raw(b"999 what\r\n"), id="a code that does not exist"),
            pytest.param(Drip("250 " + "x" * 500, 0.05), id="drips"),
        ],
    )
    def test_it_is_temporary_for_everybody_within_bounded_time(
        self, server: Server, command: str, action: Action
    ) -> None:
        server.on(command, action)
        begin = time.monotonic()
        replies = deliver(server, timeout=0.4, longest=1.5)
        assert fates(replies) == TEMPORARY
        assert {reply.code for reply in replies} == {0}
        assert {reply.unclear for reply in replies} == {command == CONTENT}
        assert all(reply.status.startswith("4.") and reply.text for reply in replies)
        assert time.monotonic() - begin < 4

    def test_a_server_that_refuses_and_hangs_up_in_the_middle_of_the_content_is_heard(self, server: Server) -> None:
        server.on("DATA", StopReading(1024, "552 5.3.4 enough"))
        replies = deliver(server, data=b"x" * 70 + b"\r\n" * 300_000)
        assert fates(replies) in (PERMANENT, TEMPORARY)  # whether the reply survives the reset is up to the kernel
        assert server.messages == []

    def test_a_server_that_stops_reading_is_given_up(self, server: Server) -> None:
        server.on("DATA", StopReading(1024, hold=4.0))
        begin = time.monotonic()
        assert fates(deliver(server, data=b"x" * 254 + b"\r\n" * 200_000 + b"y" * 30_000_000, timeout=0.4)) == TEMPORARY
        assert time.monotonic() - begin < 3.5

    def test_many_slow_steps_do_not_add_up_beyond_the_bound(self, server: Server) -> None:
        server.extensions = ("8BITMIME",)  # no pipelining: every recipient is a step
        server.on("RCPT", Late(0.3, "250 ok"))
        begin = time.monotonic()
        replies = deliver(server, [f"r{number}@x.example" for number in range(40)], timeout=5, longest=2.0)
        assert set(fates(replies)) == {"temporary"}
        assert time.monotonic() - begin < 4
        assert server.messages == []

    def test_a_slow_answer_to_the_content_is_waited_for_beyond_one_step(self, server: Server) -> None:
        server.on(CONTENT, Late(1.0, "250 ok"))
        assert fates(deliver(server, timeout=0.4)) == ["sent", "sent"]

    def test_nobody_listens(self) -> None:
        with Server() as closed:
            pass
        replies = deliver(closed)
        assert fates(replies) == TEMPORARY
        assert {reply.status for reply in replies} == {"4.4.1"}

    def test_a_name_that_does_not_exist(self) -> None:
        hop = SmtpNextHop("matta.test", FakeSecrets())
        for host in ("nowhere.invalid", "a..b", "x" * 70 + ".invalid"):
            target = NextHopServer(host=host, timeout_seconds=5)
            replies = hop.deliver(target, SENDER, [A], Envelope(SENDER, (A,)), Content(1, lambda: iter([b"x"])))
            assert fates(replies) == ["temporary"]
            assert replies[0].status == "4.4.3"
