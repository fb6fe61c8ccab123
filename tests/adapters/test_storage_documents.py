"""Documents in rows: exact, within the bounds of properties and rows, small where they repeat themselves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters import storage_documents
from shared.adapters.storage_documents import LARGEST, PIECE, pack, unpack
from shared.errors import PermanentError

text = st.text(st.characters(exclude_categories=["Cs"]))
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5).filter(lambda d: "$" not in d),
    max_leaves=20,
)


@given(documents)
def test_any_document_comes_back_equal(document: object) -> None:
    assert unpack(pack({"x": document}, "row")) == {"x": document}


@given(documents)
def test_a_folded_document_comes_back_equal(document: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_documents, "_FOLD_FROM", -1)
        properties = pack({"x": document}, "row")
    assert unpack(properties) == {"x": document}


def noise(count: int) -> str:
    return "".join(random.Random(count).choices("0123456789abcdef", k=count))


def test_a_long_document_is_split_into_properties_that_storage_takes() -> None:
    document = [noise(30_000 + number) for number in range(10)]
    properties = pack(document, "row")
    assert list(properties) == [f"d{number}" for number in range(len(properties))]
    assert len(properties) > 2
    assert max(map(len, properties.values())) == PIECE
    assert unpack(properties) == document


def test_texts_that_repeat_far_apart_are_stored_once() -> None:
    texts = [noise(40_000 + number) for number in range(5)]
    once = sum(map(len, pack(texts, "row").values()))
    often = sum(map(len, pack(texts * 8, "row").values()))
    assert often < once * 1.01


def test_the_largest_document_fits_and_one_beyond_it_is_refused_for_good() -> None:
    fits = [noise(LARGEST * 2 - 400_000)]
    assert unpack(pack(fits, "row")) == fits
    with pytest.raises(PermanentError, match="row of message 7 is too large"):
        pack([noise(LARGEST * 2 + 100_000)], "row of message 7")
