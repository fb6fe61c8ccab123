"""Which form each recipient gets, and what its words may name."""

from __future__ import annotations

from dataclasses import replace

from shared.core.hold import state
from shared.core.hold.forms import as_sent
from shared.core.hold.release_terms import ReleaseTerms
from tests.support.holds import make_change
from tests.support.records import NOW, SENDER

RIVAL = "purchase@rival.example"


def test_words_for_recipients_know_nothing_of_what_was_dropped() -> None:
    record = make_change().record
    released = state.release(record, SENDER, NOW, ReleaseTerms((RIVAL.upper(),), ("3",))).record
    sent = as_sent(released)
    assert RIVAL not in [facts.address for facts in sent.summary.recipients]
    assert RIVAL not in sent.envelope.recipients
    assert len(sent.summary.recipients) == len(record.summary.recipients) - 1
    assert [item.part for item in sent.summary.attachments] == ["2"]
    assert (sent.summary.attachments_total, sent.summary.attachments_size) == (1, 1_258_291)
    assert replace(sent, summary=released.summary, envelope=released.envelope) == released


def test_a_whole_release_is_sent_as_it_is() -> None:
    record = state.release(make_change().record, SENDER, NOW).record
    assert as_sent(record) is record
