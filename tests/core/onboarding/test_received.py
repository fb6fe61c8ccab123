"""Received fields of the world's servers, and of people who write what they like into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.onboarding.received import MOST_FIELDS, received_hops

EXCHANGE = (
    b"Received: from TYCP286MB1234.JPNP286.PROD.OUTLOOK.COM (2603:1096:400:2b::10)\r\n"
    b" by OS3P286MB0001.JPNP286.PROD.OUTLOOK.COM with HTTPS; Sun, 22 Nov 2026\r\n 03:00:05 +0000\r\n"
    b"Received: from a.example ([192.0.2.1]) by\r\n\tTYCP286MB1234.JPNP286.PROD.OUTLOOK.COM with ESMTP id 1;\r\n"
    b"\tSun, 22 Nov 2026 12:00:01 +0900 (JST)\r\n"
)


def test_the_first_server_comes_first() -> None:
    found = received_hops(EXCHANGE + b"Subject: x\r\n\r\nReceived: by body; Sun, 22 Nov 2026 03:00:00 +0000\r\n")
    assert [(hop.name, hop.at.isoformat()) for hop in found] == [
        ("TYCP286MB1234.JPNP286.PROD.OUTLOOK.COM", "2026-11-22T03:00:01+00:00"),
        ("OS3P286MB0001.JPNP286.PROD.OUTLOOK.COM", "2026-11-22T03:00:05+00:00"),
    ]


@pytest.mark.parametrize(
    "field",
    [b"no date", b"by x; yesterday", b"by x;", b"by x; 99999999999999999999999 Nov 2026 00:00:00 +0000", b";",
     b"by x; Sun, 22 Nov 9999 03:00:05 -2359", b"by x; Sun, 22 Nov 1926 03:00:05 +0000"],
)  # fmt: skip
def test_what_has_no_time_is_left_out(field: bytes) -> None:
    assert received_hops(b"Received: " + field + b"\r\n" + EXCHANGE)[:2] == received_hops(EXCHANGE)
    assert len(received_hops(b"Received: " + field + b"\r\n" + EXCHANGE)) == 2


def test_names_are_cut_and_have_no_control_characters() -> None:
    (hop,) = received_hops(
        b"received : by \x1b]0;" + b"a" * 3000 + b"\xe2\x80\xae; Sun, 22 Nov 2026 03:00:05 +0000\r\n"
    )
    assert len(hop.name) <= 255
    assert hop.name.isprintable()


def test_only_so_many_are_read() -> None:
    assert len(received_hops(EXCHANGE * 500)) == MOST_FIELDS


@given(st.binary(max_size=400))
def test_whatever_stands_there_nothing_breaks(junk: bytes) -> None:
    received_hops(b"Received:" + junk)
    received_hops(b"Received: by x; " + junk)
