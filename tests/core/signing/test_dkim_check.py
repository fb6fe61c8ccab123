"""Checking signatures: the RFC's own example, dkimpy's in every form, and what is no signature at all."""

from __future__ import annotations

from datetime import UTC, datetime

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.signing.dkim_check import MOST_SIGNATURES, check_signatures, read_signatures
from shared.core.signing.head import read_fields, split
from shared.core.signing.signature import Records, hash_bodies
from tests.support.signing import ed25519_pem, ed25519_seed, record, rsa_pem

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)

RFC_8463_EXAMPLE = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
"""RFC 8463, appendix A."""
RFC_8463_KEYS: Records = {
    "brisbane._domainkey.football.example.com": ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",),
    "test._domainkey.football.example.com": (
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
        "Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kr"
        "yOTIKT+l/K4w3QIDAQAB",
    ),
}
MESSAGE = b"From: a@aozora.example\r\nSubject:  two  words \r\n\tfolded\r\n\r\nOne  two \r\n three\r\n\r\n\r\n"
NAME = "s1._domainkey.aozora.example"


def check(message: bytes, records: Records, at: datetime = AT) -> list[str]:
    """Each signature's worth."""
    fields = read_fields(split([message])[0])
    signatures = read_signatures(fields)
    digests = hash_bodies(lambda: split([message])[1], [one for one in signatures if one is not None])
    return [one.result for one in check_signatures(signatures, fields, digests, records, at)]


def by_dkimpy(*, canonical: tuple[bytes, bytes] = (b"relaxed", b"relaxed"), length: bool = False) -> bytes:
    """The message with a signature that dkimpy made."""
    made = dkim.sign(MESSAGE, b"s1", b"aozora.example", rsa_pem().encode(), canonicalize=canonical, length=length)
    return bytes(made) + MESSAGE


def test_the_example_of_rfc_8463_holds() -> None:
    assert check(RFC_8463_EXAMPLE, RFC_8463_KEYS) == ["pass", "pass"]
    assert check(RFC_8463_EXAMPLE.replace(b"dinner", b"Dinner"), RFC_8463_KEYS) == ["fail", "fail"]


@pytest.mark.parametrize("head", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
@pytest.mark.parametrize("length", [False, True])
def test_what_dkimpy_signs_holds(head: bytes, body: bytes, length: bool) -> None:
    message = by_dkimpy(canonical=(head, body), length=length)
    records: Records = {NAME: (record(rsa_pem()),)}
    assert check(message, records) == ["pass"]
    assert check(message.replace(b"three", b"four!"), records) == ["fail"]
    # "relaxed" bears other spaces in a field, "simple" does not.
    spaced = message.replace(b"two  words", b"two words")
    assert check(spaced, records) == ["pass" if head == b"relaxed" else "fail"]
    # What was put behind the length of a signature is nobody's: an ARC set must not vouch for it.
    assert check(message + b"more\r\n", records) == ["policy" if length else "fail"]


def test_what_dkimpy_signs_with_ed25519_holds() -> None:
    pem = ed25519_pem()
    made = dkim.sign(
        MESSAGE, b"s1", b"aozora.example", ed25519_seed(pem), signature_algorithm=b"ed25519-sha256", linesep=b"\r\n"
    )
    assert check(bytes(made) + MESSAGE, {NAME: (record(pem),)}) == ["pass"]


KEY = record(rsa_pem())
RECORD_CASES: list[tuple[str, tuple[str, ...] | None, str]] = [
    ("published", (KEY,), "pass"),
    ("no version", (KEY.removeprefix("v=DKIM1; "),), "pass"),
    ("beside another text", ("v=spf1 -all", KEY), "pass"),
    ("folded", (KEY.replace("p=", "p= ").replace("AQAB", "AQ AB"),), "pass"),
    ("for mail", (KEY + "; s=email; t=y:s; n=note",), "pass"),
    ("not there", (), "permerror"),
    ("revoked", ("v=DKIM1; k=rsa; p=",), "permerror"),
    ("another version", (KEY.replace("DKIM1", "DKIM2"),), "permerror"),
    ("another service", (KEY + "; s=tlsrpt",), "permerror"),
    ("another hash", (KEY + "; h=sha1",), "fail"),
    ("another kind", (record(ed25519_pem()),), "fail"),
    ("another key", (record(rsa_pem("2", 1024)),), "fail"),
    ("no base64", ("v=DKIM1; p=!!!!",), "permerror"),
    ("no key", ("v=DKIM1; p=AAAA",), "permerror"),
    ("no tags", ("hello",), "permerror"),
    ("no answer", None, "temperror"),
]


@pytest.mark.parametrize(
    ("published", "result"), [case[1:] for case in RECORD_CASES], ids=[case[0] for case in RECORD_CASES]
)
def test_records(published: tuple[str, ...] | None, result: str) -> None:
    assert check(by_dkimpy(), {NAME: published}) == [result]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"v=1", b"v=2"),
        (b"a=rsa-sha256", b"a=rsa-sha1"),
        (b"a=rsa-sha256", b"a=rsa-sha256; a=rsa-sha256"),
        (b"d=aozora.example", b"d=aozora.example/../x"),
        (b"i=@aozora.example", b"i=@other.example"),
        (b"bh=", b"bh=!"),
        (b" h=", b" h=to; y="),
        (b"c=relaxed", b"c=loose"),
        (b"v=1;", b"v=1; l=-1;"),
        (b"v=1;", b"\xe3\x81\x82;"),
        (b"v=1;", b""),
    ],
)
def test_what_cannot_be_read_is_an_error_for_good(old: bytes, new: bytes) -> None:
    message = by_dkimpy()
    changed = message.replace(old, new, 1)
    assert changed != message
    assert check(changed, {NAME: (KEY,)}) == ["permerror"]


def test_a_signature_ends() -> None:
    message = by_dkimpy().replace(b"v=1;", b"v=1; x=1500000000;", 1)
    assert check(message, {NAME: (KEY,)}) == ["fail"]


def test_only_the_first_signatures_are_looked_at() -> None:
    message = b"DKIM-Signature: nonsense\r\n" * 100 + MESSAGE
    assert check(message, {}) == ["permerror"] * MOST_SIGNATURES


@given(
    st.lists(st.sampled_from(["v=1", "a=rsa-sha256", "b=", "bh=AA==", "d=a.b", "s=x", "h=from", "i=", "=", " ", "x"]))
)
def test_any_field_gets_an_answer(pieces: list[str]) -> None:
    message = b"DKIM-Signature: " + ";".join(pieces).encode() + b"\r\n" + MESSAGE
    assert check(message, {}) == ["permerror"]
