"""What every ``NoticeLedger`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from shared.adapters.notice_ledger_table import TableNoticeLedger
from shared.adapters.storage_clients import table_client
from shared.ports_people import CopyKey, CopyState, NoticeCopy, NoticeLedger
from tests.fakes.notice_ledger import FakeNoticeLedger
from tests.support.records import NOW, make_ref
from tests.support.threads import at_once

REF = make_ref(1)
KEY = CopyKey("hold-notice", 0, "hanako@aozora.example", "teams-card")
LENGTH = timedelta(minutes=2)


@pytest.fixture(params=["fake", "table"])
def ledger(request: pytest.FixtureRequest) -> NoticeLedger:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeNoticeLedger()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableNoticeLedger(process, table=name)


def test_a_copy_is_claimed_once_until_the_claim_ends(ledger: NoticeLedger) -> None:
    claimed = ledger.begin(REF, KEY, NOW, LENGTH)
    assert claimed == NoticeCopy(KEY, CopyState.SENDING, until=NOW + LENGTH)
    assert ledger.begin(REF, KEY, NOW, LENGTH) is None
    assert ledger.begin(REF, KEY, NOW + LENGTH - timedelta(microseconds=1), LENGTH) is None
    again = ledger.begin(REF, KEY, NOW + LENGTH, LENGTH)
    assert again == replace(claimed, until=NOW + 2 * LENGTH)
    assert ledger.copies(REF) == (again,)


@pytest.mark.parametrize("state", [CopyState.SENT, CopyState.GIVEN_UP])
def test_a_copy_that_came_to_its_end_is_not_begun_again(ledger: NoticeLedger, state: CopyState) -> None:
    claimed = ledger.begin(REF, KEY, NOW, LENGTH)
    assert claimed is not None
    ended = replace(claimed, state=state, until=None, conversation="a:1", activity="1:2", showed=3)
    ledger.write(REF, ended)
    assert ledger.begin(REF, KEY, NOW + timedelta(days=9), LENGTH) is None
    assert ledger.copies(REF) == (ended,)


def test_a_failure_that_was_written_down_is_kept_by_the_next_claim(ledger: NoticeLedger) -> None:
    claimed = ledger.begin(REF, KEY, NOW, LENGTH)
    assert claimed is not None
    ledger.write(REF, replace(claimed, failures=2, until=None))
    again = ledger.begin(REF, KEY, NOW, LENGTH)
    assert again is not None
    assert again.failures == 2


def test_each_kind_number_person_and_channel_is_a_copy_of_its_own(ledger: NoticeLedger) -> None:
    keys = [
        KEY,
        replace(KEY, kind="receipt"),
        replace(KEY, number=1),
        replace(KEY, person="jiro@aozora.example"),
        replace(KEY, channel="teams-text"),
        replace(KEY, person="a/b\\c#d?e:~2f@x.example"),
        replace(KEY, person="花子@例え.example"),
        replace(KEY, person="あ" * 64 + "@x.example"),
    ]
    assert all(ledger.begin(REF, key, NOW, LENGTH) is not None for key in keys)
    assert all(ledger.begin(REF, key, NOW, LENGTH) is None for key in keys)
    assert {copy.key for copy in ledger.copies(REF)} == set(keys)


def test_another_message_or_tenant_has_its_own_copies(ledger: NoticeLedger) -> None:
    ledger.begin(REF, KEY, NOW, LENGTH)
    for other in (make_ref(2), make_ref(1, "other")):
        assert ledger.copies(other) == ()
        assert ledger.begin(other, KEY, NOW, LENGTH) is not None
        assert len(ledger.copies(other)) == 1


def test_of_ten_claims_at_once_one_wins_also_of_a_claim_that_ended(ledger: NoticeLedger) -> None:
    def claim(start: datetime, _: int) -> NoticeCopy | None:
        return ledger.begin(REF, KEY, start, LENGTH)

    for start in (NOW, NOW + LENGTH, NOW + 2 * LENGTH):
        outcomes = at_once(10, partial(claim, start))
        assert [outcome for outcome in outcomes if outcome is not None] == list(ledger.copies(REF))
