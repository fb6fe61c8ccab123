"""What is asked for about reports goes to servers that offer DSN, spelled as the RFC says or not at all."""

from __future__ import annotations

import pytest

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.adapters.smtp_next_hop_reports import mail_parameters, recipient_parameters
from shared.core.message.envelope import DsnWish, Envelope
from shared.ports import Content
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_hops import DATA, SENDER, A, target
from tests.support.next_hop_server import NextHopServer as Server

B = "b@x.example"
ENVELOPE = Envelope(
    SENDER,
    (A, B),
    ret="HDRS",
    envid="QQ314159",
    wishes=(DsnWish(("SUCCESS", "FAILURE"), "rfc822;a+2Bz@x.example"), DsnWish()),
)


@pytest.mark.parametrize("offered", [True, False])
def test_parameters_go_where_they_are_offered(offered: bool) -> None:
    with Server(extensions=["PIPELINING", "DSN"] if offered else ["PIPELINING"]) as server:
        server.on(f"RCPT TO:<{B}>", "550 5.1.1 nobody")
        content = Content(len(DATA), lambda: iter([DATA]))
        hop = SmtpNextHop("matta.test", FakeSecrets())
        replies = hop.deliver(target(server), SENDER, (A, B), ENVELOPE, content)
        assert [(reply.accepted, reply.relays_dsn) for reply in replies] == [(True, offered), (False, False)]
        [message] = server.messages
        assert message.mail == f"MAIL FROM:<{SENDER}>" + (" RET=HDRS ENVID=QQ314159" if offered else "")
        assert message.wishes == (("NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a+2Bz@x.example",) if offered else ("",))
        assert server.violations == []


@pytest.mark.parametrize(
    ("ret", "envid", "expected"),
    [
        ("", "", ""),
        ("FULL", "", " RET=FULL"),
        ("full", "a b", ""),
        ("HDRS SIZE=0", "a+", ""),
        ("", "a=b", ""),
        ("", "a+3Db", " ENVID=a+3Db"),
        ("", "a" * 101, ""),
        ("", "é", ""),
        ("", "x\r\nRSET", ""),
    ],
    ids=repr,
)
def test_what_is_said_in_mail(ret: str, envid: str, expected: str) -> None:
    assert mail_parameters(Envelope(SENDER, (A,), ret=ret, envid=envid)) == expected


@pytest.mark.parametrize(
    ("notify", "original", "expected"),
    [
        ((), "", ""),
        (("NEVER",), "", " NOTIFY=NEVER"),
        (("NEVER", "DELAY"), "", " NOTIFY=NEVER"),
        (("DELAY", "SUCCESS"), "", " NOTIFY=SUCCESS,DELAY"),
        (("ALWAYS",), "", ""),
        ((), "rfc822;a@x.example", " ORCPT=rfc822;a@x.example"),
        ((), "rfc822;a b", ""),
        ((), "rfc822", ""),
        ((), "rfc822;" + "a" * 450, ""),
        ((), "rfc822;a\r\nDATA", ""),
    ],
    ids=repr,
)
def test_what_is_said_in_rcpt(notify: tuple[str, ...], original: str, expected: str) -> None:
    assert recipient_parameters(DsnWish(notify, original)) == expected
