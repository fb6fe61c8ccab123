"""The mailbox's SMTP side: what is sent is kept byte for byte, and faults strike as told."""

from __future__ import annotations

import smtplib
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from local.mailbox.faults import Fault, FaultError, fault_from_json
from local.mailbox.store import MailStore
from tests.support.next_hop import NextHop

HEADER = b"From: sender@a.example\r\nTo: b@b.example\r\nSubject: =?utf-8?B?5pel5pys?=\r\n\r\n"


def send_raw(port: int, raw: bytes, *recipients: str, sender: str = "sender@a.example", options: str = "") -> bytes:
    """Send without smtplib's rewriting of line ends; returns the reply to the end of data."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo("test.example")
        assert client.docmd("MAIL", f"FROM:<{sender}> {options}".strip())[0] == 250
        for recipient in recipients or ("b@b.example",):
            assert client.docmd("RCPT", f"TO:<{recipient}>")[0] == 250
        assert client.docmd("DATA")[0] == 354
        stuffed = raw.replace(b"\r\n.", b"\r\n..")
        client.send((b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n")
        code, text = client.getreply()
        return b"%d %s" % (code, text)


@pytest.mark.parametrize(
    ("raw", "options"),
    [
        pytest.param(HEADER + b"hello\r\n", "", id="plain"),
        pytest.param(HEADER + bytes(range(128, 256)) + b"\r\n", "BODY=8BITMIME", id="8-bit"),
        pytest.param(HEADER.replace(b"b@", "山@".encode()) + b"x\r\n", "SMTPUTF8", id="UTF-8 header"),
        pytest.param(HEADER + b"x" * 300_000 + b"\r\n", "", id="very long line"),
        pytest.param(HEADER + b"a\nb\n.\nc\rd\r.\re\n.\r\n", "", id="bare CR, LF and dots"),
        pytest.param(HEADER + b".\r\n..\r\n...x\r\n", "", id="dot lines"),
        pytest.param(HEADER + b"a\0b\r\n", "", id="NUL"),
        pytest.param(b".\r\n", "", id="nothing but a dot"),
        pytest.param(b"\r\n", "", id="no header"),
        pytest.param(HEADER + (b"y" * 76 + b"\r\n") * 400_000, "", id="31 MB"),
    ],
)
def test_message_is_kept_byte_for_byte(tmp_path: Path, raw: bytes, options: str) -> None:
    with NextHop(tmp_path) as hop:
        reply = send_raw(hop.port, raw, "b@b.example", "hidden@c.example", options=options)
        assert reply.startswith(b"250 ")
        [message] = hop.wait_for(1)
        assert message.raw == raw
        assert message.size == len(raw)
        assert message.envelope.recipients == ("b@b.example", "hidden@c.example")


def test_messages_and_envelopes_outlive_a_restart_in_order(tmp_path: Path) -> None:
    with NextHop(tmp_path) as hop:
        for number in range(12):
            send_raw(hop.port, HEADER + b"%d\r\n" % number, f"r{number}@b.example", sender="" if number == 3 else "s@a")
        before = list(hop.messages)
    after = list(MailStore(tmp_path).messages())
    assert after == before
    assert [message.envelope.recipients[0] for message in after] == [f"r{number}@b.example" for number in range(12)]
    assert after[3].envelope.sender == ""
    assert after[0].subject == "日本"


def test_message_without_its_envelope_file_was_never_accepted(tmp_path: Path) -> None:
    (tmp_path / "0000000000000001-aaaaaa.eml").write_bytes(b"half")
    assert list(MailStore(tmp_path).messages()) == []


def test_person_filter_and_clear(tmp_path: Path) -> None:
    with NextHop(tmp_path) as hop:
        send_raw(hop.port, HEADER, "One@B.example")
        send_raw(hop.port, HEADER, "two@b.example")
        assert [m.envelope.recipients for m in hop.store.messages(person="one@b.EXAMPLE")] == [("One@B.example",)]
        assert len(hop.store.messages(person="sender@a.example")) == 2
        assert len(hop.store.messages(after=hop.messages[0].id)) == 1
        assert hop.store.clear() == 2
        assert list(hop.messages) == []
        assert list(tmp_path.iterdir()) == []


def test_waiting_for_a_message_that_does_not_come_ends(tmp_path: Path) -> None:
    with NextHop(tmp_path) as hop, pytest.raises(TimeoutError, match="0 of 1"):
        hop.wait_for(1, timeout_seconds=0.05)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        pytest.param(Fault("mail", "sender@*", "451 4.3.0 later"), (451, 250, 250), id="sender refused for now"),
        pytest.param(Fault("rcpt", "bad@*", "550 5.1.1 unknown"), (250, 550, 250), id="one recipient refused"),
        pytest.param(Fault("rcpt", "bad@*", "452 4.2.2 full", times=1), (250, 452, 250), id="recipient refused once"),
    ],
)
def test_fault_answers_in_place_of_success(tmp_path: Path, fault: Fault, expected: tuple[int, int, int]) -> None:
    with NextHop(tmp_path) as hop, smtplib.SMTP("127.0.0.1", hop.port, timeout=10) as client:
        hop.faults.add(fault)
        client.ehlo()
        codes = [client.mail("sender@a.example")[0]]
        if codes[0] != 250:
            client.mail("other@a.example")
        codes += [client.rcpt("bad@b.example")[0], client.rcpt("good@b.example")[0]]
        assert tuple(codes) == expected
        if fault.times:
            assert client.rcpt("bad@b.example")[0] == 250


@pytest.mark.parametrize("store", [False, True])
def test_connection_cut_after_the_last_dot(tmp_path: Path, store: bool) -> None:
    with NextHop(tmp_path) as hop:
        hop.faults.add(Fault("content", drop=True, store=store, times=1))
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send_raw(hop.port, HEADER)
        assert len(hop.messages) == int(store)
        assert send_raw(hop.port, HEADER).startswith(b"250")  # struck once, then well again
        assert hop.faults.as_json()[0]["struck"] == 1


@pytest.mark.parametrize(
    ("fault", "first_bytes"),
    [
        pytest.param(Fault("content", garbage=True, store=True), b"%PDF", id="garbage for an answer"),
        pytest.param(Fault("content", half_close=True, store=True), b"", id="no answer, half closed"),
        pytest.param(Fault("data", garbage=True), b"%PDF", id="garbage for DATA"),
        pytest.param(Fault("data", half_close=True), b"", id="half closed at DATA"),
    ],
)
def test_server_that_speaks_no_smtp_any_more(tmp_path: Path, fault: Fault, first_bytes: bytes) -> None:
    with NextHop(tmp_path) as hop, smtplib.SMTP("127.0.0.1", hop.port, timeout=60) as client:
        hop.faults.add(fault)
        client.ehlo("test.example")
        assert client.docmd("MAIL", "FROM:<sender@a.example>")[0] == 250
        assert client.docmd("RCPT", "TO:<b@b.example>")[0] == 250
        client.putcmd("DATA")
        if fault.stage == "content":
            assert client.getreply()[0] == 354
            client.send(HEADER + b"x\r\n.\r\n")
        assert client.sock is not None
        got = client.sock.recv(4096)
        client.close()
        assert got.startswith(first_bytes) if first_bytes else got == b""
        assert len(hop.messages) == (1 if fault.store else 0), "kept as told"


def test_content_refused_is_not_kept(tmp_path: Path) -> None:
    with NextHop(tmp_path) as hop:
        hop.faults.add(Fault("content", "*@b.example", "554 5.6.0 no"))
        assert send_raw(hop.port, HEADER, "b@b.example").startswith(b"554")
        assert send_raw(hop.port, HEADER, "b@c.example").startswith(b"250")
        assert [m.envelope.recipients for m in hop.messages] == [("b@c.example",)]


@pytest.mark.parametrize(
    ("fault", "first_bytes"),
    [
        pytest.param(Fault("connect", reply="421 4.3.2 closing"), b"421 4.3.2 closing\r\n", id="greeting refuses"),
        pytest.param(Fault("connect", drop=True), b"", id="cut at once"),
    ],
)
def test_fault_at_the_greeting(tmp_path: Path, fault: Fault, first_bytes: bytes) -> None:
    with NextHop(tmp_path) as hop:
        hop.faults.add(fault)
        with socket.create_connection(("127.0.0.1", hop.port), timeout=10) as connection:
            try:
                received = connection.recv(100)
            except ConnectionResetError:
                received = b""
        assert received == first_bytes


def test_starttls_and_auth_are_seen_in_the_envelope(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)
    users = {"matta": "s3cret"}
    with NextHop(tmp_path, tls_context=context, require_starttls=True, users=users) as hop:
        with smtplib.SMTP("localhost", hop.port, timeout=10) as client:
            assert client.mail("a@a.example")[0] == 530
            client.starttls(context=client_context)
            client.ehlo()
            assert client.mail("a@a.example")[0] == 530
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("matta", "wrong")
            client.login("matta", "s3cret")
            client.sendmail("a@a.example", ["b@b.example"], HEADER)
        [message] = hop.wait_for(1)
        assert message.envelope.tls
        assert message.envelope.user == "matta"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"stage": "later"}, id="unknown stage"),
        pytest.param({"stage": "rcpt", "reply": "no"}, id="reply without a code"),
        pytest.param({"stage": "rcpt", "delay": -1}, id="negative delay"),
        pytest.param({"stage": "rcpt", "color": 1}, id="unknown key"),
        pytest.param([], id="not an object"),
    ],
)
def test_fault_that_makes_no_sense_is_refused(content: object) -> None:
    with pytest.raises(FaultError):
        fault_from_json(content)
