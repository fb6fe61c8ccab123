"""One message through a ``SmtpNextHop`` of a test, with settings of the server as keywords."""

from __future__ import annotations

from typing import Any

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from shared.ports_next_hop import RecipientReply
from tests.support.next_hop_server import NextHopServer as Server

A = "a@x.example"
SENDER = "me@aozora.example"
DATA = b"Subject: x\r\n\r\nHello.\r\n"


def target(server: Server, **settings: Any) -> NextHopServer:
    """A running server as a tenant's settings would name it."""
    return NextHopServer(**({"host": "127.0.0.1", "port": server.port, "timeout_seconds": 5.0} | settings))


def send(
    hop: SmtpNextHop, server: NextHopServer, *, tenant: str = "demo", data: bytes = DATA, to: str = A
) -> RecipientReply:
    """Deliver to one recipient."""
    content = Content(len(data), lambda: iter([data]))
    [reply] = hop.deliver(server, SENDER, [to], Envelope(SENDER, (to,)), content, tenant_id=tenant)
    return reply
