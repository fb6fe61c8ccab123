"""Parse and facts: ``build_facts`` ÷ Python's ``email`` package on a large message and on a small one."""

from __future__ import annotations

import base64
import email
import email.policy
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable

from bench.rounds import interleave
from bench.rows import Row
from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope
from shared.core.message.facts import MessageFacts

_RECIPIENTS = 10
_SMALL_ATTACHMENT = 4_500
_LARGE_ATTACHMENT = 18_500_000
_DOMAINS = frozenset({"example.co.jp"})


def _message(attachment: int) -> bytes:
    """A message as Exchange Online hands it over: trace headers, ten named recipients, two texts, one attachment of that size."""
    received = "".join(
        f"Received: from TY{hop}PR01.example.com (2603:1096:400::{hop})\r\n by OS{hop}PR01.example.com (2603:1096:604::{hop}) with\r\n"
        f" Microsoft SMTP Server (version=TLS1_2, cipher=TLS_AES_256_GCM_SHA384) id\r\n 15.20.7409.{hop}; Wed, 13 Mar 2024 00:00:0{hop} +0000\r\n"
        for hop in range(4)
    )
    names = [f"=?utf-8?B?{base64.b64encode(f'田中 太郎{number}'.encode()).decode()}?=" for number in range(_RECIPIENTS)]
    to = ",\r\n ".join(f"{name} <user{number}@example{number % 3}.com>" for number, name in enumerate(names))
    content = base64.encodebytes(random.Random(attachment).randbytes(attachment)).replace(b"\n", b"\r\n").decode()
    return (
        f"{received}From: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <yamada@example.co.jp>\r\nTo: {to}\r\n"
        "Subject: =?utf-8?B?6KaL56mN5pu444Gu5Lu2?=\r\nDate: Wed, 13 Mar 2024 09:00:00 +0900\r\nMessage-ID: <1@example.co.jp>\r\n"
        "Thread-Topic: quotation\r\nThread-Index: Adp1AAAA\r\nAccept-Language: ja-JP, en-US\r\nContent-Language: ja-JP\r\nX-MS-Has-Attach: yes\r\n"
        "X-MS-TNEF-Correlator:\r\nX-Originating-IP: [192.0.2.1]\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="_004_TYAPR01MB0001_"\r\n\r\n--_004_TYAPR01MB0001_\r\n'
        'Content-Type: multipart/alternative; boundary="_000_TYAPR01MB0001_"\r\n\r\n--_000_TYAPR01MB0001_\r\n'
        'Content-Type: text/plain; charset="utf-8"\r\n\r\nHello\r\n--_000_TYAPR01MB0001_\r\n'
        'Content-Type: text/html; charset="utf-8"\r\n\r\n<p>Hello</p>\r\n--_000_TYAPR01MB0001_--\r\n\r\n--_004_TYAPR01MB0001_\r\n'
        'Content-Type: application/pdf; name="=?utf-8?B?6KaL56mN5pu4LnBkZg==?="\r\n'
        'Content-Disposition: attachment; filename="=?utf-8?B?6KaL56mN5pu4LnBkZg==?="\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{content}--_004_TYAPR01MB0001_--\r\n"
    ).encode()


def _ours(data: bytes) -> MessageFacts:
    recipients = tuple(f"user{number}@example{number % 3}.com" for number in range(_RECIPIENTS))
    return build_facts(data, Envelope("yamada@example.co.jp", recipients), internal_domains=_DOMAINS)


def _facts_by_email(data: bytes) -> tuple[object, ...]:
    """The same facts as far as ``email`` gives them: addresses, subject, date, headers, attachments with decoded sizes."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    addresses = [
        address.addr_spec for name in ("from", "to", "cc") if message[name] for address in message[name].addresses
    ]
    attachments = [
        (part.get_filename(), len(part.get_payload(decode=True) or b"")) for part in message.iter_attachments()
    ]
    return (
        str(message["subject"]),
        message["date"].datetime,
        addresses,
        attachments,
        [(name, str(value)) for name, value in message.items()],
    )


def _seconds(work: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def run(quick: bool = False) -> list[Row]:
    """Three rows: time of a large message, memory of it beyond its own bytes, time of a small one."""
    large, small = _message(_LARGE_ATTACHMENT), _message(_SMALL_ATTACHMENT)
    rounds = 3 if quick else 9
    big = interleave(
        lambda: _seconds(lambda: _ours(large), 1), lambda: _seconds(lambda: email.message_from_bytes(large), 1), rounds
    )
    little = interleave(
        lambda: _seconds(lambda: _ours(small), 20), lambda: _seconds(lambda: _facts_by_email(small), 5), rounds * 2
    )
    ours_peak, email_peak = _peak(lambda: _ours(large)), _peak(lambda: email.message_from_bytes(large))
    return [
        Row(
            "parse and facts of 25 MB ÷ email.message_from_bytes, time",
            f"{statistics.median(big.ours) * 1000:.1f} ms",
            f"{statistics.median(big.baseline) * 1000:.0f} ms",
            big.ratio,
            f"{min(big.ratios):.3f}–{max(big.ratios):.3f}",
            "<= 0.05",
            "ours also finds the facts, email only parses",
        ),
        Row(
            "parse and facts of 25 MB, peak memory beyond the bytes ÷ size",
            f"{ours_peak / 1e6:.2f} MB",
            f"{len(large) / 1e6:.1f} MB",
            ours_peak / len(large),
            "one run",
            "<= 0.1",
            f"by tracemalloc; email.message_from_bytes: {email_peak / len(large):.1f}",
        ),
        Row(
            "facts of 10 KB ÷ email with policy default",
            f"{statistics.median(little.ours) * 1000:.2f} ms",
            f"{statistics.median(little.baseline) * 1000:.2f} ms",
            little.ratio,
            f"{min(little.ratios):.3f}–{max(little.ratios):.3f}",
            "<= 0.15",
            f"{len(small)} bytes, {_RECIPIENTS} recipients",
        ),
    ]
