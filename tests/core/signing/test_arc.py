"""ARC chains: what Matta seals holds for dkimpy, what dkimpy seals holds for Matta, and both see what is broken."""

from __future__ import annotations

from datetime import UTC, datetime

import dkim
import pytest

from shared.core.signing.arc_chain import ChainStatus, check_chain, read_chain
from shared.core.signing.arc_seal import arc_set, comes_signed
from shared.core.signing.body_hash import hash_body
from shared.core.signing.dkim_check import check_signatures, read_signatures
from shared.core.signing.dkim_sign import Signer, dkim_signature
from shared.core.signing.head import read_fields, split
from shared.core.signing.signature import Records, hash_bodies
from tests.support.signing import arc_result, dkim_results, ed25519_pem, over_smtp, record, rsa_pem, signer

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
MESSAGE = (
    b"From: hanako@aozora.example\r\nTo: taro@partner.example\r\nSubject: Estimate\r\n"
    b"Date: Sat, 21 Nov 2026 18:00:00 +0900\r\nMessage-ID: <1@aozora.example>\r\n\r\nHello.\r\n"
)
AUTHOR = signer(rsa_pem(), "aozora.example")
HOPS = [signer(rsa_pem(name), f"{name}.example", "arc") for name in ("one", "two", "three")]
PUBLISHED = {f"{one.selector}._domainkey.{one.domain}": one.key.record() for one in (AUTHOR, *HOPS)}
RECORDS: Records = {name: (text,) for name, text in PUBLISHED.items()}


def signed() -> bytes:
    """The message with its author's signature."""
    head, body = split([MESSAGE])
    return dkim_signature(read_fields(head), hash_body(body), AUTHOR, AT) + MESSAGE


def look(message: bytes, records: Records = RECORDS) -> tuple[ChainStatus, list[str]]:
    """What Matta finds: the chain, and each DKIM signature."""
    fields = read_fields(split([message])[0])
    chain, signatures = read_chain(fields), read_signatures(fields)
    wanted = [*(one for one in signatures if one is not None), *chain.signatures()]
    digests = hash_bodies(lambda: split([message])[1], wanted)
    checked = check_signatures(signatures, fields, digests, records, AT)
    return check_chain(chain, fields, digests, records, AT), [one.result for one in checked]


def seal(message: bytes, by: Signer, *, changed: bytes | None = None, records: Records = RECORDS) -> bytes:
    """What leaves: ``changed`` if the message is changed on its way, with a set over it."""
    fields = read_fields(split([message])[0])
    chain, signatures = read_chain(fields), read_signatures(fields)
    wanted = [*(one for one in signatures if one is not None), *chain.signatures()]
    digests = hash_bodies(lambda: split([message])[1], wanted)
    outgoing = message if changed is None else changed
    head, body = split([outgoing])
    made = arc_set(
        chain,
        check_chain(chain, fields, digests, records, AT),
        check_signatures(signatures, fields, digests, records, AT),
        read_fields(head),
        hash_body(body),
        by,
        "matta.example",
        AT,
    )
    return made + outgoing


def test_a_chain_grows_and_holds() -> None:
    message = signed()
    for number, hop in enumerate(HOPS, start=1):
        message = over_smtp([seal(message, hop)])
        assert arc_result(message, PUBLISHED) == "pass"
        assert look(message) == ("pass", ["pass"])
        assert message.startswith(b"ARC-Seal: i=%d; " % number)
        assert b"cv=none" in message if number == 1 else b"cv=pass" in message
    assert b"ARC-Authentication-Results: i=1; matta.example;\r\n\tdkim=pass header.d=aozora.example" in message
    assert b"ARC-Authentication-Results: i=3; matta.example;\r\n\tdkim=pass header.d=aozora.example" in message


def test_a_change_on_the_way_breaks_dkim_and_not_the_chain() -> None:
    message = signed()
    sealed = over_smtp([seal(message, HOPS[0], changed=message.replace(b"Hello.", b"Hello. (checked)"))])
    assert dkim_results(sealed, PUBLISHED) == [False]
    assert look(sealed) == ("pass", ["fail"])
    assert arc_result(sealed, PUBLISHED) == "pass"
    again = over_smtp([seal(sealed, HOPS[1])])
    assert b"i=2; matta.example;\r\n\tdkim=fail header.d=aozora.example" in again
    assert (look(again)[0], arc_result(again, PUBLISHED)) == ("pass", "pass")


def test_what_dkimpy_seals_holds() -> None:
    message = b"Authentication-Results: one.example; arc=none; dkim=pass header.d=aozora.example\r\n" + signed()
    made = dkim.arc_sign(message, b"arc", b"one.example", rsa_pem("one").encode(), b"one.example")
    sealed = b"".join(made) + message
    assert look(sealed)[0] == "pass"
    assert arc_result(over_smtp([seal(sealed, HOPS[1])]), PUBLISHED) == "pass"


