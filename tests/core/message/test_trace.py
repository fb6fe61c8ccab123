"""The keyed mark and the Received field: nobody else can write the one, and the other gives nobody away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.core.message.trace import (
    MAX_MARKS,
    Mark,
    TraceKind,
    is_own,
    loop_reason,
    received_field,
    trace_field,
    valid_marks,
)

KEY = SigningKey("k1", b"0123456789abcdef0123456789abcdef")
NEXT_KEY = SigningKey("k2", b"fedcba9876543210fedcba9876543210")
REF = MessageRef("acme", "01hrw0000000000000000000ab")
ENVELOPE = Envelope("yamada@example.co.jp", ("sato@example.com", "suzuki@example.net"))
RECEPTION = Reception(
    datetime(2024, 3, 13, 1, 15, tzinfo=UTC),
    "192.0.2.7",
    "mail.example.co.jp",
    "ESMTPS",
    "TLSv1.3",
    "peer",
    "relay.matta.example",
    "s1",
    100,
)


def body(field: bytes) -> bytes:
    return field.partition(b":")[2].removesuffix(b"\r\n")


def mark(kind: str = "relayed", envelope: Envelope = ENVELOPE, key: SigningKey = KEY, ref: MessageRef = REF) -> bytes:
    return body(trace_field(ref, kind, envelope, key))


def test_the_field_is_folded_ascii_with_crlf() -> None:
    field = trace_field(REF, TraceKind.RELAYED, ENVELOPE, KEY)
    assert field.startswith(b"X-Matta-Trace: v1; id=01hrw0000000000000000000ab; tenant=acme;\r\n\t")
    assert field.endswith(b"\r\n")
    assert all(len(line) <= 78 for line in field.split(b"\r\n"))
    assert field.isascii()


def test_a_mark_is_verified_with_any_of_the_keys() -> None:
    for key in (KEY, NEXT_KEY):
        assert valid_marks([mark(key=key)], ENVELOPE, [KEY, NEXT_KEY]) == (
            Mark(REF.queue_id, "acme", TraceKind.RELAYED, True),
        )


def test_a_mark_refolded_on_its_way_is_still_valid() -> None:
    assert valid_marks([b" " + b" ".join(mark().split())], ENVELOPE, [KEY])


ENVELOPES = {
    "other order and case": (Envelope("other@example.co.jp", ("SUZUKI@EXAMPLE.NET", "sato@example.com")), True),
    "one recipient fewer": (Envelope("yamada@example.co.jp", ("sato@example.com",)), False),
    "another recipient": (Envelope("yamada@example.co.jp", ("sato@example.com", "tanaka@example.net")), False),
}


@pytest.mark.parametrize(("envelope", "same"), ENVELOPES.values(), ids=ENVELOPES.keys())
def test_a_mark_tells_whether_the_recipients_are_the_same(envelope: Envelope, same: bool) -> None:
    assert [found.same_envelope for found in valid_marks([mark()], envelope, [KEY])] == [same]


FORGERIES = {
    "another tenant": mark().replace(b"tenant=acme", b"tenant=evil"),
    "another kind": mark().replace(b"kind=relayed", b"kind=own"),
    "another id": mark().replace(b"ab;", b"ac;"),
    "another digest": mark().replace(b"rcpt=", b"rcpt=A"),
    "unknown key": mark(key=SigningKey("k9", b"x" * 32)),
    "wrong secret": mark(key=SigningKey("k1", b"x" * 32)),
    "no mac": mark().partition(b" mac=")[0],
    "odd mac": mark().partition(b"mac=")[0] + "mac=é".encode(),
    "another version": mark().replace(b"v1", b"v2"),
    "unknown kind": mark().replace(b"kind=relayed", b"kind=x"),
    "empty": b"",
    "garbage": b'\xff\0;;=="',
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_mark_counts_for_nothing(forged: bytes) -> None:
    assert valid_marks([forged], ENVELOPE, [KEY]) == ()


def test_without_keys_no_mark_is_valid() -> None:
    assert valid_marks([mark()], ENVELOPE, []) == ()


def test_recipients_can_not_be_tried_out_without_the_key() -> None:
    """Who knows To and Cc must not be able to confirm a Bcc by computing the digest."""
    other = trace_field(REF, "relayed", ENVELOPE, SigningKey("k1", b"another secret of 32 bytes......"))
    assert body(other).partition(b"rcpt=")[2][:32] != mark().partition(b"rcpt=")[2][:32]


def test_own_mail_is_own_for_its_tenant_sender_and_recipients_only() -> None:
    own = [mark("own")]
    assert is_own(valid_marks(own, ENVELOPE, [KEY]), "acme")
    assert not is_own(valid_marks(own, ENVELOPE, [KEY]), "other")
    assert not is_own(valid_marks(own, replace(ENVELOPE, reverse_path="evil@example.co.jp"), [KEY]), "acme")
    assert not is_own(valid_marks(own, replace(ENVELOPE, recipients=("victim@example.com",)), [KEY]), "acme")
    assert not is_own(valid_marks([mark()], ENVELOPE, [KEY]), "acme")


def passes(count: int, tenant: str = "acme", same: bool = False, kind: TraceKind = TraceKind.RELAYED) -> list[Mark]:
    return [Mark("x", tenant, kind, same)] * count


LOOPS = {
    "no mark": ([], 0, ""),
    "one pass to other recipients": (passes(1), 3, ""),
    "same recipients": (passes(1, same=True), 3, "same-recipients"),
    "same recipients of another tenant": (passes(1, "other", same=True), 3, ""),
    "own mail before its first pass": (passes(1, same=True, kind=TraceKind.OWN), 0, ""),
    "just below the number of passes": (passes(MAX_MARKS - 1), 3, ""),
    "too many passes": (passes(MAX_MARKS), 3, "too-many-passes"),
    "too many passes of others": (passes(MAX_MARKS, "other"), 3, ""),
    "100 Received fields are allowed": ([], 100, ""),
    "101 Received fields": ([], 101, "too-many-received"),
}


@pytest.mark.parametrize(("marks", "received", "expected"), LOOPS.values(), ids=LOOPS.keys())
def test_loop_reason(marks: list[Mark], received: int, expected: str) -> None:
    assert loop_reason(marks, "acme", received) == expected


def test_an_unknown_kind_of_mark_is_not_written() -> None:
    with pytest.raises(ValueError):
        trace_field(REF, "forged", ENVELOPE, KEY)


def test_received_with_several_recipients_names_none() -> None:
    assert received_field(RECEPTION, REF, ENVELOPE) == (
        b"Received: from mail.example.co.jp ([192.0.2.7])\r\n"
        b"\tby relay.matta.example with ESMTPS id 01hrw0000000000000000000ab;\r\n"
        b"\tWed, 13 Mar 2024 01:15:00 +0000\r\n"
    )


def test_received_with_one_recipient_names_it() -> None:
    assert b"\r\n\tfor <sato@example.com>;\r\n" in received_field(
        RECEPTION, REF, replace(ENVELOPE, recipients=("sato@example.com",))
    )


@pytest.mark.parametrize(
    "address",
    ["日本@example.com", "a b@example.com", "a>\r\nX: y@example.com", "postmaster", "x" * 400 + "@example.com"],
)
def test_received_leaves_out_a_recipient_that_does_not_fit(address: str) -> None:
    assert b"for" not in received_field(RECEPTION, REF, replace(ENVELOPE, recipients=(address,)))


def test_received_is_safe_whatever_the_client_said() -> None:
    reception = replace(RECEPTION, helo="evil (x)\r\nBcc: y@z <a>;", peer="2001:db8::1", protocol="", relay_host="")
    field = received_field(reception, REF, ENVELOPE)
    assert field.startswith(b"Received: from evilxBcc:y@za ([IPv6:2001:db8::1])\r\n\tby localhost with ESMTP id ")
    assert field.count(b"\r\n") == 3
    assert field.isascii()
