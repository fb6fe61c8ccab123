"""Signing on a message's way: when, with which key, for whom, and what a missing key or name server does."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, repeat
from unittest.mock import Mock

import pytest

from shared.core.hold.record import Fate, State, Variant
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import InsertText
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import Delivery, DkimKey, NextHopServer, Route, Signing
from shared.core.signing.body_hash import hash_body
from shared.core.signing.dkim_sign import dkim_signature
from shared.core.signing.head import read_fields, split
from shared.ports import Content
from shared.ports_dns import DnsUnavailable
from shared.usecases import sign_variant
from shared.usecases.deliver_message import deliver_message
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.submit_own_mail import own_ref
from tests.support.app import INSIDE, OUTSIDE, SENDER, World, make_message, make_settings
from tests.support.approvals import release
from tests.support.records import NOW, make_ref
from tests.support.signing import arc_result, dkim_results, ed25519_pem, over_smtp, record, rsa_pem, signer

KEY = DkimKey(domain="aozora.example", selector="s1", secret="dkim-1")
NEXT = DkimKey(domain="aozora.example", selector="s2", secret="dkim-2", active_from=NOW + timedelta(minutes=30))
PEMS = {"dkim-1": rsa_pem("1"), "dkim-2": rsa_pem("2")}
PUBLISHED = {
    "s1._domainkey.aozora.example": record(PEMS["dkim-1"]),
    "s2._domainkey.aozora.example": record(PEMS["dkim-2"]),
    "m365._domainkey.aozora.example": record(rsa_pem("m365")),
}
HOP = Route(servers=(NextHopServer(host="hop.example"),))
SIGNING_HOP = Route(servers=(NextHopServer(host="signs.example"),), domains=("partner.example",), signs=True)


def make_world(*keys: DkimKey, arc: bool = False, direct: int = 0, **changes: object) -> World:
    """A tenant that signs, with its keys in place."""
    signing = Signing(dkim=keys or (KEY,), arc=arc)
    world = World(make_settings(**({"rules": (), "signing": signing} | changes)), direct_deliveries=direct)
    world.app.secrets.passwords |= PEMS  # type: ignore[attr-defined]  # the fake's own
    for name, text in PUBLISHED.items():
        world.dns.put(name, "TXT", text)
    return world


def arrived(world: World, place: int = -1) -> bytes:
    """What the next hop has."""
    return over_smtp([world.next_hop.transactions[place].data])


def from_m365(*recipients: str, body: bytes = b"") -> bytes:
    """A message with the signature that Exchange Online gave it. ``body`` is what comes after its usual text."""
    message = make_message(*recipients) + body
    by = signer(rsa_pem("m365"), "aozora.example", "m365")
    head, pieces = split([message])
    return dkim_signature(read_fields(head), hash_body(pieces), by, NOW) + message


@pytest.mark.parametrize("direct", [0, 3], ids=["by-queue", "at-once"])
def test_what_passes_leaves_signed(direct: int) -> None:
    world = make_world(direct=direct)
    world.judge(OUTSIDE)
    world.work()
    assert dkim_results(arrived(world), PUBLISHED) == [True]
    (sent,) = world.next_hop.transactions
    assert sent.data.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=aozora.example;")
    assert sent.data.endswith(make_message(OUTSIDE))
    assert b"s=s1;" in sent.data


def test_a_signature_costs_no_transaction_more(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, signing = World(make_settings(rules=()), direct_deliveries=3), make_world(direct=3)
    counts = []
    for world in (plain, signing):
        commits = Mock(side_effect=world.messages.commit)
        monkeypatch.setattr(world.messages, "commit", commits)
        ref = world.judge(OUTSIDE)
        assert world.record(ref).state is State.DELIVERED
        counts.append(commits.call_count)
    assert counts[0] == counts[1] > 0


def test_every_attempt_sends_the_same_signature_whatever_becomes_of_the_key() -> None:
    world = make_world()
    world.next_hop.answer(OUTSIDE, 451)
    ref = world.judge(INSIDE, OUTSIDE)
    world.work()
    world.next_hop.answer(OUTSIDE, 250)
    world.app.secrets.passwords.clear()  # type: ignore[attr-defined]  # the fake's own
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    first, second = world.next_hop.transactions
    assert first.data == second.data
    assert dkim_results(arrived(world), PUBLISHED) == [True]


def test_the_next_key_signs_from_its_moment_on() -> None:
    world = make_world(KEY, NEXT)
    world.next_hop.answer(OUTSIDE, 451)
    before = world.judge(OUTSIDE)
    world.work()
    assert b"s=s1;" in world.record(before).variants[0].signature
    world.clock.advance(seconds=30 * 60)
    after = world.judge(INSIDE)
    world.work()
    assert b"s=s2;" in arrived(world)
    assert dkim_results(arrived(world), PUBLISHED) == [True]
    world.next_hop.answer(OUTSIDE, 250)
    world.pass_time(lambda: world.record(before).state is State.DELIVERED)
    assert b"s=s1;" in arrived(world)  # on its way since before
    assert dkim_results(arrived(world), PUBLISHED) == [True]
    assert world.record(after).state is State.DELIVERED


def test_what_was_held_is_signed_by_the_key_of_the_day_of_its_release() -> None:
    world = make_world(KEY, NEXT, rules=make_settings().rules)
    ref = world.judge(OUTSIDE)
    world.work()
    assert (world.record(ref).variants[0].signature, world.record(ref).variants[0].signed) == (b"", False)
    world.clock.advance(seconds=3600)
    world.app.secrets.passwords.pop("dkim-1")  # type: ignore[attr-defined]  # the fake's own
    release(world, ref)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert b"s=s2;" in arrived(world)
    assert dkim_results(arrived(world), PUBLISHED) == [True]


def test_a_changed_form_is_signed_as_it_leaves() -> None:
    template = Template(id="note", text="Checked.", html="<p>Checked.</p>")
    policy = Policy(id="p", when=RecipientDomain(operator="is-external"), actions=(InsertText(template="note"),))
    world = make_world(arc=True, policies=(policy,), templates=(template,))
    ref = world.receive(INSIDE, OUTSIDE, data=from_m365(INSIDE, OUTSIDE))
    evaluate_message(world.app, ref)
    world.work()
    (sent,) = world.next_hop.transactions
    assert b"Checked." in sent.data
    assert dkim_results(arrived(world), PUBLISHED) == [True, False]
    assert arc_result(arrived(world), PUBLISHED) == "pass"
    assert b"dkim=pass header.d=aozora.example header.s=m365" in sent.data


def test_where_the_next_hop_signs_matta_does_not() -> None:
    world = make_world(arc=True, routes=(SIGNING_HOP, HOP))
    ref = world.receive(INSIDE, OUTSIDE, data=from_m365(INSIDE, OUTSIDE))
    evaluate_message(world.app, ref)
    world.work()
    by_server = {sent.server: sent.data for sent in world.next_hop.transactions}
    assert by_server["signs.example:25"].startswith(b"X-Matta-Trace:")
    assert by_server["hop.example:25"].startswith(b"ARC-Seal:")
    assert by_server["hop.example:25"].endswith(by_server["signs.example:25"])


def test_no_key_is_asked_for_where_every_next_hop_signs() -> None:
    world = make_world(routes=(Route(servers=HOP.servers, signs=True),))
    world.app.secrets.passwords.clear()  # type: ignore[attr-defined]  # the fake's own
    ref = world.judge(OUTSIDE)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert arrived(world).startswith(b"X-Matta-Trace:")


@pytest.mark.parametrize(
    "data",
    [
        b"From: a@aozora.example\r\nFrom: b@aozora.example\r\n\r\nHello.\r\n",
        b"From: a@other.example\r\n\r\nHello.\r\n",
        b"From: a@aozora.example, b@other.example\r\n\r\nHello.\r\n",
        b"no header at all\r\n",
    ],
    ids=["two-from", "no-key", "two-domains", "no-header"],
)
def test_mail_that_no_key_fits_leaves_unsigned(data: bytes) -> None:
    world = make_world()
    ref = world.receive(OUTSIDE, data=data)
    evaluate_message(world.app, ref)
    if world.record(ref).state is State.HELD:
        release(world, ref)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert arrived(world).startswith(b"X-Matta-Trace:")


def test_mattas_own_mail_is_signed_where_its_author_is_of_the_tenant() -> None:
    world = make_world()
    world.next_hop.answer(OUTSIDE, 550)
    ref = world.judge(OUTSIDE)
    world.work()
    number = world.record(ref).recipients[0].reported_in
    dsn = world.record(own_ref(ref, f"dsn-{number}"))
    assert dsn.state is State.DELIVERED
    assert dsn.variants[0].signed
    author = next(line for line in arrived(world).split(b"\r\n") if line.lower().startswith(b"from:"))
    assert dkim_results(arrived(world), PUBLISHED) == ([True] if b"aozora.example" in author else [])


def _no_secret(world: World) -> None:
    world.app.secrets.passwords.pop("dkim-1")  # type: ignore[attr-defined]  # the fake's own


def _damaged(world: World) -> None:
    world.app.secrets.passwords["dkim-1"] = "-----BEGIN PRIVATE KEY-----\ndamaged"  # type: ignore[attr-defined]


TROUBLES = pytest.mark.parametrize("spoil", [_no_secret, _damaged], ids=["missing", "damaged"])


@TROUBLES
@pytest.mark.parametrize("direct", [0, 3], ids=["by-queue", "at-once"])
def test_mail_waits_for_its_key(spoil: Callable[[World], None], direct: int) -> None:
    world = make_world(direct=direct)
    spoil(world)
    ref = world.judge(OUTSIDE)
    world.work()
    record = world.record(ref)
    assert (record.state, record.recipients[0].code, record.recipients[0].status) == (State.DELIVERING, 451, "4.7.5")
    assert world.next_hop.transactions == []
    world.app.secrets.passwords |= PEMS  # type: ignore[attr-defined]  # the fake's own
    world.pass_time(lambda: world.record(ref).state is State.DELIVERED)
    assert dkim_results(arrived(world), PUBLISHED) == [True]
    assert len(world.next_hop.transactions) == 1


@TROUBLES
def test_mail_does_not_wait_for_its_key_for_ever(spoil: Callable[[World], None]) -> None:
    world = make_world(delivery=Delivery(deadline_hours=0.5, first_pause_seconds=60), routes=(SIGNING_HOP, HOP))
    spoil(world)
    ref = world.judge(INSIDE, OUTSIDE)
    world.work()
    assert {one.address: one.fate for one in world.record(ref).recipients} == {INSIDE: Fate.PENDING, OUTSIDE: Fate.SENT}
    world.pass_time(lambda: world.record(ref).state is State.PARTLY_DELIVERED, step=timedelta(seconds=60))
    failed = next(one for one in world.record(ref).recipients if one.fate is Fate.FAILED)
    assert (failed.address, failed.reported_in >= 0) == (INSIDE, True)


def test_a_second_worker_sends_nothing_while_the_first_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(rules=make_settings().rules)
    ref = world.judge(OUTSIDE)
    world.work()
    release(world, ref)
    seen: list[bool] = []
    plain = sign_variant.sign

    def interrupted(*arguments: object) -> object:
        seen.append(deliver_message(world.app, ref))
        return plain(*arguments)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(sign_variant, "sign", interrupted)
    world.work()
    assert seen == [False]
    assert [sent.recipients for sent in world.next_hop.transactions].count((OUTSIDE,)) == 1
    assert deliver_message(world.app, ref) is False
    assert dkim_results(arrived(world), PUBLISHED) == [True]


def sealed_world() -> tuple[World, MessageRef]:
    world = make_world(arc=True)
    return world, world.receive(OUTSIDE, data=from_m365(OUTSIDE))


def test_what_comes_signed_is_sealed() -> None:
    world, ref = sealed_world()
    evaluate_message(world.app, ref)
    world.work()
    message = arrived(world)
    assert arc_result(message, PUBLISHED) == "pass"
    assert dkim_results(message, PUBLISHED) == [True, True]
    assert b"ARC-Authentication-Results: i=1; matta.localhost;\r\n\tdkim=pass header.d=aozora.example" in message
    assert message.endswith(from_m365(OUTSIDE))


def test_what_comes_unsigned_is_not_sealed_and_nobody_is_asked() -> None:
    world = make_world(arc=True)
    world.judge(OUTSIDE)
    world.work()
    assert arrived(world).startswith(b"DKIM-Signature:")
    assert world.dns.asked == []


def test_without_an_answer_nothing_is_sealed_and_nothing_waits() -> None:
    world, ref = sealed_world()
    world.dns.trouble.before("lookup", DnsUnavailable("down"), times=100)
    evaluate_message(world.app, ref)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert arrived(world).startswith(b"DKIM-Signature:")
    assert len(world.dns.asked) <= 1


def test_trouble_with_a_seal_is_no_trouble_for_the_mail() -> None:
    world, ref = sealed_world()
    world.dns.trouble.before("lookup", RuntimeError("a fault"), times=100)
    evaluate_message(world.app, ref)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    assert dkim_results(arrived(world), PUBLISHED) == [True, True]


def test_a_chain_that_is_broken_is_sealed_as_such() -> None:
    world = make_world(arc=True)
    data = b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=x; t=1; b=AAAA\r\n" + from_m365(OUTSIDE)
    evaluate_message(world.app, world.receive(OUTSIDE, data=data))
    world.work()
    assert arrived(world).startswith(b"ARC-Seal: i=2; a=rsa-sha256; t=1795251600; cv=fail;")


def test_a_large_message_is_signed_and_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_variant, "LARGEST_SEALED", 100)
    world, ref = sealed_world()
    evaluate_message(world.app, ref)
    world.work()
    assert arrived(world).startswith(b"DKIM-Signature:")
    assert world.dns.asked == []


@pytest.mark.parametrize(
    ("keys", "sealed_by"),
    [
        ((DkimKey(domain="aozora.example", selector="ed", secret="ed"), KEY), b"d=aozora.example; s=s1"),
        (
            (
                DkimKey(domain="b.example", selector="b", secret="dkim-2"),
                DkimKey(domain="c.example", selector="c", secret="c"),
            ),
            b"d=b.example; s=b",
        ),
        (
            (
                DkimKey(domain="b.example", selector="b", secret="gone"),
                DkimKey(domain="c.example", selector="c", secret="dkim-2"),
            ),
            b"d=c.example; s=c",
        ),
        ((DkimKey(domain="b.example", selector="ed", secret="ed"),), b""),
    ],
    ids=["last-of-domain", "first-of-tenant", "first-at-hand", "no-rsa"],
)
def test_whose_key_seals(keys: tuple[DkimKey, ...], sealed_by: bytes) -> None:
    world = make_world(*keys, arc=True)
    ref = world.receive(OUTSIDE, data=from_m365(OUTSIDE))
    world.app.secrets.passwords["ed"] = ed25519_pem()  # type: ignore[attr-defined]  # the fake's own
    evaluate_message(world.app, ref)
    world.work()
    seal = arrived(world).split(b"b=", 1)[0]
    assert seal.startswith(b"ARC-Seal:" if sealed_by else b"X-Matta-Trace:")
    assert sealed_by in seal.replace(b"\r\n\t", b" ")


def test_nothing_of_a_key_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    world = make_world()
    world.judge(OUTSIDE)
    _damaged(world)
    world.judge(INSIDE)
    world.work()
    assert '"outcome": "signed"' in caplog.text
    assert "BadKey" in caplog.text
    assert "PRIVATE KEY" not in caplog.text
    assert SENDER not in caplog.text


def test_a_large_message_is_signed_without_being_held() -> None:
    world = make_world(arc=True)
    piece = b"line  of \t text \r\n" * 20_000
    head = make_message(OUTSIDE)
    count = 120
    large = Content(len(head) + count * len(piece), lambda: chain((head,), repeat(piece, count)))
    tracemalloc.start()
    try:
        signed = sign_variant.sign(
            world.app, world.settings, make_ref(), Variant("original", "spool", b""), large, large
        )
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024 < large.size // 4
    finally:
        tracemalloc.stop()
    assert signed.signature.startswith(b"DKIM-Signature:")


HOSTILE = {
    "spaces": b"x" + b" " * 2_000_000 + b"y\r\n",
    "tabs": b"\t" * 2_000_000,
    "blank lines": b" \r\n" * 500_000 + b"x",
    "returns": b"\r" * 2_000_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_no_body_takes_long(body: bytes) -> None:
    world = make_world(arc=True)
    begun = time.process_time()
    evaluate_message(world.app, world.receive(OUTSIDE, data=from_m365(OUTSIDE) + body))
    world.work()
    assert time.process_time() - begun < 20
    assert arrived(world).startswith(b"ARC-Seal: i=1;")


@pytest.mark.parametrize(
    "field",
    [
        b"DKIM-Signature: " + b"a=b;" * 200_000,
        b"DKIM-Signature: v=1; b=" + b" \r\n " * 200_000,
        b"ARC-Seal: " + b"; i" * 250_000,
        b"ARC-Seal: i=1" + b" " * 900_000,
        b"Subject: " + b" \r\n\t" * 200_000,
        b"ARC-Seal: i=1; a=rsa-sha256\r\n" * 4_000 + b"X: x",
    ],
    ids=["tags", "folds", "instances", "spaces", "folded", "seals"],
)
def test_no_header_takes_long(field: bytes) -> None:
    world = make_world(arc=True)
    message = field + b"\r\n" + from_m365(OUTSIDE)
    content = Content(len(message), lambda: iter((message,)))
    begun = time.process_time()
    signed = sign_variant.sign(
        world.app, world.settings, make_ref(), Variant("original", "spool", b""), content, content
    )
    assert time.process_time() - begun < 20
    assert signed.signed


def test_a_form_in_seven_bits_has_a_signature_of_its_own() -> None:
    narrow, wide = NextHopServer(host="narrow.example"), NextHopServer(host="wide.example")
    routes = (Route(servers=(narrow,), domains=("partner.example",)), Route(servers=(wide,)))
    world = make_world(routes=routes)
    world.next_hop.only_seven_bit(narrow.host)
    data = (
        f"From: {SENDER}\r\nTo: {OUTSIDE}\r\nSubject: x\r\nDate: Mon, 2 Jun 2025 10:00:00 +0900\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n本文\r\n"
    ).encode()
    ref = world.judge(OUTSIDE, INSIDE, data=data)
    world.work()
    assert world.record(ref).state is State.DELIVERED
    sent = {transaction.server: transaction.data for transaction in world.next_hop.transactions}
    assert sent["narrow.example:25"].isascii()
    assert not sent["wide.example:25"].isascii()
    for mail in sent.values():
        assert dkim_results(over_smtp([mail]), PUBLISHED) == [True]
