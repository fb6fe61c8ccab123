"""The cards of an approval: request, second step with the comment, how it stands for others, and the answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.core.hold.record import State
from shared.core.notice.cards.actions import read_action
from shared.core.notice.cards.approval_card import answer_card, approval_card, approval_confirm_card
from tests.support.cards import BOSS, approval_sheet, asked, elements, in_state, pressed, reader, vote, words_of
from tests.support.holds import SENDER, make_change

RECORD = make_change().record
REQUEST = approval_sheet(asked(RECORD, "至急です。\nよろしくお願いします。"))
Q = RECORD.ref.queue_id


def types(card: bytes) -> set[str]:
    return {element["type"] for element in elements(json.loads(card))}


def test_an_approver_sees_who_asks_why_and_the_message() -> None:
    told = words_of(approval_card(Q, 5, REQUEST, reader(person=BOSS))).split("\n")
    for expected in (
        "依頼者  sato@aozora.example",
        "承認を求めるポリシー  部長の承認",
        "至急です。",
        "よろしくお願いします。",
        "宛先  6 [To(2) / Cc(3) / Bcc(1)]",
        "契約書.pdf  340 KB ※3",
        "[承認する]",
        "[否認する]",
    ):
        assert expected in told


@pytest.mark.parametrize(("verb", "allow"), [("approve", True), ("deny", False)])
def test_an_answer_is_asked_for_twice_and_keeps_its_comment(verb: str, allow: bool) -> None:
    first = pressed(approval_card(Q, 5, REQUEST, reader(person=BOSS)), f"approval.{verb}.ask")
    asked_for = read_action("", first | {"comment": "金額を\n確認しました"})
    assert not asked_for.verb.acts
    card = approval_confirm_card(Q, 5, REQUEST, reader(person=BOSS), allow, asked_for.comment)
    acting = read_action(f"approval.{verb}", pressed(card, f"approval.{verb}"))
    assert acting.comment == "金額を\n確認しました"
    assert "確認しました" in words_of(card)


def test_who_may_not_answer_gets_no_buttons() -> None:
    card = approval_card(Q, 5, replace(REQUEST, seats=()), reader(person="other@aozora.example"))
    assert "Action.Execute" not in types(card)
    assert "Input.Text" not in types(card)
    assert "承認を待っています" in words_of(card)
    assert approval_confirm_card(Q, 5, replace(REQUEST, seats=()), reader(), True) == approval_card(
        Q, 5, replace(REQUEST, seats=()), reader()
    )


def test_the_sender_learns_the_answer_its_comment_and_for_whom_it_was_given() -> None:
    answer = vote(False, "宛先が違います", "kakaricho@aozora.example", BOSS)
    card = answer_card(approval_sheet(asked(RECORD, "", (answer,))), reader(person=SENDER))
    told = words_of(card).split("\n")
    assert "否認されました" in told
    assert "宛先が違います" in told
    assert (
        "kakaricho@aozora.example（bucho@aozora.example の代理） が否認しました（2026年11月21日(土) 20:00 JST、Teams）"
        in told
    )
    assert "Action.Execute" not in types(card)


@pytest.mark.parametrize(
    ("state", "title"),
    [
        pytest.param(State.DISCARDED, "The request was withdrawn", id="withdrawn"),
        pytest.param(State.EXPIRED, "Nobody answered in time", id="nobody answered"),
        pytest.param(State.DELIVERING, "Time ran out: the message was released", id="released by time"),
    ],
)
def test_an_end_without_an_answer_says_what_happened(state: State, title: str) -> None:
    record = replace(in_state(RECORD, state), approval=asked(RECORD).approval)
    for card in (
        approval_card(Q, 5, approval_sheet(record), reader("en", BOSS)),
        answer_card(approval_sheet(record), reader("en")),
    ):
        assert title in words_of(card)
        assert "Action.Execute" not in types(card)


def test_a_tenants_words_open_the_request() -> None:
    told = words_of(approval_card(Q, 5, REQUEST, reader(person=BOSS), lead="稟議の規程に従ってください。"))
    assert "稟議の規程に従ってください。" in told
    assert "あなたの承認が必要です" not in told
