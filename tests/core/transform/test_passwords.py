"""Passwords: every one that fits the rules is equally likely, and fixed ones that anybody would try are refused."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.passwords import (
    AMBIGUOUS,
    LONGEST,
    SHORTEST,
    PasswordPolicy,
    check_fixed,
    generate,
    pick,
    weaknesses,
)
from shared.errors import InvalidSettings

CLASSES = ("lower", "upper", "digit", "symbol")
POLICIES = st.builds(
    PasswordPolicy,
    length=st.integers(SHORTEST, LONGEST),
    classes=st.lists(st.sampled_from(CLASSES), min_size=1, unique=True).map(tuple),
    exclude_ambiguous=st.booleans(),
)


@given(POLICIES, st.integers(0, 2**32))
def test_a_password_has_the_length_and_every_class_and_nothing_else(policy: PasswordPolicy, seed: int) -> None:
    password = generate(policy, random.Random(seed).randbytes)
    assert len(password) == policy.length
    assert all(set(password) & set(alphabet) for alphabet in policy.alphabets)
    assert set(password) <= set("".join(policy.alphabets))
    assert password.isascii()
    assert not (policy.exclude_ambiguous and set(password) & AMBIGUOUS)


def test_every_character_is_equally_likely() -> None:
    """Chi-squared over 60,000 draws of 56 characters; the bound is passed by chance once in 10,000 seeds."""
    alphabet = "".join(PasswordPolicy().alphabets)
    drawn = Counter(pick(alphabet, 60_000, random.Random(5).randbytes))
    expected = 60_000 / len(alphabet)
    assert set(drawn) == set(alphabet)
    assert sum((count - expected) ** 2 / expected for count in drawn.values()) < 103


def test_every_password_is_equally_likely_not_only_every_character() -> None:
    """24 letters and 8 digits: of all passwords of 8 with both, 29.7 % have one digit, at each place equally often.

    Putting a missing class in at the end, or one character of each class first, would give other numbers.
    """
    draws, places = 12_000, Counter[int]()
    source = random.Random(11).randbytes
    for _ in range(draws):
        digits = [
            place
            for place, sign in enumerate(generate(PasswordPolicy(8, ("lower", "digit")), source))
            if sign.isdigit()
        ]
        if len(digits) == 1:
            places[digits[0]] += 1
    share = 8 * 8 * 24**7 / (32**8 - 24**8 - 8**8)
    assert abs(places.total() / draws - share) < 0.015
    assert all(abs(count / places.total() - 1 / 8) < 0.015 for count in places.values())


@pytest.mark.parametrize("stuck", [bytes, lambda count: b"\xff" * count], ids=["always-0", "always-255"])
def test_a_source_that_is_not_random_is_found_out(stuck: object) -> None:
    with pytest.raises(ValueError, match="repeats"):
        generate(PasswordPolicy(), stuck)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"length": SHORTEST - 1}, id="too-short"),
        pytest.param({"length": LONGEST + 1}, id="too-long"),
        pytest.param({"classes": ()}, id="no-class"),
        pytest.param({"classes": ("lower", "lower")}, id="class-twice"),
        pytest.param({"classes": ("kana",)}, id="unknown-class"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidSettings):
        PasswordPolicy(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("password", "found"),
    [
        pytest.param("Kx7mQ2vR9p", (), id="good"),
        pytest.param("usagi-no-shippo-8", (), id="phrase"),
        pytest.param("Kx7!mQ", ("too-short",), id="short"),
        pytest.param("Kx7mQ2vR9p" * 7, ("too-long",), id="long"),
        pytest.param("パスワード12345", ("not-ascii", "one-class"), id="japanese"),
        pytest.param("with space 9Q", ("not-ascii",), id="space"),
        pytest.param("kzxqwvbnw", ("one-class",), id="one-class"),
        pytest.param("aB1aB1aB1", ("too-few-different",), id="few-different"),
        pytest.param("abcdefgh9Q", ("sequence",), id="rising"),
        pytest.param("9876543210aZ", ("sequence",), id="falling"),
        pytest.param("Qaaaaaaaaa12", ("too-few-different", "sequence"), id="repeated"),
        pytest.param("xPassWord77", ("well-known",), id="well-known"),
        pytest.param("Qwerty!2026", ("well-known",), id="keyboard"),
        pytest.param("", ("too-short", "too-few-different", "one-class"), id="empty"),
    ],
)
def test_fixed_passwords_are_judged(password: str, found: tuple[str, ...]) -> None:
    assert weaknesses(password) == found
    if found:
        with pytest.raises(InvalidSettings) as caught:
            check_fixed(password)
        assert not password or password not in caught.value.public + str(caught.value)
        assert all(word in caught.value.public for word in found)
    else:
        assert check_fixed(password) == password


@given(POLICIES.filter(lambda policy: len(policy.classes) >= 3), st.integers(0, 2**32))
def test_what_is_generated_would_pass_as_fixed(policy: PasswordPolicy, seed: int) -> None:
    found = weaknesses(generate(policy, random.Random(seed).randbytes))
    assert set(found) <= {"sequence", "too-few-different"}, "only by chance in a short one"


def test_the_page_documents_every_word() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "transforms" / "zip.md").read_text(encoding="utf-8")
    words = {word for password in ("", "あ" * 70, "abcdefgh9Q", "xPassWord77") for word in weaknesses(password)}
    assert len(words) == 7
    assert not [word for word in (*words, *CLASSES) if f"`{word}`" not in page]