BREAKS = [
    ("message changed", b"Hello.", b"Hallo.", "fail"),
    ("results changed", b"i=1; matta.example;\r\n\tdkim=pass", b"i=1; matta.example;\r\n\tdkim=fail", "fail"),
    ("set missing", b"ARC-Message-Signature: i=1;", b"X-Gone: i=1;", "fail"),
    ("instance twice", b"ARC-Seal: i=2;", b"ARC-Seal: i=1;", "fail"),
    ("instance too high", b"ARC-Seal: i=2;", b"ARC-Seal: i=51;", "fail"),
    ("no instance", b"ARC-Seal: i=2;", b"ARC-Seal: x=2;", "fail"),
    ("chain value of the first", b"cv=none", b"cv=pass", "fail"),
    ("seal unreadable", b"ARC-Seal: i=2; a=rsa-sha256", b"ARC-Seal: i=2; a=rsa-sha1", "fail"),
    ("added on top", b"ARC-Seal: i=2;", b"X-Spam: no\r\nReceived: by x\r\nARC-Seal: i=2;", "pass"),
]


@pytest.mark.parametrize(("old", "new", "status"), [case[1:] for case in BREAKS], ids=[case[0] for case in BREAKS])
def test_a_broken_chain_is_seen(old: bytes, new: bytes, status: str) -> None:
    chain = seal(seal(signed(), HOPS[0]), HOPS[1])
    changed = chain.replace(old, new, 1)
    assert changed != chain
    assert look(changed)[0] == status
    assert arc_result(changed, PUBLISHED) == status


def test_a_failed_chain_is_sealed_as_failed_once_and_then_left() -> None:
    broken = seal(seal(signed(), HOPS[0]), HOPS[1]).replace(b"Hello.", b"Hallo.")
    sealed = seal(broken, HOPS[2])
    assert sealed.startswith(b"ARC-Seal: i=3; a=rsa-sha256; t=")
    assert b"cv=fail" in sealed
    assert b"arc=fail" in sealed
    assert look(sealed)[0] == "fail"
    assert arc_result(sealed, PUBLISHED) in ("ended", "fail")
    assert seal(sealed, HOPS[0]) == sealed


def test_the_seal_of_a_failed_chain_is_over_its_own_set_alone() -> None:
    broken = seal(signed(), HOPS[0]).replace(b"Hello.", b"Hallo.")
    sealed = seal(broken, HOPS[1])
    checker = dkim.ARC(sealed[: len(sealed) - len(broken)] + MESSAGE)
    _, headers = checker.sorted_arc_headers()
    assert checker.verify_instance(headers, 2, dnsfunc=lambda name, timeout: HOPS[1].key.record().encode())["as-valid"]


def test_a_chain_of_fifty_is_not_added_to() -> None:
    message = signed()
    for _ in range(50):
        message = seal(message, HOPS[0])
    assert message.startswith(b"ARC-Seal: i=50; ")
    assert look(message)[0] == "pass"
    assert seal(message, HOPS[0]) == message


def test_a_key_that_cannot_be_had_now_breaks_nothing() -> None:
    chain = seal(signed(), HOPS[0])
    records = {**RECORDS, "arc._domainkey.one.example": None}
    assert look(chain, records) == ("temperror", ["pass"])
    assert seal(chain, HOPS[1], records=records) == chain
    gone = {**RECORDS, "arc._domainkey.one.example": ()}
    assert look(chain, gone)[0] == "fail"


def test_ed25519_seals_nothing() -> None:
    assert seal(signed(), signer(ed25519_pem())) == signed()


@pytest.mark.parametrize(
    ("head", "is_signed"),
    [
        (b"DKIM-Signature: x\r\n", True),
        (b"arc-seal: x\r\n", True),
        (b"ARC-Authentication-Results: x\r\n", True),
        (b"Authentication-Results: matta.example; dkim=pass\r\n", False),
        (b"", False),
    ],
)
def test_which_mail_comes_signed(head: bytes, is_signed: bool) -> None:
    assert comes_signed(read_fields(head + b"From: a@b\r\n")) is is_signed


def test_results_that_somebody_wrote_in_mattas_name_are_not_taken_over() -> None:
    forged = b"Authentication-Results: matta.example; dkim=pass header.d=bank.example\r\n" + MESSAGE
    sealed = seal(forged, HOPS[0])
    results = sealed.split(b"ARC-Authentication-Results: ")[1].split(b"\r\nAuthentication-Results")[0]
    assert results == b"i=1; matta.example;\r\n\tdkim=none;\r\n\tarc=none"
    assert record(rsa_pem("one")) == HOPS[0].key.record()
