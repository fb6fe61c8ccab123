"""What keys and secrets are called in the vault: safe names, and never one for two."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.secrets_vault_names import KEY_PREFIX, LONG_PREFIX, SECRET_PREFIX, key_name, secret_name
from shared.core.message.keys import PURPOSES

VAULT_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
NAMES = st.text(max_size=60) | st.text(alphabet="aAxX-4 待", max_size=12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nexthop1", "matta-secret-nexthop1"),
        ("next-hop", "matta-secret-next--hop"),
        ("Kunde 1", "matta-secret--x4bunde-x201"),
        ("a_b", "matta-secret-a-x5fb"),
        ("待", "matta-secret--xe5-xbe-x85"),
        ("", "matta-secret-"),
    ],
)
def test_names_can_be_told_beforehand(name: str, expected: str) -> None:
    assert secret_name(name) == expected


@given(NAMES)
def test_every_name_is_one_that_a_vault_takes(name: str) -> None:
    assert VAULT_NAME.fullmatch(secret_name(name))
    assert secret_name(name).startswith((SECRET_PREFIX, LONG_PREFIX))


@given(NAMES, NAMES)
def test_two_names_are_never_one_in_a_vault_that_knows_no_case(one: str, other: str) -> None:
    assert (secret_name(one).lower() == secret_name(other).lower()) == (one == other)


@pytest.mark.parametrize("name", ["key-link", "../keys/link", "a/b?api-version=1", "matta-key-link", "x" * 500])
def test_no_secret_is_a_key_of_mattas(name: str) -> None:
    assert not secret_name(name).startswith(KEY_PREFIX)
    assert VAULT_NAME.fullmatch(secret_name(name))


def test_long_names_differ_by_their_ends() -> None:
    assert secret_name("x" * 200 + "1") != secret_name("x" * 200 + "2")


def test_purposes_are_called_by_their_names() -> None:
    assert [key_name(purpose) for purpose in PURPOSES] == [f"matta-key-{purpose}" for purpose in PURPOSES]
    assert [key_name(bad) for bad in ("", "a/b", "A", "-a", "待")] == [""] * 5
