"""Names as pieces of Table keys: always safe, never confused, never too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.storage_keys import inverted, safe_key


@given(st.text(max_size=60), st.text(max_size=60))
def test_different_names_have_different_keys_of_safe_characters(one: str, other: str) -> None:
    keys = [safe_key(name, 80) for name in (one, other)]
    assert (keys[0] == keys[1]) is (one == other)
    for key in keys:
        assert len(key) <= 80
        assert not set(key) & set("/\\#?:'%\t\n\r")
        assert key.isascii()


@given(st.integers(0, 10**8 - 1), st.integers(0, 10**8 - 1))
def test_larger_numbers_sort_first(one: int, other: int) -> None:
    assert (inverted(one, 8) < inverted(other, 8)) is (one > other)


@pytest.mark.parametrize("number", [-1, 10**8])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        inverted(number, 8)
