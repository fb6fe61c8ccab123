"""Marks in the subject: where and how they are found, and what they say."""

from __future__ import annotations

import pytest

from shared.core.message.facts import MailKind
from shared.core.policy.policies import SubjectMark
from shared.core.policy.subject_marks import used_marks
from tests.support.message_facts import message_facts

SEND = SubjectMark(mark="[[send]]", effect="send")
ZIP = SubjectMark(mark="【暗号】", effect="zip")
SHARP = SubjectMark(mark="strasse!", effect="nozip")


@pytest.mark.parametrize(
    ("subject", "spellings"),
    [
        pytest.param("[[send]] x", {"send": ("[[send]]",)}, id="beginning"),
        pytest.param("x [[send]]", {"send": ("[[send]]",)}, id="end"),
        pytest.param("Re: a[[send]]b", {"send": ("[[send]]",)}, id="within"),
        pytest.param("[[SEND]]", {"send": ("[[SEND]]",)}, id="capitals"),
        pytest.param("［［ｓｅｎｄ］］至急", {"send": ("［［ｓｅｎｄ］］",)}, id="full width"),
        pytest.param("[[send]][[Send]] [[send]]", {"send": ("[[send]]", "[[Send]]")}, id="each spelling once"),
        pytest.param("【暗号】[[send]]", {"send": ("[[send]]",), "zip": ("【暗号】",)}, id="two marks"),
        pytest.param("[[sen]] [send]", {}, id="nearly"),
        pytest.param("x straße! y", {"nozip": ("straße!",)}, id="a letter that folds into two"),
        pytest.param("", {}, id="empty subject"),
        pytest.param(None, {}, id="no subject"),
    ],
)
def test_marks_are_found_in_the_spelling_of_the_subject(
    subject: str | None, spellings: dict[str, tuple[str, ...]]
) -> None:
    used = used_marks(message_facts(subject=subject), [SEND, ZIP, SHARP])
    assert {mark.mark.effect: mark.spellings for mark in used.marks} == spellings
    for mark in used.marks:
        assert all(spelling in (subject or "") for spelling in mark.spellings)


@pytest.mark.parametrize("kind", MailKind)
def test_marks_count_only_in_mail_that_a_person_wrote(kind: MailKind) -> None:
    used = used_marks(message_facts(subject="[[send]]", kind=kind), [SEND])
    assert bool(used.marks) == (kind in (MailKind.ORDINARY, MailKind.CALENDAR))


def test_first_mark_of_an_effect_counts_and_any_may_pass() -> None:
    other = SubjectMark(mark="now!", effect="send", passes_forced_alert=True)
    used = used_marks(message_facts(subject="now! [[send]]"), [SEND, other])
    assert used.of("send") is SEND
    assert used.of("discard") is None
    assert used.passing("forced_alert")
    assert not used.passing("approval")
