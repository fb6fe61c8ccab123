"""Marks of paging lead on in the list of the person that they were made for, and nowhere else."""

from __future__ import annotations

import base64

import pytest

from shared.core.access.page_mark import LONGEST_MARK, BadPageMark, read_mark, sign_mark
from shared.core.message.keys import SigningKey

KEY = SigningKey("2026-11", b"k" * 32)
OLDER = SigningKey("2026-10", b"o" * 32)
FOREIGN = SigningKey("2026-11", b"f" * 32)
PLACE = "demo\0hanako@aozora.example\0held"
AFTER = "PK|RK 花子"
MARK = sign_mark(AFTER, PLACE, KEY)
KID, BODY, MAC = MARK.split(".")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_a_mark_says_where_to_go_on() -> None:
    assert read_mark(MARK, PLACE, [KEY]) == AFTER
    assert MARK.isascii()


def test_there_is_no_mark_at_the_end_and_none_leads_to_the_beginning() -> None:
    assert sign_mark("", PLACE, KEY) == ""
    assert read_mark("", PLACE, [KEY]) == ""


def test_a_mark_outlives_a_change_of_keys() -> None:
    assert read_mark(sign_mark(AFTER, PLACE, OLDER), PLACE, [KEY, OLDER]) == AFTER


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("other\0hanako@aozora.example\0held", id="tenant"),
        pytest.param("demo\0jiro@aozora.example\0held", id="person"),
        pytest.param("demo\0hanako@aozora.example\0sent", id="list"),
        pytest.param("demo\0hanako@aozora.example\0held ", id="filter"),
        pytest.param("demohanako@aozora.example\0held", id="no border"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_mark_of_another_place_is_refused(place: str) -> None:
    with pytest.raises(BadPageMark):
        read_mark(MARK, place, [KEY])


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param(f"{KID}.{encoded('PK|RK zzz')}.{MAC}", id="another row"),
        pytest.param(f"{KID}.{BODY}.{MAC[:-1]}{'A' if MAC[-1] != 'A' else 'B'}", id="another seal"),
        pytest.param(f"{KID}.{BODY}.", id="no seal"),
        pytest.param(f"{KID}.{BODY}", id="a piece is missing"),
        pytest.param(f"{MARK}.x", id="a piece too many"),
        pytest.param(f"{encoded('2025-01')}.{BODY}.{MAC}", id="a key that is gone"),
        pytest.param(sign_mark(AFTER, PLACE, FOREIGN), id="somebody else's key under our name"),
        pytest.param("x" * (LONGEST_MARK + 1), id="too long"),
        pytest.param("花.子.x", id="not ASCII"),
        pytest.param(AFTER, id="storage's own words"),
        pytest.param("..", id="empty pieces"),
    ],
)
def test_a_mark_that_was_not_made_here_is_refused(mark: str) -> None:
    with pytest.raises(BadPageMark) as refused:
        read_mark(mark, PLACE, [KEY])
    assert "signed" not in refused.value.public
