"""The client against a server that others wrote (aiosmtpd, as the local mailbox runs it)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop import NextHop

SENDER = "me@aozora.example"


def lines(size: int, length: int) -> bytes:
    generator = random.Random(5)
    noise = generator.randbytes(size).replace(b"\r", b"_").replace(b"\n", b"_")
    return b"\r\n".join(noise[start : start + length] for start in range(0, size, length)) + b"\r\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"Subject: x\r\n\r\n.\r\n..\r\nend\r\n", id="small, with dots"),
        pytest.param("Subject: 見積書\r\n\r\nこんにちは。\r\n".encode(), id="UTF-8"),
        pytest.param(b"Subject: x\r\n\r\n" + lines(25 * 1024 * 1024, 76), id="25 MB"),
        pytest.param(b"Subject: x\r\n\r\n" + lines(1024 * 1024, 50_000), id="long lines"),
    ],
)
def test_it_keeps_what_was_sent(tmp_path: Path, data: bytes) -> None:
    recipients = tuple(f"r{number}@x.example" for number in range(200))
    with NextHop(tmp_path) as hop:
        replies = SmtpNextHop("matta.test", FakeSecrets()).deliver(
            NextHopServer(host="127.0.0.1", port=hop.port),
            SENDER,
            recipients,
            Envelope(SENDER, recipients, body="8BITMIME"),
            Content(len(data), lambda: iter([data[start : start + 100_000] for start in range(0, len(data), 100_000)])),
        )
        assert all(reply.accepted for reply in replies)
        [message] = hop.wait_for(1)
        assert message.raw == data
        assert message.envelope.recipients == recipients
        assert message.envelope.sender == SENDER
