"""Marks lead on in the list that they were made for, and nowhere else."""

from __future__ import annotations

import pytest

from shared.core.lists.message_row import Shelf
from shared.core.lists.page_mark import make_mark, read_mark
from shared.errors import NotFound
from tests.support.records import make_ref

QUEUE_ID = make_ref().queue_id
MARK = make_mark("demo", Shelf.SENT, "花子@例え.example", QUEUE_ID)


def test_a_mark_leads_behind_its_message_and_says_nothing_of_its_owner() -> None:
    assert read_mark("demo", Shelf.SENT, "花子@例え.example", MARK) == QUEUE_ID
    assert read_mark("demo", Shelf.SENT, "花子@例え.example", "") == ""
    assert MARK.isascii()
    assert "demo" not in MARK


@pytest.mark.parametrize(
    ("tenant", "shelf", "owner"),
    [
        pytest.param("other", Shelf.SENT, "花子@例え.example", id="tenant"),
        pytest.param("demo", Shelf.HELD, "花子@例え.example", id="shelf"),
        pytest.param("demo", Shelf.SENT, "x@例え.example", id="owner"),
    ],
)
def test_a_mark_of_elsewhere_is_refused(tenant: str, shelf: Shelf, owner: str) -> None:
    with pytest.raises(NotFound):
        read_mark(tenant, shelf, owner, MARK)


@pytest.mark.parametrize("mark", ["x", ".", MARK + "0", MARK[:-1], MARK.upper(), QUEUE_ID, MARK.replace(".", "' or '")])
def test_what_is_no_mark_is_refused(mark: str) -> None:
    with pytest.raises(NotFound):
        read_mark("demo", Shelf.SENT, "花子@例え.example", mark)
