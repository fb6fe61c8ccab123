"""What a server's answers mean for each recipient."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.next_hop_actions import (
    CONTENT,
    GREETING,
    Drop,
    Raw,
)
from tests.support.next_hop_calls import PERMANENT, TEMPORARY, A, B, C, deliver, fates
from tests.support.next_hop_server import NextHopServer as Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert running.violations == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("command", "reply", "expected", "code", "status"),
        [
            pytest.param("MAIL", "451 4.3.0 later", TEMPORARY, 451, "4.3.0", id="MAIL 451"),
            pytest.param("MAIL", "452 4.3.1 full", TEMPORARY, 452, "4.3.1", id="MAIL 452"),
            pytest.param("MAIL", "421 4.3.2 closing", TEMPORARY, 421, "4.3.2", id="MAIL 421"),
            pytest.param("MAIL", "550 5.7.1 not you", PERMANENT, 550, "5.7.1", id="MAIL 550"),
            pytest.param("MAIL", "552 5.3.4 too large", PERMANENT, 552, "5.3.4", id="MAIL 552"),
            pytest.param("MAIL", "530 5.7.0 STARTTLS first", TEMPORARY, 530, "5.7.0", id="MAIL wants TLS or AUTH"),
            pytest.param("MAIL", "503 5.5.1 sequence", TEMPORARY, 503, "5.5.1", id="MAIL in wrong order"),
            pytest.param("RCPT", "452 4.5.3 too many", TEMPORARY, 452, "4.5.3", id="every RCPT 452"),
            pytest.param("RCPT", "552 5.2.2 full", PERMANENT, 552, "5.2.2", id="every RCPT 552"),
            pytest.param("RCPT", "421 closing", TEMPORARY, 421, "", id="RCPT 421"),
            pytest.param("RCPT", "550", PERMANENT, 550, "", id="code without text"),
            pytest.param("DATA", "554 5.5.1 no", PERMANENT, 554, "5.5.1", id="DATA 554"),
            pytest.param("DATA", "451 4.3.0 later", TEMPORARY, 451, "4.3.0", id="DATA 451"),
            pytest.param("DATA", "250 what", TEMPORARY, 0, "4.5.0", id="DATA 250"),
            pytest.param("DATA", "421 closing", TEMPORARY, 421, "", id="DATA 421"),
            pytest.param(CONTENT, "554 5.7.1 spam", PERMANENT, 554, "5.7.1", id="content 554"),
            pytest.param(CONTENT, "552 5.3.4 too large", PERMANENT, 552, "5.3.4", id="content 552"),
            pytest.param(CONTENT, "452 4.3.1 full", TEMPORARY, 452, "4.3.1", id="content 452"),
            pytest.param(CONTENT, "421 4.3.2 closing", TEMPORARY, 421, "4.3.2", id="content 421"),
            pytest.param(CONTENT, "354 more", TEMPORARY, 0, "4.5.0", id="content 354"),
            pytest.param(CONTENT, "250 2.6.0 queued", ["sent", "sent"], 250, "2.6.0", id="content 250"),
            pytest.param(CONTENT, "550 4.7.1 codes disagree", PERMANENT, 550, "", id="status of another class"),
            pytest.param(GREETING, "554 5.7.1 not you", TEMPORARY, 0, "4.3.2", id="greeting 554"),
            pytest.param(GREETING, "421 busy", TEMPORARY, 0, "4.3.2", id="greeting 421"),
            pytest.param("EHLO", "421 busy", TEMPORARY, 0, "4.3.2", id="EHLO 421"),
        ],
    )
    def test_a_reply_for_everybody(
        self, server: Server, command: str, reply: str, expected: list[str], code: int, status: str
    ) -> None:
        server.on(command, reply)
        replies = deliver(server)
        assert fates(replies) == expected
        assert {(item.code, item.status) for item in replies} == {(code, status)}
        assert [item.recipient for item in replies] == [A, B]

    def test_who_was_refused_before_stays_refused_whatever_happens_later(self, server: Server) -> None:
        server.on(f"RCPT TO:<{A}>", "550 5.1.1 nobody")
        for action, expected in (
            ("451 4.3.0 later", 451),
            ("554 5.7.1 spam", 554),
            ("250 ok", 250),
            (Drop(), 0),
        ):
            server.on(CONTENT, action, times=1)
            first, second = deliver(server)
            assert (first.code, first.status, first.permanent) == (550, "5.1.1", True)
            assert second.code == expected

    def test_a_server_with_a_limit_on_recipients_gets_the_first_ones(self, server: Server) -> None:
        server.on("RCPT", "250 ok", times=2)
        server.on("RCPT", "452 4.5.3 too many recipients")
        replies = deliver(server, [A, B, C])
        assert fates(replies) == ["sent", "sent", "temporary"]
        assert (replies[2].code, replies[2].status) == (452, "4.5.3")

    @pytest.mark.parametrize("reply", ["552 too many recipients", "552 5.5.3 too many recipients"])
    def test_552_after_accepted_recipients_means_too_many_and_is_temporary(self, server: Server, reply: str) -> None:
        server.on("RCPT", "250 ok", times=1)
        server.on("RCPT", reply)
        replies = deliver(server, [A, B])
        assert fates(replies) == ["sent", "temporary"]
        assert (replies[1].code, replies[1].status) == (452, "4.5.3")

    def test_552_with_a_status_of_its_own_is_permanent_for_that_recipient(self, server: Server) -> None:
        server.on(f"RCPT TO:<{B}>", "552 5.2.2 mailbox full")
        assert fates(deliver(server, [A, B])) == ["sent", "permanent"]

    def test_421_in_the_middle_of_recipients_leaves_the_rest_for_later_and_sends_nothing(self, server: Server) -> None:
        server.on(f"RCPT TO:<{A}>", "550 5.1.1 nobody")
        server.on(f"RCPT TO:<{C}>", "421 4.3.2 closing")
        assert fates(deliver(server, [A, B, C])) == ["permanent", "temporary", "temporary"]
        assert server.messages == []

    def test_251_is_accepted(self, server: Server) -> None:
        server.on("RCPT", "251 2.1.5 will forward")
        assert fates(deliver(server)) == ["sent", "sent"]

    def test_a_recipient_that_is_named_twice_has_two_answers(self, server: Server) -> None:
        assert fates(deliver(server, [A, A])) == ["sent", "sent"]

    def test_text_is_bounded_and_cannot_do_harm(self, server: Server) -> None:
        dangerous = "550-5.1.1 \x1b[31mred\x07 \u202eevil\u2066 \x9b\r\n550 5.1.1 " + "長い" * 500
        server.on(CONTENT, dangerous)
        [reply, _] = deliver(server)
        assert reply.text.startswith("[31mred evil")
        assert len(reply.text.encode()) <= 512
        assert reply.text.isprintable()
        assert "\u202e" not in reply.text

    def test_bytes_that_are_no_utf8_are_replaced(self, server: Server) -> None:
        server.on(CONTENT, Raw(b"550 5.1.1 \xff\xfe caf\xe9\r\n"))
        [reply, _] = deliver(server)
        assert (reply.code, reply.text) == (550, "\ufffd\ufffd caf\ufffd")

    def test_several_lines_are_one_text(self, server: Server) -> None:
        server.on(CONTENT, "554-5.7.1 first\r\n554-5.7.1 second\r\n554 5.7.1 third")
        [reply, _] = deliver(server)
        assert (reply.status, reply.text) == ("5.7.1", "first second third")
