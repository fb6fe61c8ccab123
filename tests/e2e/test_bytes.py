"""Byte for byte: whatever SMTP can carry leaves Matta as it came in, below Matta's own header fields."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from local.demo.desk import Arrival, Letter
from local.demo_tenant import COLLEAGUE, SENDER
from local.tools import ROOT
from shared.core.hold.record import State
from tests.support.mail_clients import carried, send_bytes
from tests.support.running import Running, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]
CORPUS = sorted((ROOT / "tests" / "corpus").glob("**/*.eml"))
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def _strange_messages() -> Mapping[str, bytes]:
    """Messages that mailers really send, or that somebody sends on purpose."""
    head = b"From: sato@aozora.example\r\nTo: suzuki@aozora.example\r\nSubject: odd\r\n"
    return {
        "dots": head + b"\r\n.\r\n..\r\n...and text\r\n.hidden\r\n",
        "no-body": head + b"\r\n",
        "no-header": b"\r\nnothing but a body\r\n",
        "nothing": b"\r\n",
        "eight-bit": head + "X: 日本語\r\n\r\n件名も本文も八ビット\r\n".encode(),
        "shift-jis": head + b"\r\n" + "表示能力ソ".encode("cp932") + b"\r\n",
        "long-line": head + b"\r\n" + b"x" * 70_000 + b"\r\n",
        "nul": head + b"\r\nbefore\0after\r\n",
        "no-end-of-line": head + b"\r\nthe last line has no end",
        "padded-boundary": head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b   \r\n\r\nx\r\n--b--   \r\n',
        "no-last-boundary": head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n',
        "odd-folding": head + b"X-Odd:\r\n\t \r\n  folded\t\r\n\r\nx\r\n",
        "every-byte": head + b"\r\n" + bytes(n for n in range(256) if n not in (10, 13)) + b"\r\n",
        "large": head + b"\r\n" + b"0123456789abcdef" * 4 + b"\r\n" * 3 + (b"A" * 76 + b"\r\n") * 70_000,
    }


STRANGE = _strange_messages()


@dataclass(frozen=True)
class Carried:
    """One message that was sent: its bytes as SMTP carries them, the relay's reply, and for whom it was."""

    content: bytes
    reply: str
    recipient: str


@pytest.fixture(scope="module")
def carried_messages(running: Running) -> Mapping[str, Carried]:
    """Every message sent, and released where a rule or a doubt held it."""
    contents = dict(STRANGE) | {path.stem: path.read_bytes() for path in CORPUS}
    sent = {}
    for name, content in contents.items():
        recipient = f"box-{secrets.token_hex(6)}@aozora.example"
        reply = send_bytes(running.smtp_port, SENDER, [recipient], content, mail_options=" BODY=8BITMIME")
        sent[name] = Carried(carried(content), reply, recipient)
    ours = {item.recipient for item in sent.values() if item.reply.startswith("250")}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        records = [record for record in running.all_records() if ours & set(record.envelope.recipients)]
        for record in records:
            if record.state is State.HELD:
                running.release(record)
        if len(records) == len(ours) and all(record.state.is_final for record in records):
            break
        time.sleep(0.5)
    return sent


@pytest.mark.parametrize("name", [*STRANGE, *(path.stem for path in CORPUS)])
def test_a_message_that_smtp_can_carry_leaves_as_it_came_in(
    running: Running, carried_messages: Mapping[str, Carried], name: str
) -> None:
    sent = carried_messages[name]
    if not sent.reply.startswith("250"):
        # Only an ambiguous end of line may be refused; whatever is taken must not be changed.
        assert _BARE.search(sent.content), sent.reply
        assert sent.reply.startswith("5"), sent.reply
        return
    [arrival] = running.desk.arrivals(sent.recipient)
    head = arrival.head_above(sent.content)
    assert head is not None, (arrival.raw[:600], sent.content[:300])
    assert b"X-Matta-Trace:" in head


def test_an_smtputf8_message_arrives_as_it_was_sent(running: Running) -> None:
    recipient = "社長@aozora.example"
    content = f"From: {SENDER}\r\nTo: {recipient}\r\nSubject: 社内のお知らせ\r\n\r\nこんにちは\r\n".encode()
    reply = send_bytes(running.smtp_port, SENDER, [recipient], content, mail_options=" BODY=8BITMIME SMTPUTF8")
    assert reply.startswith("250"), reply
    arrival: Arrival = running.wait_arrival(recipient, lambda found: True)
    assert arrival.head_above(content) is not None


def test_bare_line_feeds_around_a_dot_never_make_a_second_message(running: Running) -> None:
    smuggled = "smuggled@rival.example"
    after = running.desk.newest()
    content = (
        f"From: {SENDER}\r\nTo: {COLLEAGUE}\r\nSubject: one message\r\n\r\nfirst\n.\r\nMAIL FROM:<{SENDER}>\r\n"
        f"RCPT TO:<{smuggled}>\r\nDATA\r\nFrom: x\r\n\r\nsecond\r\n"
    ).encode()
    before = len(running.spooled())
    reply = send_bytes(running.smtp_port, SENDER, [COLLEAGUE], content)
    letter = Letter(SENDER, (COLLEAGUE,), content, "one message", "one message")
    if reply.startswith("250"):
        [arrival] = wait_for(lambda: running.desk.copies(letter, after))
        assert arrival.head_above(content) is not None
    assert len(running.spooled()) == before + reply.startswith("250")
    assert running.desk.arrivals(smuggled, after) == []
