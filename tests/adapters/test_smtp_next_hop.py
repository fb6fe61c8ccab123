"""What the client says to a server, by what the server offers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.support.next_hop_actions import (
    Silence,
)
from tests.support.next_hop_calls import PERMANENT, SENDER, A, deliver, fates
from tests.support.next_hop_server import NextHopServer as Server


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert running.violations == []


class TestExtensions:
    @pytest.mark.parametrize(
        ("extensions", "smtputf8", "body", "expected"),
        [
            pytest.param((), False, "8BITMIME", "MAIL FROM:<me@aozora.example>", id="nothing offered"),
            pytest.param(
                ("SIZE 1000", "8BITMIME", "SMTPUTF8"), False, "7BIT", "MAIL FROM:<me@aozora.example> SIZE=22", id="7bit"
            ),
            pytest.param(
                ("SIZE", "8BITMIME", "SMTPUTF8"),
                True,
                "8BITMIME",
                "MAIL FROM:<me@aozora.example> SIZE=22 BODY=8BITMIME SMTPUTF8",
                id="all of them",
            ),
        ],
    )
    def test_mail_parameters_only_where_offered_and_needed(
        self, server: Server, extensions: tuple[str, ...], smtputf8: bool, body: str, expected: str
    ) -> None:
        server.extensions = extensions
        assert fates(deliver(server, smtputf8=smtputf8, body=body)) == ["sent", "sent"]
        assert server.messages[0].mail == expected

    @pytest.mark.parametrize("body", ["7BIT", "8BITMIME"])
    def test_8_bit_content_does_not_go_to_a_server_that_takes_none(self, server: Server, body: str) -> None:
        server.extensions = ("SIZE",)
        replies = deliver(server, chunks=[b"Subject: x\r\n\r\n", "本文\r\n".encode()], body=body)
        assert [(reply.permanent, reply.status, reply.needs_seven_bit) for reply in replies] == [
            (True, "5.6.3", True)
        ] * 2
        assert not [command for command in server.commands if command.startswith("MAIL")]

    def test_seven_bit_content_goes_there_whatever_was_declared(self, server: Server) -> None:
        server.extensions = ("SIZE",)
        assert fates(deliver(server, body="8BITMIME")) == ["sent", "sent"]
        assert "BODY" not in server.messages[0].mail

    def test_too_large_for_the_server_is_permanent_and_said_before_anything_is_sent(self, server: Server) -> None:
        server.extensions = ("SIZE 21",)
        replies = deliver(server)
        assert fates(replies) == PERMANENT
        assert {(reply.code, reply.status) for reply in replies} == {(0, "5.3.4")}
        assert not [command for command in server.commands if command.startswith("MAIL")]
        server.extensions = ("SIZE 22",)
        assert fates(deliver(server)) == ["sent", "sent"]

    @pytest.mark.parametrize("offer", ["SIZE", "SIZE 0", "SIZE many", "SIZE ９"])
    def test_a_size_that_tells_nothing_limits_nothing(self, server: Server, offer: str) -> None:
        server.extensions = (offer,)
        assert fates(deliver(server)) == ["sent", "sent"]

    def test_addresses_with_japanese_letters_go_out_where_smtputf8_is_offered(self, server: Server) -> None:
        assert fates(deliver(server, ["花子@例え.example", A], sender="太郎@例え.example")) == ["sent", "sent"]
        assert server.messages[0].mail.startswith("MAIL FROM:<太郎@例え.example>")
        assert server.messages[0].recipients == ("花子@例え.example", A)

    def test_without_smtputf8_only_recipients_that_need_it_fail(self, server: Server) -> None:
        server.extensions = ("PIPELINING",)
        replies = deliver(server, ["花子@x.example", A], smtputf8=True)
        assert fates(replies) == ["permanent", "sent"]
        assert (replies[0].code, replies[0].status) == (0, "5.6.7")
        assert server.messages[0].recipients == (A,)

    def test_without_smtputf8_a_sender_that_needs_it_fails_for_all(self, server: Server) -> None:
        server.extensions = ()
        replies = deliver(server, sender="太郎@x.example")
        assert fates(replies) == PERMANENT
        assert {reply.status for reply in replies} == {"5.6.7"}

    def test_without_smtputf8_a_utf8_header_fails_for_all(self, server: Server) -> None:
        server.extensions = ()
        data = "Subject: 件名\r\n\r\nx\r\n".encode()
        replies = deliver(server, data=data, smtputf8=True)
        assert fates(replies) == PERMANENT
        assert {reply.status for reply in replies} == {"5.6.9"}

    def test_a_message_merely_declared_smtputf8_goes_out_without_it(self, server: Server) -> None:
        server.extensions = ("8BITMIME",)
        data = "Subject: x\r\n\r\n本文\r\n".encode()
        assert fates(deliver(server, data=data, smtputf8=True)) == ["sent", "sent"]

    def test_a_server_that_knows_only_helo(self, server: Server) -> None:
        server.on("EHLO", "502 5.5.1 what")
        assert fates(deliver(server, body="8BITMIME")) == ["sent", "sent"]
        assert server.commands[:2] == ["EHLO matta.test", "HELO matta.test"]

    def test_a_thousand_recipients_are_sent_ahead_where_offered(self, server: Server) -> None:
        recipients = [f"recipient-{number:04}@x.example" for number in range(1000)]
        server.on("RCPT TO:<recipient-0500@", "550 5.1.1 nobody")
        replies = deliver(server, recipients)
        assert [reply.recipient for reply in replies] == recipients
        assert [number for number, fate in enumerate(fates(replies)) if fate != "sent"] == [500]
        assert len(server.messages[0].recipients) == 999
        assert server.largest_burst > 10

    def test_long_replies_to_a_thousand_recipients_do_not_block(self, server: Server) -> None:
        server.on("RCPT", "250 2.1.5 " + "x" * 480)
        recipients = ["a" * 60 + f"{number}@" + "b" * 180 + ".example" for number in range(1000)]
        assert set(fates(deliver(server, recipients))) == {"sent"}

    def test_without_pipelining_nothing_is_sent_ahead(self, server: Server) -> None:
        server.extensions = ("SIZE",)
        assert set(fates(deliver(server, [f"r{number}@x.example" for number in range(60)]))) == {"sent"}
        assert server.largest_burst == 1  # and the server notes what was sent ahead as a violation

    def test_mail_refused_ahead_of_recipients_that_were_sent_already(self, server: Server) -> None:
        server.on("MAIL", "550 5.7.1 not you", times=1)
        replies = deliver(server)
        assert fates(replies) == PERMANENT
        assert {reply.code for reply in replies} == {550}


class TestCommands:
    def test_the_session_in_order(self, server: Server) -> None:
        deliver(server, [A], body="8BITMIME")
        assert server.commands == [
            "EHLO matta.test",
            f"MAIL FROM:<{SENDER}> SIZE=22 BODY=8BITMIME",
            f"RCPT TO:<{A}>",
            "DATA",
            "QUIT",
        ]

    def test_the_null_sender(self, server: Server) -> None:
        assert fates(deliver(server, sender="")) == ["sent", "sent"]
        assert server.messages[0].mail.startswith("MAIL FROM:<> ")

    @pytest.mark.parametrize(
        "address",
        [
            pytest.param("a@x.example>\r\nRCPT TO:<evil@x.example", id="line end"),
            pytest.param("a@x.example\nDATA", id="bare LF"),
            pytest.param("a@x.example> NOTIFY=NEVER <b", id="parameter"),
            pytest.param("a b@x.example", id="space"),
            pytest.param("a\0@x.example", id="NUL"),
            pytest.param('"a\r\n"@x.example', id="line end in quotes"),
            pytest.param("", id="empty"),
            pytest.param("a@" + "x" * 1000, id="endless"),
            pytest.param("a\udcff@x.example", id="half a character"),
        ],
    )
    def test_an_address_that_is_none_fails_alone_and_is_never_said(self, server: Server, address: str) -> None:
        replies = deliver(server, [A, address])
        assert fates(replies) == ["sent", "permanent"]
        assert (replies[1].code, replies[1].status) == (0, "5.1.3")
        assert server.messages[0].recipients == (A,)
        assert not [command for command in server.commands if "evil" in command or "NOTIFY" in command]

    def test_a_quoted_address_may_hold_what_is_special_elsewhere(self, server: Server) -> None:
        odd = '"a> b\\"<c"@x.example'
        assert fates(deliver(server, [odd])) == ["sent"]
        assert server.messages[0].recipients == (odd,)

    def test_a_sender_that_is_none_fails_for_all_without_a_connection(self, server: Server) -> None:
        replies = deliver(server, sender="me@x.example> BODY=x <")
        assert fates(replies) == PERMANENT
        assert {reply.status for reply in replies} == {"5.1.7"}
        assert server.connections == 0

    def test_no_goodbye_is_waited_for(self, server: Server) -> None:
        server.on("QUIT", Silence())
        begin = time.monotonic()
        assert fates(deliver(server)) == ["sent", "sent"]
        assert time.monotonic() - begin < 3
