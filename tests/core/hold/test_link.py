"""Link tokens: only ours open, only in time, only for what they were made for."""

from __future__ import annotations

import base64
import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.hold.link import (
    LONGEST_TOKEN,
    LinkClaims,
    LinkExpired,
    LinkForged,
    Purpose,
    read_link,
    sign_link,
    sign_step,
    step_is_ours,
)
from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OLD_KEY = SigningKey("2025", b"o" * 32)
KEY = SigningKey("2026", b"n" * 32)
CLAIMS = LinkClaims(
    MessageRef("acme", "01kjrz0000aaaaaaaaaaaaaaaa"),
    "hanako@acme.example",
    Purpose.HOLD,
    NOW,
    NOW + timedelta(days=7),
)


def test_what_was_signed_is_read_back() -> None:
    assert read_link(sign_link(CLAIMS, KEY), (KEY,), NOW) == CLAIMS


def test_a_token_is_safe_in_a_path_and_short() -> None:
    token = sign_link(CLAIMS, KEY)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    assert len(token) < 250


@given(person=st.text(st.characters(exclude_categories=["Cs"]), max_size=320))
def test_any_address_survives(person: str) -> None:
    claims = replace(CLAIMS, person=person)
    try:
        token = sign_link(claims, KEY)
    except ValueError:
        assert len(person.encode()) > 1000
        return
    assert read_link(token, (KEY,), NOW) == claims


def test_a_link_of_the_old_key_works_after_rotation() -> None:
    assert read_link(sign_link(CLAIMS, OLD_KEY), (KEY, OLD_KEY), NOW) == CLAIMS


def test_a_link_dies_with_its_key() -> None:
    with pytest.raises(LinkForged):
        read_link(sign_link(CLAIMS, OLD_KEY), (KEY,), NOW)


@pytest.mark.parametrize(
    ("later", "alive"),
    [
        pytest.param(timedelta(days=7) - timedelta(seconds=1), True, id="the last second"),
        pytest.param(timedelta(days=7), False, id="the moment of expiry"),
        pytest.param(timedelta(days=700), False, id="long after"),
    ],
)
def test_a_link_opens_until_it_expires(later: timedelta, alive: bool) -> None:
    token = sign_link(CLAIMS, KEY)
    if alive:
        assert read_link(token, (KEY,), NOW + later) == CLAIMS
    else:
        with pytest.raises(LinkExpired) as caught:
            read_link(token, (KEY,), NOW + later)
        assert caught.value.claims == CLAIMS


def test_an_expired_forgery_is_told_nothing_of_expiry() -> None:
    token = sign_link(CLAIMS, replace(KEY, secret=b"x" * 32))
    with pytest.raises(LinkForged):
        read_link(token, (KEY,), NOW + timedelta(days=700))


def _resigned(change: int, value: object) -> str:
    """A token whose payload was changed by somebody without the key; the old signature stays."""
    payload, _, signature = sign_link(CLAIMS, KEY).partition(".")
    fields = json.loads(base64.urlsafe_b64decode(payload + "=="))
    fields[change] = value
    text = base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).rstrip(b"=").decode()
    return f"{text}.{signature}"


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param(".", id="a dot"),
        pytest.param("abc", id="no signature"),
        pytest.param("a.b.c", id="three pieces"),
        pytest.param("é" * 40 + ".x", id="not ASCII"),
        pytest.param("A" * (LONGEST_TOKEN + 1), id="too long"),
        pytest.param(_resigned(2, "01kjrz0000bbbbbbbbbbbbbbbb"), id="another message"),
        pytest.param(_resigned(1, "other"), id="another tenant"),
        pytest.param(_resigned(3, "taro@acme.example"), id="another person"),
        pytest.param(_resigned(4, "approve"), id="another purpose"),
        pytest.param(_resigned(6, 253402300799), id="a later expiry"),
        pytest.param(_resigned(6, 10**30), id="an expiry beyond time"),
        pytest.param(_resigned(0, "2025"), id="another key's name"),
        pytest.param(_resigned(0, ["2026"]), id="a key name of another type"),
        pytest.param(sign_link(CLAIMS, KEY) + "=", id="padding added"),
        pytest.param(sign_link(CLAIMS, KEY)[:-1], id="signature cut"),
        pytest.param(sign_link(CLAIMS, KEY).replace(".", "=."), id="padding inside"),
        pytest.param(" " + sign_link(CLAIMS, KEY), id="a space before"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 900).decode() + ".x", id="deep nesting"),
        pytest.param(sign_step(sign_link(CLAIMS, KEY), "confirm", KEY), id="a form's mark"),
    ],
)
def test_what_we_did_not_sign_does_not_open(token: str) -> None:
    with pytest.raises(LinkForged):
        read_link(token, (KEY, OLD_KEY), NOW)


def test_the_last_character_cannot_be_respelled() -> None:
    """43 base64 characters carry 258 bits: two spare bits must not give a link four spellings."""
    token = sign_link(CLAIMS, KEY)
    for other in string.ascii_letters + string.digits + "-_":
        if other != token[-1]:
            with pytest.raises(LinkForged):
                read_link(token[:-1] + other, (KEY,), NOW)


def test_errors_have_a_code_and_a_public_text_without_the_cause() -> None:
    for error in (LinkForged(), LinkExpired(CLAIMS)):
        assert error.code in ("link-unknown", "link-expired")
        assert CLAIMS.person not in str(error)
        assert "acme" not in error.public


def test_a_form_mark_fits_its_token_and_step_only() -> None:
    token = sign_link(CLAIMS, KEY)
    mark = sign_step(token, "confirm", KEY)
    assert step_is_ours(mark, token, "confirm", (OLD_KEY, KEY))
    assert not step_is_ours(mark, token, "ask", (KEY,))
    assert not step_is_ours(mark, sign_link(replace(CLAIMS, person="x@acme.example"), KEY), "confirm", (KEY,))
    assert not step_is_ours(mark, token, "confirm", (OLD_KEY,))
    assert not step_is_ours("", token, "confirm", (KEY,))
    assert not step_is_ours("é", token, "confirm", (KEY,))
    assert not step_is_ours("A" * 5000, token, "confirm", (KEY,))
