"""Signatures hold for whoever checks them: dkimpy's verifier and Matta's own, after any message's way over SMTP."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.adapters.smtp_next_hop_content import Smuggling
from shared.core.signing.body_hash import hash_body
from shared.core.signing.dkim_check import check_signatures, read_signatures
from shared.core.signing.dkim_sign import Signer, dkim_signature
from shared.core.signing.head import NotSignable, read_fields, split
from shared.core.signing.signature import hash_bodies
from tests.support.signing import dkim_results, ed25519_pem, over_smtp, record, rsa_pem, signer

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
SIGNERS = {"rsa": signer(rsa_pem()), "rsa-1024": signer(rsa_pem("2", 1024)), "ed25519": signer(ed25519_pem())}
HEAD = (
    b"From: =?utf-8?q?Hanako?= <hanako@aozora.example>\r\nTo: taro@partner.example\r\n"
    b"Subject: Estimate\r\nDate: Sat, 21 Nov 2026 18:00:00 +0900\r\nMessage-ID: <1@aozora.example>\r\n"
)
MESSAGE = HEAD + b"\r\nHello.\r\n"


def sign(message: bytes, by: Signer, pieces: int = 0) -> bytes:
    """The signature, the message coming in chunks of that many bytes."""
    chunks = [message[start : start + pieces] for start in range(0, len(message), pieces)] if pieces else [message]
    head, body = split(chunks)
    return dkim_signature(read_fields(head), hash_body(body), by, AT)


def records(by: Signer) -> dict[str, str]:
    return {f"{by.selector}._domainkey.{by.domain}": by.key.record()}


def own_results(message: bytes, published: dict[str, str]) -> list[str]:
    """Matta's own verdicts."""
    head, _ = split([message])
    fields = read_fields(head)
    signatures = read_signatures(fields)
    digests = hash_bodies(lambda: split([message])[1], [one for one in signatures if one is not None])
    looked_up = {name: (text,) for name, text in published.items()}
    return [one.result for one in check_signatures(signatures, fields, digests, looked_up, AT)]


@pytest.mark.parametrize("name", SIGNERS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        b"Hello.\r\n",
        b"Hello.",
        b"Hello. \t \r\n\t\r\n \r\n",
        b"\r\n\r\n Hello\t\tthere \r\n\r\n\r\n.\r\n..\r\n",
        b"bare\nline\nends \n\n",
        b"bare\rCR\r",
        b"\xe3\x81\x82\x80\xff\x00 8 bit\r\n",
        b"x" * 100_000 + b"\r\n",
    ],
    ids=["none", "blank", "blanks", "plain", "no-end", "spaces", "dots", "lf", "cr", "8-bit", "long-line"],
)
def test_a_signature_holds_after_smtp(name: str, body: bytes) -> None:
    by = SIGNERS[name]
    message = HEAD + b"\r\n" + body
    arrived = over_smtp([sign(message, by) + b"X-Matta-Trace: v1\r\n" + message])
    assert dkim_results(arrived, records(by)) == [True]
    assert own_results(arrived, records(by)) == ["pass"]


WORDS = st.sampled_from([b"a", b" ", b"\t", b"  ", b"\r\n", b"\n", b"\r", b".", b"\x80", b"=", b":", b"\x0b", b"\x00"])
LINES = st.sampled_from([b"\r\n ", b"\r\n\t", b"\n ", b" ", b"  ", b"\t", b"b", b";", b"\xe3\x81\x82", b"\x0c", b"\r"])
NAMES = st.sampled_from([b"Subject", b"To", b"CC", b"Reply-To", b"X-Other", b"Content-Type", b"List-Id", b"Received"])


