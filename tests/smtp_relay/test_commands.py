"""The commands of a transaction: their order, their arguments, the announced size, the number of recipients."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.core.message.envelope import NO_WISH, DsnWish
from shared.ports_relay import IngressRule
from smtp_relay.dsn_parameters import LONGEST_ORCPT, MOST_ORIGINALS
from tests.fakes.spool import FakeSpool
from tests.support.relay import Dialogue, RunningRelay, wait_until

SEQUENCES = [
    pytest.param(["MAIL FROM:<a@b.example>"], "503", id="MAIL before EHLO"),
    pytest.param(["EHLO c", "RCPT TO:<a@b.example>"], "503", id="RCPT before MAIL"),
    pytest.param(["EHLO c", "DATA"], "503", id="DATA before MAIL"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "DATA"], "503", id="DATA before RCPT"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503", id="MAIL in a transaction"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "RSET", "RCPT TO:<a@b.example>"], "503", id="RCPT after RSET"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "EHLO c", "RCPT TO:<a@b.example>"], "503", id="EHLO resets"),
    pytest.param(["EHLO c", "MAIL FROM:<a@b.example>", "HELO c", "MAIL FROM:<a@b.example>"], "250", id="HELO resets"),
    pytest.param(
        ["EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<a@b.example>", "DATA now"], "501", id="DATA with argument"
    ),
    pytest.param(["HELO c", "MAIL FROM:<a@b.example> SIZE=1"], "555", id="parameters after HELO"),
    pytest.param(["EHLO"], "501", id="EHLO without name"),
    pytest.param(["EHLO a b"], "501", id="EHLO with two names"),
    pytest.param(["EHLO \u3042"], "501", id="EHLO with other characters"),
    pytest.param(["EHLO " + "a" * 300], "501", id="EHLO with a very long name"),
    pytest.param(["BDAT 10 LAST"], "500", id="a command that was not offered"),
    pytest.param([""], "500", id="an empty line"),
    pytest.param(["EHLO c", "STARTTLS"], "502", id="STARTTLS that was not offered"),
    pytest.param(["EHLO c", "AUTH PLAIN"], "502", id="AUTH that was not offered"),
    pytest.param(["EHLO c", "EXPN list"], "502", id="EXPN"),
    pytest.param(["EHLO c", "VRFY someone"], "252", id="VRFY"),
    pytest.param(["EHLO c", "HELP"], "214", id="HELP"),
    pytest.param(["NOOP x"], "250", id="NOOP"),
    pytest.param(["ehlo c", "mail from:<a@b.example>", "rcpt to:<a@b.example>"], "250", id="small letters"),
    pytest.param(["EHLO c", "MAIL FROM: <a@b.example>"], "250", id="a space before the path"),
]


@pytest.mark.parametrize(("commands", "code"), SEQUENCES)
def test_order_of_commands(relay: RunningRelay, commands: list[str], code: str) -> None:
    with Dialogue(relay.port) as smtp:
        *before, last = commands
        for command in before:
            assert smtp.command(command)[0] == "2"
        assert smtp.command(last)[:3] == code
        assert smtp.command("NOOP") == "250 2.0.0 OK", "the session goes on"


def test_every_reply_to_a_known_client_has_an_enhanced_status_code(relay: RunningRelay) -> None:
    with Dialogue(relay.port) as smtp:
        smtp.hello()
        commands = [
            "NOOP",
            "MAIL FROM:<a@b.example>",
            "RCPT TO:<a@b.example>",
            "RSET",
            "VRFY a",
            "EXPN a",
            "HELP",
            "X",
            "DATA",
        ]
        for command in [*commands, "MAIL FROM:<a b>", "MAIL FROM:<a@b.example> X=1", "AUTH", "STARTTLS", "QUIT"]:
            reply = smtp.command(command)
            assert reply[4:6] == f"{reply[0]}.", reply


class TestAddresses:
    def test_non_ascii_address_needs_smtputf8(self, relay: RunningRelay, spool: FakeSpool) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            assert smtp.command("MAIL FROM:<花子@例え.example>")[:9] == "553 5.6.7"
            assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "250"
            assert smtp.command("RCPT TO:<太郎@例え.example>")[:9] == "553 5.6.7"
            smtp.command("RSET")
            assert smtp.command("MAIL FROM:<花子@例え.example> SMTPUTF8 BODY=8BITMIME")[:3] == "250"
            assert smtp.command("RCPT TO:<太郎@例え.example>")[:3] == "250"
            assert smtp.command("DATA")[:3] == "354"
            smtp.send(b"x\r\n.\r\n")
            assert smtp.reply()[:3] == "250"
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert stored.envelope.recipients == ("太郎@例え.example",)
        assert stored.envelope.smtputf8
        assert stored.reception.protocol == "UTF8SMTP"

    def test_recipient_number_1001_is_put_off_and_the_others_get_the_message(
        self, relay: RunningRelay, spool: FakeSpool
    ) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            commands = "".join(f"RCPT TO:<r{number}@d.example>\r\n" for number in range(1001))
            smtp.send(f"MAIL FROM:<a@b.example>\r\n{commands}RCPT TO:<r0@d.example>\r\nDATA\r\n".encode())
            replies = [smtp.reply() for _ in range(1004)]
            assert {reply[:3] for reply in replies[:1001]} == {"250"}
            assert replies[1001] == "452 4.5.3 too many recipients"
            assert replies[1002][:3] == "250", "one that is there already is no further one"
            assert replies[1003][:3] == "354"
            smtp.send(b"x\r\n.\r\n")
            assert smtp.reply()[:3] == "250"
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert stored.envelope.recipients == tuple(f"r{number}@d.example" for number in range(1000))


def test_mail_of_a_suspended_tenant_is_deferred_until_it_may_go_on(spool: FakeSpool) -> None:
    rule = IngressRule("demo", peers=("127.0.0.0/8",))
    with RunningRelay(spool, [rule]) as relay, Dialogue(relay.port) as smtp:
        smtp.hello()
        assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "250"
        smtp.command("RSET")
        relay.source.present = (replace(rule, suspended=True),)
        wait_until(lambda: relay.relay.book.is_suspended("demo"))
        assert smtp.command("MAIL FROM:<a@b.example>")[:9] == "451 4.7.1"
        relay.source.present = (rule,)
        wait_until(lambda: not relay.relay.book.is_suspended("demo"))
        assert smtp.command("MAIL FROM:<a@b.example>")[:3] == "250"


class TestReports:
    """RFC 3461: what a client asks for about reports is kept with the envelope."""

    def test_wishes_are_stored_with_the_envelope_and_the_first_of_a_recipient_stands(
        self, relay: RunningRelay, spool: FakeSpool
    ) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            for command in (
                "MAIL FROM:<a@b.example> RET=FULL ENVID=QQ314159",
                "RCPT TO:<x@d.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;X@d.example",
                "RCPT TO:<y@d.example>",
                "RCPT TO:<x@d.example> NOTIFY=NEVER",
            ):
                assert smtp.command(command)[:3] == "250"
            assert smtp.command("RCPT TO:<z@d.example> NOTIFY=NEVER,DELAY") == "501 5.5.4 syntax error in parameters"
            assert smtp.command("DATA")[:3] == "354"
            smtp.send(b"x\r\n.\r\n")
            assert smtp.reply()[:3] == "250"
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert (stored.envelope.ret, stored.envelope.envid) == ("FULL", "QQ314159")
        assert stored.envelope.recipients == ("x@d.example", "y@d.example")
        assert stored.envelope.wishes == (DsnWish(("SUCCESS", "DELAY"), "rfc822;X@d.example"), NO_WISH)

    def test_who_wishes_nothing_leaves_no_trace_of_wishes(self, relay: RunningRelay, spool: FakeSpool) -> None:
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            for command in ("MAIL FROM:<a@b.example>", "RCPT TO:<x@d.example>", "DATA"):
                smtp.command(command)
            smtp.send(b"x\r\n.\r\n")
            assert smtp.reply()[:3] == "250"
        stored = spool.describe(spool.refs[0])
        assert stored is not None
        assert stored.envelope.wishes == ()

    def test_more_original_addresses_than_an_envelope_holds_come_in_another_transaction(
        self, relay: RunningRelay
    ) -> None:
        fitting = MOST_ORIGINALS // LONGEST_ORCPT
        original = "rfc822;" + "o" * (LONGEST_ORCPT - 7)
        with Dialogue(relay.port) as smtp:
            smtp.hello()
            commands = "".join(f"RCPT TO:<r{number}@d.example> ORCPT={original}\r\n" for number in range(fitting + 1))
            smtp.send(f"MAIL FROM:<a@b.example>\r\n{commands}RCPT TO:<short@d.example>\r\n".encode())
            replies = [smtp.reply() for _ in range(fitting + 3)]
        assert {reply[:3] for reply in replies[: fitting + 1]} == {"250"}
        assert replies[fitting + 1] == "452 4.5.3 too many recipients"
        assert replies[fitting + 2][:3] == "250"
