"""Splices: what they name changes, and not a byte more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.spans import Span
from shared.core.transform.splice import OverlappingSplices, Splice, apply


def applied(data: bytes, *splices: Splice) -> bytes:
    return b"".join(apply(data, splices))


@given(st.binary(max_size=2000))
def test_no_splice_no_change(data: bytes) -> None:
    assert applied(data) == data


@given(st.binary(max_size=200), st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=6))
def test_splices_that_put_back_what_was_there_change_nothing(data: bytes, ranges: list[tuple[int, int]]) -> None:
    size = len(data)
    splices, position = [], 0
    for start, end in sorted((min(a, b), max(a, b)) for a, b in ranges):
        if start >= position and end <= size:
            splices.append(Splice(Span(start, end), data[start:end]))
            position = end
    assert applied(data, *splices) == data


def test_replacing_removing_inserting_and_streaming() -> None:
    assert (
        applied(
            b"0123456789",
            Splice(Span(8, 9), lambda: [b"e", b"i"]),
            Splice(Span(0, 1), b""),
            Splice(Span(4, 4), b"<"),
            Splice(Span(4, 4), b">"),
            Splice(Span(10, 10), b"!"),
        )
        == b"123<>4567ei9!"
    )


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param([Span(0, 3), Span(2, 4)], id="overlap"),
        pytest.param([Span(0, 99)], id="beyond-the-end"),
        pytest.param([Span(3, 2)], id="backwards"),
        pytest.param([Span(-1, 2)], id="before-the-start"),
    ],
)
def test_splices_that_cannot_be_meant_are_refused(spans: list[Span]) -> None:
    with pytest.raises(OverlappingSplices):
        applied(b"0123456789", *(Splice(span, b"") for span in spans))
