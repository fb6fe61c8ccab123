"""What every ``NextHop`` does: the fake and the one that speaks SMTP are held to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from shared.adapters.smtp_next_hop import SmtpNextHop
from shared.core.message.envelope import Envelope
from shared.core.policy.tenant_settings import NextHopServer
from shared.ports import Content
from shared.ports_next_hop import HopStep, NextHop
from tests.fakes.next_hop import FakeNextHop
from tests.fakes.secrets import FakeSecrets
from tests.support.next_hop_server import NextHopServer as Server

DATA = b"Subject: x\r\n\r\nHello.\r\n"
A, B, C = "a@x.example", "b@x.example", "c@x.example"


@dataclass
class Setting:
    """A next hop, a server that it can reach, one that nobody listens at, and what the first has taken."""

    hop: NextHop
    server: NextHopServer
    silent: NextHopServer
    answer: Callable[[str, int], None]
    taken: Callable[[], Sequence[tuple[tuple[str, ...], bytes]]]
    narrow: Callable[[], object]
    """The server takes no 8-bit messages from now on."""


@pytest.fixture(params=["fake", "smtp"])
def setting(request: pytest.FixtureRequest) -> Iterator[Setting]:
    if request.param == "fake":
        fake = FakeNextHop()
        fake.silent("silent.example")
        yield Setting(
            fake,
            NextHopServer(host="hop.example"),
            NextHopServer(host="silent.example"),
            fake.answer,
            lambda: [(sent.accepted, sent.data) for sent in fake.transactions if sent.accepted],
            lambda: fake.only_seven_bit("hop.example"),
        )
        return
    with Server() as server:
        yield Setting(
            SmtpNextHop("matta.test", FakeSecrets()),
            NextHopServer(host="127.0.0.1", port=server.port),
            NextHopServer(host="127.0.0.1", port=9),
            lambda recipient, code: server.on(f"RCPT TO:<{recipient}>", f"{code} as told"),
            lambda: [(message.recipients, message.data) for message in server.messages],
            lambda: setattr(server, "extensions", ("SIZE",)),
        )
        assert server.violations == []


def content(data: bytes = DATA) -> Content:
    return Content(len(data), lambda: iter([data]))


def envelope(*recipients: str) -> Envelope:
    return Envelope("me@aozora.example", recipients)


def test_all_recipients_get_the_exact_bytes_in_one_transaction(setting: Setting) -> None:
    replies = setting.hop.deliver(setting.server, "me@aozora.example", [A, B], envelope(A, B), content())
    assert [(reply.recipient, reply.accepted, reply.permanent, reply.code) for reply in replies] == [
        (A, True, False, 250),
        (B, True, False, 250),
    ]
    assert setting.taken() == [((A, B), DATA)]


def test_only_the_named_recipients_are_served_not_the_whole_envelope(setting: Setting) -> None:
    replies = setting.hop.deliver(setting.server, "", [B], envelope(A, B, C), content())
    assert [reply.recipient for reply in replies] == [B]
    assert setting.taken() == [((B,), DATA)]


def test_each_recipient_has_an_answer_of_its_own_in_order(setting: Setting) -> None:
    setting.answer(A, 550)
    setting.answer(C, 451)
    replies = setting.hop.deliver(setting.server, "me@aozora.example", [A, B, C], envelope(A, B, C), content())
    assert [(reply.recipient, reply.accepted, reply.permanent, reply.code) for reply in replies] == [
        (A, False, True, 550),
        (B, True, False, 250),
        (C, False, False, 451),
    ]
    assert setting.taken() == [((B,), DATA)]


def test_nobody_accepted_and_nothing_sent(setting: Setting) -> None:
    setting.answer(A, 550)
    replies = setting.hop.deliver(setting.server, "me@aozora.example", [A], envelope(A), content())
    assert [(reply.accepted, reply.permanent) for reply in replies] == [(False, True)]
    assert setting.taken() == []


def test_a_server_that_nobody_listens_at_is_temporary_without_a_code(setting: Setting) -> None:
    replies = setting.hop.deliver(setting.silent, "me@aozora.example", [A, B], envelope(A, B), content())
    assert [(reply.accepted, reply.permanent, reply.code) for reply in replies] == [(False, False, 0)] * 2
    assert setting.taken() == []


def test_every_answer_names_its_server(setting: Setting) -> None:
    setting.answer(B, 550)
    for server in (setting.server, setting.silent):
        replies = setting.hop.deliver(server, "me@aozora.example", [A, B], envelope(A, B), content())
        assert {reply.server for reply in replies} == {f"{server.host}:{server.port}"}


def test_second_run_sends_again_since_a_next_hop_remembers_nothing(setting: Setting) -> None:
    for _ in range(2):
        setting.hop.deliver(setting.server, "me@aozora.example", [A], envelope(A), content())
    assert len(setting.taken()) == 2


def test_a_trial_goes_all_the_way_and_sends_nothing(setting: Setting) -> None:
    steps = setting.hop.probe(setting.server)
    assert [(one.step, one.ok) for one in steps] == [
        (HopStep.CONNECT, True),
        (HopStep.GREETING, True),
        (HopStep.ENCRYPT, True),
        (HopStep.READY, True),
    ]
    assert setting.taken() == []


def test_a_trial_of_a_server_that_nobody_listens_at_ends_with_the_connection(setting: Setting) -> None:
    (step,) = setting.hop.probe(setting.silent)
    assert (step.step, step.ok) == (HopStep.CONNECT, False)
    assert step.text


def test_a_server_that_failed_is_not_well_for_that_tenant_until_it_works(setting: Setting) -> None:
    args = ("me@aozora.example", [A], envelope(A), content())
    assert setting.hop.is_well("demo", setting.silent)
    setting.hop.deliver(setting.silent, *args, tenant_id="demo")
    setting.hop.deliver(setting.server, *args, tenant_id="demo")
    assert not setting.hop.is_well("demo", setting.silent)
    assert setting.hop.is_well("demo", setting.server)
    assert setting.hop.is_well("other", setting.silent)
    [health] = setting.hop.health("demo")
    assert (health.server, health.failures) == (f"{setting.silent.host}:{setting.silent.port}", 1)
    assert health.pause_left > 0
    assert health.text
    assert setting.hop.health("other") == ()


def test_what_a_server_says_about_a_recipient_is_nothing_against_it(setting: Setting) -> None:
    setting.answer(A, 451)
    setting.hop.deliver(setting.server, "me@aozora.example", [A], envelope(A), content(), tenant_id="demo")
    assert setting.hop.is_well("demo", setting.server)
    assert setting.hop.health("demo") == ()


def test_eight_bits_are_not_sent_where_they_are_not_taken(setting: Setting) -> None:
    setting.narrow()
    eight = content("Subject: x\r\n\r\n本文\r\n".encode())
    replies = setting.hop.deliver(setting.server, "me@aozora.example", [A, B], envelope(A, B), eight)
    assert [(one.accepted, one.permanent, one.code, one.status, one.needs_seven_bit) for one in replies] == [
        (False, True, 0, "5.6.3", True)
    ] * 2
    [reply] = setting.hop.deliver(setting.server, "me@aozora.example", [A], envelope(A), content())
    assert (reply.accepted, reply.needs_seven_bit, reply.relays_dsn) == (True, False, False)
    assert setting.taken() == [((A,), DATA)]
