"""Facts out of what is stored: what is there is as it was, and what is missing is said to be missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.core.message.facts import MailKind, RecipientField
from shared.core.policy.decision import Disposition, Reason
from shared.core.replay.gap import Gap
from shared.core.replay.past_message import PastMessage
from shared.core.replay.stored_facts import StoredFacts, stored_facts
from tests.support.message_facts import INTERNAL, attachment, message_facts
from tests.support.past_messages import decided, past_message

ALWAYS = {Gap.BODY, Gap.HEADERS}


def of(past: PastMessage, **changes: Any) -> StoredFacts:
    options: dict[str, Any] = {"domains": INTERNAL, "domains_then": INTERNAL, "list_members": {}}
    return stored_facts(past, **(options | changes))


def test_what_is_stored_comes_back_but_for_the_header() -> None:
    facts: dict[str, Any] = {
        "to": ["a@out.example", "b@acme.example"],
        "cc": ["c@out.example"],
        "bcc": ["d@out.example"],
        "attachments": [attachment()],
    }
    found = of(past_message(**facts))
    assert found.facts == message_facts(**facts)
    assert found.gaps == ALWAYS | {Gap.ARCHIVES}


def test_whom_the_header_names_beside_the_recipients_is_kept() -> None:
    past = past_message()
    past = replace(past, summary=replace(past.summary, others=("x@out.example",)))
    assert [mailbox.address for mailbox in of(past).facts.header_cc] == ["x@out.example"]


@pytest.mark.parametrize(
    ("facts", "summary", "gaps"),
    [
        pytest.param({}, {}, set(), id="nothing"),
        pytest.param({}, {"others": None}, {Gap.ADDRESSEES}, id="others"),
        pytest.param({"subject": "x" * 999}, {}, set(), id="subject-just-fits"),
        pytest.param({"subject": "x" * 1000}, {}, {Gap.SUBJECT}, id="subject-cut"),
        pytest.param({}, {"attachments_total": 1}, {Gap.ATTACHMENTS}, id="attachments-left-out"),
        pytest.param(
            {"attachments": [attachment("n" * 300)]}, {}, {Gap.ATTACHMENTS, Gap.ARCHIVES}, id="attachment-name-cut"
        ),
        pytest.param({"unreadable": "internal-error"}, {}, {Gap.FACTS}, id="no-facts"),
        pytest.param({"unreadable": "too-deep"}, {}, set(), id="unreadable-is-a-fact"),
    ],
)
def test_what_is_missing_is_told(facts: dict[str, Any], summary: dict[str, Any], gaps: set[Gap]) -> None:
    past = past_message(**facts)
    assert of(replace(past, summary=replace(past.summary, **summary))).gaps == ALWAYS | gaps


@pytest.mark.parametrize(
    ("author", "then", "now", "kind", "unsure"),
    [
        pytest.param("sato@acme.example", {"acme.example"}, {"other.example"}, "ordinary", False, id="own-from"),
        pytest.param("x@out.example", {"acme.example"}, {"acme.example"}, "ordinary", False, id="same-domains"),
        pytest.param(
            "x@out.example", {"acme.example"}, {"b.example"}, "ordinary", False, id="stranger-before-and-after"
        ),
        pytest.param("x@out.example", {"acme.example"}, {"out.example"}, "ordinary", True, id="becomes-internal"),
        pytest.param("x@out.example", {".example"}, {"acme.example"}, "ordinary", True, id="becomes-a-stranger"),
        pytest.param("x@out.example", None, {"acme.example"}, "ordinary", True, id="domains-then-are-lost"),
        pytest.param("x@out.example", None, {"acme.example"}, "dsn", False, id="told-by-other-marks"),
    ],
)
def test_an_automatic_forward_depends_on_the_domains(
    author: str, then: set[str] | None, now: set[str], kind: str, unsure: bool
) -> None:
    past = past_message(header_from=[author], kind=MailKind(kind))
    found = of(past, domains=frozenset(now), domains_then=None if then is None else frozenset(then))
    assert (Gap.KIND in found.gaps) is unsure


def test_the_drafts_domains_say_who_is_external() -> None:
    found = of(past_message(to=["a@out.example", "b@acme.example"]), domains=frozenset({"out.example"}))
    assert [item.external for item in found.facts.recipients] == [False, True]
    assert {item.field for item in found.facts.recipients} == {RecipientField.TO}


@pytest.mark.parametrize(
    ("stored", "today", "members"),
    [(1, 25, 25), (30, 25, 30), (1, 1, 1)],
    ids=["not-asked-then", "as-stored", "a-person"],
)
def test_members_of_a_list_are_those_then_and_else_those_of_today(stored: int, today: int, members: int) -> None:
    past = past_message()
    [recipient] = past.summary.recipients
    past = replace(past, summary=replace(past.summary, recipients=(replace(recipient, members=stored),)))
    assert of(past, list_members={"a@out.example": today}).facts.recipients[0].members == members


def test_a_loop_stays_one() -> None:
    past = past_message(decided(Disposition.REJECT, Reason("loop", (("why", "own-mark"),))))
    assert of(past).facts.loop == "own-mark"
    assert of(past_message()).facts.loop == ""
