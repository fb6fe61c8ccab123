"""Sessions that are kept: who may use one again, what replaces one that is dead, and the limits of a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.adapters import smtp_next_hop_pool
from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from shared.ports_next_hop import RecipientReply
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_actions import CONTENT, Drop, Late, Raw
from tests.support.next_hop_hops import DATA, SENDER, A, send, target
from tests.support.next_hop_server import NextHopServer as Server
from tests.support.waiting import wait_for

B = "b@x.example"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def hop() -> Iterator[SmtpNextHop]:
    made = SmtpNextHop("matta.test", FakeSecrets(), idle_seconds=60.0)
    yield made
    made.close()


def test_messages_share_a_connection(server: Server, hop: SmtpNextHop) -> None:
    for number in range(3):
        assert send(hop, target(server), data=DATA + b"%d\r\n" % number).accepted
    assert [message.connection for message in server.messages] == [1, 1, 1]
    assert [message.data for message in server.messages] == [DATA + b"%d\r\n" % number for number in range(3)]
    assert "RSET" not in server.commands


@pytest.mark.parametrize(
    ("command", "answer", "accepted", "reset"),
    [
        pytest.param(f"RCPT TO:<{A}>", "550 5.1.1 nobody", False, True, id="all recipients refused"),
        pytest.param("DATA", "451 4.3.0 later", False, True, id="DATA refused"),
        pytest.param(CONTENT, "554 5.7.1 spam", False, True, id="content refused"),
        pytest.param("NOOP", "250 ok", True, False, id="all well"),
    ],
)
def test_after_a_refusal_the_session_starts_over(
    server: Server, hop: SmtpNextHop, command: str, answer: str, accepted: bool, reset: bool
) -> None:
    server.on(command, answer, times=1)
    assert send(hop, target(server)).accepted is accepted
    assert send(hop, target(server), to=B).accepted
    assert server.connections == 1
    assert ("RSET" in server.commands) is reset


def test_unread_answers_end_a_session(server: Server, hop: SmtpNextHop) -> None:
    server.on("MAIL", "451 4.3.0 later", times=1)
    send(hop, target(server))
    assert send(hop, target(server)).accepted
    assert server.connections == 2


def test_more_than_was_asked_for_ends_a_session(server: Server, hop: SmtpNextHop) -> None:
    server.on(CONTENT, Raw(b"250 ok\r\n250 and more\r\n"), times=1)
    assert send(hop, target(server)).accepted
    assert send(hop, target(server)).accepted
    assert server.connections == 2


@pytest.mark.parametrize(
    ("command", "action"),
    [
        pytest.param("MAIL", Drop(), id="the connection is gone"),
        pytest.param("MAIL", "421 4.4.2 idle too long", id="told to leave"),
        pytest.param("MAIL", "451 4.7.0 enough for one connection", id="put off"),
        pytest.param("MAIL", Raw(b"garbage\r\n"), id="garbage"),
        pytest.param("MAIL", "530 5.7.0 authenticate first", id="forgot who we are"),
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_kept_session_that_is_dead_is_replaced_and_nobody_notices(
    server: Server, hop: SmtpNextHop, command: str, action: Any, pipelining: bool
) -> None:
    if not pipelining:
        server.extensions = ("SIZE 1000000",)
    assert send(hop, target(server)).accepted
    server.on(command, action, times=1)
    assert send(hop, target(server)).accepted
    assert [message.connection for message in server.messages] == [1, 2]
    assert hop.health("demo") == ()


def test_a_server_that_restarted_is_connected_to_anew(hop: SmtpNextHop) -> None:
    with Server() as first:
        assert send(hop, target(first)).accepted
        settings = target(first)
    assert not send(hop, settings).accepted
    assert [health.server for health in hop.health("demo")] == [f"127.0.0.1:{settings.port}"]


@pytest.mark.parametrize("command", ["RCPT", CONTENT])
def test_after_mail_was_accepted_nothing_is_sent_again(server: Server, hop: SmtpNextHop, command: str) -> None:
    assert send(hop, target(server)).accepted
    server.on(command, Drop(), times=1)
    reply = send(hop, target(server))
    assert (reply.accepted, reply.permanent, reply.code) == (False, False, 0)
    assert reply.unclear is (command == CONTENT)
    assert server.connections == 1
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("tenants", "settings", "connections"),
    [
        pytest.param(("a", "a"), ({}, {}), 1, id="the same tenant and settings"),
        pytest.param(("a", "b"), ({}, {}), 2, id="another tenant"),
        pytest.param(("a", "a"), ({}, {"starttls": "none"}), 2, id="another policy"),
        pytest.param(("a", "a"), ({}, {"tls_name": "x"}), 2, id="another name"),
        pytest.param(("a", "a"), ({}, {"username": "u", "password_secret": "p"}), 2, id="with a password"),
    ],
)
def test_a_session_serves_its_tenant_and_settings_alone(
    tenants: tuple[str, str], settings: tuple[dict[str, Any], dict[str, Any]], connections: int
) -> None:
    hop = SmtpNextHop("matta.test", FakeSecrets({"p": "w"}), idle_seconds=60.0)
    with Server(users={"u": "w"}) as server:
        for tenant, own in zip(tenants, settings, strict=True):
            send(hop, target(server, **({"starttls": "none"} if "username" in own else {}), **own), tenant=tenant)
        assert server.connections == connections
    hop.close()


def test_a_changed_password_needs_a_new_session() -> None:
    secrets = FakeSecrets({"p": "first"})
    hop = SmtpNextHop("matta.test", secrets, idle_seconds=60.0)
    with Server(users={"u": "first"}) as server:
        settings = target(server, starttls="none", username="u", password_secret="p", connections=1)
        assert send(hop, settings).accepted
        secrets.passwords["p"] = "second"
        assert not send(hop, settings).accepted  # the server knows the first one only
        secrets.passwords["p"] = "first"
        assert send(hop, settings).accepted
        assert [message.connection for message in server.messages] == [1, 3]
    hop.close()


def test_a_session_ends_after_so_many_transactions(
    server: Server, hop: SmtpNextHop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_next_hop_pool, "MOST_TRANSACTIONS", 2)
    for _ in range(5):
        assert send(hop, target(server)).accepted
    assert [message.connection for message in server.messages] == [1, 1, 2, 2, 3]
    assert server.commands.count("QUIT") == 2


def test_a_session_that_nobody_uses_ends_by_itself(server: Server) -> None:
    hop = SmtpNextHop("matta.test", FakeSecrets(), idle_seconds=0.1)
    assert send(hop, target(server)).accepted
    assert wait_for(lambda: "QUIT" in server.commands)
    assert send(hop, target(server)).accepted
    assert server.connections == 2
    hop.close()


def test_sessions_are_kept_up_to_a_number(server: Server, hop: SmtpNextHop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_next_hop_pool, "MOST_KEPT", 1)
    for tenant in ("a", "b", "a", "b"):
        assert send(hop, target(server), tenant=tenant).accepted
    assert [message.connection for message in server.messages] == [1, 2, 1, 3]


def test_no_more_connections_than_the_settings_allow_and_the_others_wait_their_turn(
    server: Server, hop: SmtpNextHop
) -> None:
    server.on(CONTENT, Late(0.05, "250 ok"))
    settings = target(server, connections=2, timeout_seconds=60)
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda _: send(hop, settings), range(12)))
    assert all(reply.accepted for reply in replies)
    assert server.connections <= 2
    assert len(server.messages) == 12


def test_whoever_waits_too_long_for_a_connection_is_put_off_and_the_server_is_not_to_blame(
    server: Server, hop: SmtpNextHop
) -> None:
    going_on, done = threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        yield DATA
        going_on.set()
        assert done.wait(60)

    settings = target(server, connections=1, timeout_seconds=0.5)
    first: list[tuple[RecipientReply, ...]] = []
    sending = threading.Thread(target=lambda: first.append(_deliver(hop, settings, Content(len(DATA), chunks))))
    sending.start()
    assert going_on.wait(60)
    reply = send(hop, settings)
    done.set()
    sending.join(60)
    assert (reply.accepted, reply.permanent, reply.code, reply.status) == (False, False, 0, "4.4.5")
    assert hop.is_well("demo", settings)
    assert first[0][0].accepted


def _deliver(hop: SmtpNextHop, server: NextHopServer, content: Content) -> tuple[RecipientReply, ...]:
    from shared.core.message.envelope import Envelope

    return hop.deliver(server, SENDER, (A,), Envelope(SENDER, (A,)), content, tenant_id="demo")


def test_content_that_cannot_be_read_gives_the_place_back(server: Server, hop: SmtpNextHop) -> None:
    def chunks() -> Iterator[bytes]:
        yield DATA
        raise OSError("storage")

    settings = target(server, connections=1)
    with pytest.raises(OSError, match="storage"):
        _deliver(hop, settings, Content(100, chunks))
    begin = time.monotonic()
    assert send(hop, settings).accepted
    assert time.monotonic() - begin < 4
    assert len(server.messages) == 1
