"""The cards of an encryption: who got what, the password folded away, and only the buttons that still do something."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.core.hold.password_notice import NoticeState
from shared.core.notice.cards.actions import read_action
from shared.core.notice.cards.receipt_card import receipt_card, receipt_confirm_card
from tests.support.cards import SECRET, elements, encrypted, pressed, reader, receipt_sheet, words_of
from tests.support.holds import make_change

RECORD = make_change().record
Q = RECORD.ref.queue_id


def verbs(card: bytes) -> list[str]:
    return [
        element["verb"]
        for element in elements(json.loads(card))
        if element["type"] == "Action.Execute" and not element["verb"].endswith(".show")
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (NoticeState.WAITING, ["password.send.ask", "password.pause", "password.delete.ask"]),
        (NoticeState.PAUSED, ["password.send.ask", "password.resume", "password.delete.ask"]),
        (NoticeState.MANUAL, ["password.send.ask", "password.delete.ask"]),
        (NoticeState.SENT, []),
        (NoticeState.DELETED, []),
        (NoticeState.NONE, []),
    ],
)
def test_the_buttons_are_those_that_the_notice_still_takes(state: NoticeState, expected: list[str]) -> None:
    card = receipt_card(Q, 3, receipt_sheet(encrypted(RECORD, state)), reader())
    assert verbs(card) == expected
    for verb in expected:
        assert read_action(verb, pressed(card, verb)).variant == "part-0"


def test_the_card_tells_file_algorithm_recipients_and_those_left_out() -> None:
    told = words_of(receipt_card(Q, 3, receipt_sheet(encrypted(RECORD)), reader())).split("\n")
    for expected in (
        "ファイル名  enc_1.zip",
        "暗号方式  AES-256",
        "パスワード通知  2026年11月21日(土) 18:10 JST に自動で通知します",
        "暗号化ファイルの送付先（3件）",
        "purchase@rival.example",
        "暗号化せずに送った宛先",
        "山田 太郎 <yamada@aozora.example>",
    ):
        assert expected in told


def test_the_password_is_folded_away_until_it_is_asked_for() -> None:
    card = json.loads(receipt_card(Q, 3, receipt_sheet(encrypted(RECORD)), reader()))
    holders = [element for element in elements(card) if SECRET in json.dumps(element.get("inlines", []))]
    assert [element["isVisible"] for element in holders] == [False]
    toggles = [element for element in elements(card) if element["type"] == "Action.ToggleVisibility"]
    assert [toggle["targetElements"] for toggle in toggles] == [[holders[0]["id"]]]


def test_no_button_and_no_confirm_card_carries_the_password() -> None:
    sheet = receipt_sheet(encrypted(RECORD))
    for card in (
        receipt_confirm_card(Q, 3, sheet, reader(), "part-0", "send"),
        receipt_confirm_card(Q, 3, sheet, reader(), "part-0", "delete"),
        receipt_card(Q, 3, receipt_sheet(encrypted(RECORD), ""), reader()),
    ):
        assert SECRET.encode() not in card
    assert SECRET not in repr(sheet)


@pytest.mark.parametrize(
    ("state", "variant", "verb"),
    [
        pytest.param(NoticeState.SENT, "part-0", "send", id="sent before"),
        pytest.param(NoticeState.DELETED, "part-0", "delete", id="deleted before"),
        pytest.param(NoticeState.WAITING, "part-9", "send", id="no such variant"),
    ],
)
def test_what_cannot_be_done_any_more_is_not_asked_about(state: NoticeState, variant: str, verb: str) -> None:
    sheet = receipt_sheet(encrypted(RECORD, state))
    card = receipt_confirm_card(Q, 3, sheet, reader(), variant, verb)  # type: ignore[arg-type]  # one of the two
    assert card == receipt_card(Q, 3, sheet, reader())


def test_a_notice_that_reached_some_says_how_many() -> None:
    record = encrypted(RECORD, NoticeState.SENT)
    notice = replace(record.passwords[0], told=record.passwords[0].told[:1])
    card = receipt_card(Q, 3, receipt_sheet(replace(record, passwords=(notice,))), reader())
    assert "一部通知済み（3件中1件）" in words_of(card)
