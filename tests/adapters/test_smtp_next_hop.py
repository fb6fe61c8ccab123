"""SMTP as the client speaks it, against a server that is strict and one that misbehaves."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator, Sequence

import pytest

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.errors import StorageUnavailable
from shared.ports import Content, RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_server import (
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
from tests.support.next_hop_server import NextHopServer as Server

DATA = b"Subject: x\r\n\r\nHello.\r\n"
A, B, C = "a@x.example", "b@x.example", "c@x.example"
SENDER = "me@aozora.example"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert running.violations == []


def deliver(
    server: Server,
    recipients: Sequence[str] = (A, B),
    data: bytes = DATA,
    *,
    sender: str = SENDER,
    smtputf8: bool = False,
    body: str = "7BIT",
    timeout: float = 5.0,
    chunks: Sequence[bytes] | None = None,
    longest: float = 60.0,
) -> tuple[RecipientReply, ...]:
    hop = SmtpNextHop("matta.test", FakeSecrets(), longest_seconds=longest)
    pieces = [data] if chunks is None else list(chunks)
    return hop.deliver(
        NextHopServer(host="127.0.0.1", port=server.port, timeout_seconds=timeout),
        sender,
        recipients,
        Envelope(sender, tuple(recipients), smtputf8, body),
        Content(sum(map(len, pieces)), lambda: iter(pieces)),
    )


def fates(replies: Sequence[RecipientReply]) -> list[str]:
    return ["sent" if reply.accepted else "permanent" if reply.permanent else "temporary" for reply in replies]


class TestBytes:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"", id="nothing"),
            pytest.param(b".\r\n", id="a dot alone"),
            pytest.param(b".", id="a dot without line end"),
            pytest.param(b"..\r\n.\r\n...\r\n", id="lines of dots"),
            pytest.param(b"a\r\n.\r\nb\r\n", id="the end of data inside"),
            pytest.param(b"a\nb\rc\r\n", id="bare LF and CR away from dots"),
            pytest.param(b"a\n.b\r.c\r\n", id="bare line ends before dots that are not alone"),
            pytest.param(b"a\r\n.\nb\r\n", id="CRLF dot LF"),
            pytest.param(b"a\r\n.\rb\r\n", id="CRLF dot CR"),
            pytest.param(bytes(range(256)) + b"\r\n", id="every byte"),
            pytest.param(b"x" * 100_000 + b"\r\n", id="a very long line"),
            pytest.param(b"\r\n\r\n\r\n", id="empty lines"),
            pytest.param(b"\r\n.\r\n" * 60_000, id="dots over many blocks"),
            pytest.param(("日本語\r\n" * 1000).encode("iso-2022-jp"), id="ISO-2022-JP"),
        ],
    )
    def test_content_arrives_byte_for_byte_however_it_is_cut(self, server: Server, data: bytes) -> None:
        expected = data if not data or data.endswith(b"\r\n") else data + b"\r\n"
        cuts = [[data], [data[:1], data[1:]], [data[:-1], data[-1:]]]
        if len(data) < 1000:
            cuts.append([data[place : place + 1] for place in range(len(data))])
        for pieces in cuts:
            assert fates(deliver(server, chunks=pieces)) == ["sent", "sent"]
            assert server.messages.pop().data == expected

    @pytest.mark.parametrize("end", [b"", b"\n", b"\r"], ids=["none", "LF", "CR"])
    def test_a_line_end_is_added_where_the_content_has_none(self, server: Server, end: bytes) -> None:
        deliver(server, data=b"x" + end)
        assert server.messages[0].data == b"x" + end + b"\r\n"

    @pytest.mark.parametrize(
        "sequence",
        [
            pytest.param(b"\n.\r\n", id="LF dot CRLF"),
            pytest.param(b"\n.\n", id="LF dot LF"),
            pytest.param(b"\r.\r", id="CR dot CR"),
            pytest.param(b"\r.\r\n", id="CR dot CRLF"),
            pytest.param(b"\r.\n", id="CR dot LF"),
            pytest.param(b"\n.\r", id="LF dot CR"),
            pytest.param(b"\n\r.\r\n", id="LF CR dot CRLF"),
        ],
    )
    def test_a_line_end_that_smuggles_is_refused_and_never_sent(self, server: Server, sequence: bytes) -> None:
        bad = b"a: b\r\n\r\nhello" + sequence + b"MAIL FROM:<evil@x.example>\r\n"
        for pieces in ([bad], [bad[:14], bad[14:]], [bad[place : place + 1] for place in range(len(bad))]):
            replies = deliver(server, chunks=pieces)
            assert fates(replies) == ["permanent", "permanent"]
            assert {(reply.code, reply.status) for reply in replies} == {(0, "5.6.11")}
        assert server.messages == []
        assert not [command for command in server.commands if "evil" in command]

    def test_the_line_end_that_is_added_does_not_smuggle_either(self, server: Server) -> None:
        assert {reply.status for reply in deliver(server, data=b"x\n.")} == {"5.6.11"}
        assert server.messages == []

    def test_large_content_is_streamed_and_read_no_further_than_the_server_takes_it(self, server: Server) -> None:
        server.on("DATA", StopReading(1024 * 1024))
        size, read = 150 * 1024 * 1024, 0

        def chunks() -> Iterator[bytes]:
            nonlocal read
            while read < size:
                read += 256 * 1024
                yield b"x" * 254 * 1024 + b"\r\n" * 1024

        hop = SmtpNextHop("matta.test", FakeSecrets())
        target = NextHopServer(host="127.0.0.1", port=server.port)
        tracemalloc.start(1)
        replies = hop.deliver(target, SENDER, [A], Envelope(SENDER, (A,)), Content(size, chunks))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert fates(replies) == ["temporary"]
        assert read < 40 * 1024 * 1024
        assert peak < 8 * 1024 * 1024

    def test_storage_that_fails_before_the_first_byte_costs_the_server_no_connection(self, server: Server) -> None:
        def chunks() -> Iterator[bytes]:
            yield from down()

        def down() -> Iterator[bytes]:
            raise StorageUnavailable("down")

        with pytest.raises(StorageUnavailable):
            raw(server, Content(5, chunks))
        assert server.connections == 0

    def test_storage_that_fails_in_the_middle_leaves_the_server_without_a_message(self, server: Server) -> None:
        def chunks() -> Iterator[bytes]:
            yield b"x" * 400_000
            raise StorageUnavailable("down")

        with pytest.raises(StorageUnavailable):
            raw(server, Content(500_000, chunks))
        assert server.connections == 1
        assert server.messages == []


def raw(server: Server, content: Content) -> tuple[RecipientReply, ...]:
    target = NextHopServer(host="127.0.0.1", port=server.port, timeout_seconds=5)
    return SmtpNextHop("matta.test", FakeSecrets()).deliver(target, SENDER, [A], Envelope(SENDER, (A,)), content)


TEMPORARY = ["temporary", "temporary"]
PERMANENT = ["permanent", "permanent"]


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

    def test_8_bit_content_goes_out_unchanged_also_without_8bitmime(self, server: Server) -> None:
        server.extensions = ("SIZE",)
        data = "Subject: 件名\r\n\r\n本文\r\n".encode()
        assert fates(deliver(server, data=data, body="8BITMIME")) == ["sent", "sent"]
        assert server.messages[0].data == data

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
        server.extensions = ()
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
