"""Canonical bodies: RFC 6376's examples, and any pieces give what the whole gives."""

from __future__ import annotations

import hashlib
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.signing.body_hash import BodyHash, Canonical, hash_body

EXAMPLE = b" C \r\nD \t E\r\n\r\n\r\n"
"""RFC 6376 section 3.4.5."""


@pytest.mark.parametrize(
    ("canonical", "body", "form"),
    [
        ("relaxed", EXAMPLE, b" C\r\nD E\r\n"),
        ("simple", EXAMPLE, b" C \r\nD \t E\r\n"),
        ("relaxed", b"", b""),
        ("simple", b"", b"\r\n"),
        ("relaxed", b"\r\n \r\n\t", b""),
        ("simple", b"\r\n\r\n", b"\r\n"),
        ("relaxed", b"a\nb\n", b"a\r\nb\r\n"),
        ("relaxed", b"a\rb\r", b"a\rb\r\r\n"),
        ("relaxed", b"a  ", b"a\r\n"),
        ("relaxed", b"\r\n\r\na", b"\r\n\r\na\r\n"),
    ],
)
def test_canonical_forms(canonical: Canonical, body: bytes, form: bytes) -> None:
    assert hash_body([body], lambda: BodyHash(canonical)) == hashlib.sha256(form).digest()


def test_a_length_counts_canonical_bytes() -> None:
    assert hash_body([EXAMPLE], lambda: BodyHash("relaxed", length=4)) == hashlib.sha256(b" C\r\n").digest()


@given(st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r", b"\n", b"\r\n", b"  \r\n"])), st.data())
def test_pieces_make_no_difference(words: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    canonical: Canonical = data.draw(st.sampled_from(["simple", "relaxed"]))
    assert hash_body(pieces, lambda: BodyHash(canonical)) == hash_body([whole], lambda: BodyHash(canonical))


@pytest.mark.parametrize(
    "unit", [b"x", b"\r\n", b" ", b"word \t word\r\n"], ids=["one-line", "blank", "spaces", "text"]
)
def test_a_large_body_costs_no_memory(unit: bytes) -> None:
    chunk = unit * (1_000_000 // len(unit))
    tracemalloc.start()
    try:
        hash_body(chunk for _ in range(20))
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()