@settings(max_examples=150, deadline=None)
@given(
    body=st.lists(WORDS, max_size=60).map(b"".join),
    fields=st.lists(st.tuples(NAMES, st.lists(LINES, max_size=8).map(b"".join)), max_size=6),
    pieces=st.integers(0, 7),
    end=st.sampled_from([b"\r\n", b"\n"]),
)
def test_any_message_holds_after_smtp(body: bytes, fields: list[tuple[bytes, bytes]], pieces: int, end: bytes) -> None:
    by = SIGNERS["ed25519"]
    extra = b"".join(name + b": v" + value + b"." + end for name, value in fields)
    message = HEAD + extra + end + body
    signature = sign(message, by, pieces)
    try:
        arrived = over_smtp([signature + message])
    except Smuggling:
        assume(False)
        raise
    assert dkim_results(arrived, records(by)) == [True]
    assert own_results(arrived, records(by)) == ["pass"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Hello.", b"Hallo."),
        (b"Hello.\r\n", b"Hello.\r\nMore.\r\n"),
        (b"Subject: Estimate", b"Subject: Invoice"),
        (b"To: taro", b"To: jiro"),
        (b"\r\n\r\nHello", b"\r\nSubject: again\r\n\r\nHello"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nFrom: eve@aozora.example\r\n"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nSubject: first\r\n"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nCc: eve@evil.example\r\n"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nReply-To: eve@evil.example\r\n"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nContent-Type: text/html\r\n"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nDate: Sun, 22 Nov 2026 18:00:00 +0900\r\n"),
        (b"X-First: 1\r\n", b"X-First: 1\r\nMessage-ID: <2@aozora.example>\r\n"),
        (b"t=1", b"t=2"),
    ],
)
def test_what_was_changed_does_not_hold(old: bytes, new: bytes) -> None:
    by = SIGNERS["rsa"]
    message = b"X-First: 1\r\n" + MESSAGE
    arrived = sign(message, by) + message
    changed = arrived.replace(old, new, 1)
    assert changed != arrived
    assert own_results(arrived, records(by)) == ["pass"]
    assert dkim_results(changed, records(by)) == [False]
    assert own_results(changed, records(by)) == ["fail"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: Estimate", b"subject:\r\n\t Estimate  "),
        (b"Hello.\r\n", b"Hello. \r\n\r\n\r\n"),
        (b"X-First: 1\r\n", b"Received: by hop.example\r\nX-Spam: no\r\n"),
    ],
)
def test_what_servers_do_on_the_way_does_no_harm(old: bytes, new: bytes) -> None:
    by = SIGNERS["rsa"]
    message = b"X-First: 1\r\n" + MESSAGE
    changed = (sign(message, by) + message).replace(old, new, 1)
    assert dkim_results(changed, records(by)) == [True]
    assert own_results(changed, records(by)) == ["pass"]


def test_another_key_does_not_hold() -> None:
    arrived = sign(MESSAGE, SIGNERS["rsa"]) + MESSAGE
    other = {"s1._domainkey.aozora.example": record(rsa_pem("other"))}
    assert own_results(arrived, other) == ["fail"]
    assert own_results(arrived, {"s1._domainkey.aozora.example": "v=DKIM1; p="}) == ["permerror"]
    assert own_results(arrived, {}) == ["permerror"]


@pytest.mark.parametrize("name", SIGNERS)
def test_the_same_message_is_signed_the_same_however_it_comes(name: str) -> None:
    by = SIGNERS[name]
    signatures = {sign(MESSAGE, by, pieces) for pieces in (0, 1, 2, 3, 64, 10_000)}
    assert len(signatures) == 1
    signature = signatures.pop()
    assert signature.endswith(b"\r\n")
    assert all(len(line) <= 78 and line.isascii() for line in signature.split(b"\r\n"))


def test_names_are_listed_once_more_than_they_are_there() -> None:
    signature = sign(b"List-Id: <a>\r\nSender: a@b\r\n" + MESSAGE, SIGNERS["ed25519"])
    listed = b"".join(signature.split(b"h=", 1)[1].split(b";")[0].split()).split(b":")
    counts = {name: listed.count(name) for name in listed}
    assert counts == {
        **dict.fromkeys([b"from", b"to", b"subject", b"date", b"message-id"], 2),
        **dict.fromkeys(
            [
                b"cc",
                b"reply-to",
                b"in-reply-to",
                b"references",
                b"mime-version",
                b"content-type",
                b"content-transfer-encoding",
                b"sender",
                b"list-id",
            ],
            1,
        ),
    }


def test_what_the_next_server_may_add_is_not_forbidden() -> None:
    message = b"From: hanako@aozora.example\r\n\r\nHello.\r\n"
    arrived = (
        sign(message, SIGNERS["rsa"]) + b"Date: Sat, 21 Nov 2026 18:00:00 +0900\r\nMessage-ID: <9@hop>\r\n" + message
    )
    assert dkim_results(arrived, records(SIGNERS["rsa"])) == [True]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"From: a@b\r\nthis is no field\r\n\r\n", "stray-line"),
        (b"From mbox\r\nFrom: a@b\r\n\r\n", "stray-line"),
        (b" folded: first\r\n\r\n", "stray-line"),
        (b"\xe3\x81\x82: x\r\n\r\n", "stray-line"),
        (b"X: " + b"x" * 1_100_000 + b"\r\n\r\n", "header-too-large"),
    ],
)
def test_a_header_about_which_verifiers_differ_is_not_signed(head: bytes, reason: str) -> None:
    with pytest.raises(NotSignable, match=reason):
        sign(head, SIGNERS["rsa"])


def test_a_small_message_costs_little_beside_the_key() -> None:
    message = HEAD + b"\r\n" + b"".join(random.Random(1).randbytes(50).hex().encode() + b" \r\n" for _ in range(100))
    by = SIGNERS["rsa"]
    rounds = []
    for _ in range(9):
        begun = time.perf_counter()
        for _ in range(20):
            sign(message, by)
        whole = time.perf_counter() - begun
        begun = time.perf_counter()
        for _ in range(20):
            by.key.sign(message)
        rounds.append(whole / (time.perf_counter() - begun))
    assert sorted(rounds)[4] < 8, rounds
