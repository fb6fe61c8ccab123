"""Sealed passwords: opened by their own message with a key that is still there, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold.sealed import NONCE_BYTES, CannotUnseal, seal, unseal
from shared.core.message.keys import SigningKey
from tests.support.records import make_ref

OLD, NEW = SigningKey("k1", b"0" * 32), SigningKey("k2", b"1" * 32)
NONCE = b"n" * NONCE_BYTES


@given(st.text(max_size=100), st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES))
def test_what_was_sealed_opens(text: str, nonce: bytes) -> None:
    sealed = seal(text, make_ref(), OLD, nonce)
    assert unseal(sealed, make_ref(), (NEW, OLD)) == text
    if len(text) > 3:
        assert text.encode() not in sealed


def test_it_opens_after_a_rotation_until_the_old_key_is_taken_out() -> None:
    sealed = seal("pa55", make_ref(), OLD, NONCE)
    assert unseal(sealed, make_ref(), (NEW, OLD)) == "pa55"
    with pytest.raises(CannotUnseal):
        unseal(sealed, make_ref(), (NEW,))


def test_it_does_not_open_for_another_message_or_tenant() -> None:
    sealed = seal("pa55", make_ref(1), OLD, NONCE)
    for other in (make_ref(2), make_ref(1, tenant="other")):
        with pytest.raises(CannotUnseal):
            unseal(sealed, other, (OLD,))


@given(st.binary(max_size=80))
def test_garbage_does_not_open(garbage: bytes) -> None:
    with pytest.raises(CannotUnseal):
        unseal(garbage, make_ref(), (OLD, NEW))


def test_one_changed_bit_is_noticed() -> None:
    sealed = seal("pa55", make_ref(), OLD, NONCE)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotUnseal):
            unseal(bytes(changed), make_ref(), (OLD, NEW))
