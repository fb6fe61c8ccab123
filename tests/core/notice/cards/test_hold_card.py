"""The cards of a hold: everything that H3 names, a second step before each act, and the outcome in place of the buttons."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared.core.hold.actor import SYSTEM, Actor, Channel, Role
from shared.core.hold.record import Fate, RecipientResult, State
from shared.core.notice.cards.actions import read_action
from shared.core.notice.cards.hold_card import confirm_card, hold_card, make_hold_card
from shared.core.notice.hold_notice import NoticeKind
from shared.core.notice.sheet import HoldEnd
from shared.core.policy.decision import ApprovalCall, Reason
from shared.core.text.language import Language
from tests.support.cards import END, INTERNAL, LINK, elements, in_state, pressed, reader, words_of
from tests.support.holds import SENDER, make_change, people

HELD = make_change(notes=(Reason("policy.applied", (("actions", ("zip",)),), (), "p1", "見積書の暗号化"),)).record
CARD = make_hold_card(HELD, INTERNAL, END)


def titles(card: bytes) -> list[str]:
    """The buttons of a card, without those of a fallback and of what is folded."""
    return [action["title"] for action in json.loads(card).get("actions", [])]


def test_the_card_tells_everything_that_the_sender_has_to_look_at() -> None:
    told = words_of(hold_card(CARD, reader())).split("\n")
    for expected in (
        "【至急】お見積書送付の件",
        "差出人  佐藤 花子 <sato@aozora.example>",
        "送信日時  2026年11月21日(土) 18:00 JST",
        "宛先  6 [To(2) / Cc(3) / Bcc(1)]",
        "適用ポリシー  見積書の暗号化",
        "社外の宛先  3件",
        "hoshizora.example  2件",
        "To  purchase@rival.example ※1 ※2",
        "社内の宛先  3件",
        "Cc  営業部 全員 <sales-all@aozora.example> （メンバー24名）",
        "契約書.pdf  340 KB ※3",
        " ※1 競合他社への送信",
        "競合他社のドメインです。必ず上長に確かめてください。",
        "操作がない場合、2026年11月22日(日) 06:00 JST に破棄されます。",
    ):
        assert expected in told


@pytest.mark.parametrize(
    ("state", "language", "expected"),
    [
        pytest.param(State.HELD, "ja", ["配送する", "破棄する", "詳細を見る"], id="held"),
        pytest.param(State.HELD, "en", ["Release", "Discard", "Details"], id="held, in English"),
        pytest.param(State.DELAYED, "ja", ["すぐに配送する", "取り消す", "詳細を見る"], id="delayed: recall"),
        pytest.param(
            State.AWAITING_APPROVAL,
            "ja",
            ["元のメールを表示", "詳細を見る", "承認依頼を取り下げる"],
            id="awaiting approval: withdraw",
        ),
        pytest.param(State.DELIVERED, "ja", ["元のメールを表示", "詳細を見る"], id="delivered"),
        pytest.param(State.DISCARDED, "en", ["Show the message", "Details"], id="discarded"),
    ],
)
def test_buttons_follow_the_state(state: State, language: Language, expected: list[str]) -> None:
    assert titles(hold_card(make_hold_card(in_state(HELD, state), INTERNAL, END), reader(language))) == expected


def test_the_buttons_ask_first_and_the_second_step_acknowledges_what_it_lists() -> None:
    asking = read_action("hold.release.ask", pressed(hold_card(CARD, reader()), "hold.release.ask"))
    assert not asking.verb.acts
    assert asking.acknowledged == frozenset()
    card = confirm_card(CARD, reader(), "release")
    acting = read_action("hold.release", pressed(card, "hold.release"))
    assert (acting.queue_id, acting.version) == (HELD.ref.queue_id, HELD.event_count)
    assert acting.acknowledged == {1, 2, 3}
    for title in ("競合他社への送信", "社外の宛先あり", "添付ファイルあり"):
        assert title in words_of(card)
    assert "社外のドメイン  hoshizora.example、rival.example" in words_of(card)


def test_the_question_before_a_discard_wants_nothing_acknowledged() -> None:
    card = confirm_card(CARD, reader(), "discard")
    assert read_action("", pressed(card, "hold.discard")).acknowledged == frozenset()
    assert titles(card) == ["はい、破棄します", "戻る"]
    assert "※1" not in words_of(card)


def test_nobody_acknowledges_reasons_that_do_not_fit_on_the_card() -> None:
    many = make_change(reasons=tuple(Reason("rule.condition", name=f"規則{n}") for n in range(200))).record
    card = confirm_card(make_hold_card(many, INTERNAL, END), reader(), "release")
    assert titles(card) == ["詳細を見る", "戻る"]
    assert "200件" in words_of(card)


def test_all_of_thirty_long_reasons_are_listed() -> None:
    many = make_change(reasons=tuple(Reason("rule.condition", name=f"{n}番 " + "長い" * 90) for n in range(30))).record
    card = confirm_card(make_hold_card(many, INTERNAL, END), reader(), "release")
    assert read_action("", pressed(card, "hold.release")).acknowledged == frozenset(range(1, 31))
    for number in range(30):
        assert f"{number}番 長い" in words_of(card)


def test_a_release_that_needs_approval_takes_a_comment_along() -> None:
    record = replace(HELD, decision=replace(HELD.decision, approvals=(ApprovalCall("boss", "部長", "manager"),)))
    card = confirm_card(make_hold_card(record, INTERNAL, END), reader(), "release")
    found = {element["type"]: element for element in elements(json.loads(card))}
    assert found["Input.Text"]["id"] == "comment"
    button = next(action for action in json.loads(card)["actions"] if action.get("verb") == "hold.release")
    assert "associatedInputs" not in button
    assert "承認を依頼します" in words_of(card)
    assert not any(
        element["type"] == "Input.Text" for element in elements(json.loads(confirm_card(CARD, reader(), "release")))
    )


@pytest.mark.parametrize("verb", ["release", "discard", "withdraw"])
def test_a_message_that_was_decided_meanwhile_gets_no_question(verb: str) -> None:
    decided = make_hold_card(in_state(HELD, State.DELIVERING), INTERNAL, END)
    assert confirm_card(decided, reader(), verb) == hold_card(decided, reader())  # type: ignore[arg-type]  # one of the three


@pytest.mark.parametrize(
    ("actor", "language", "expected"),
    [
        pytest.param(
            Actor(Role.SENDER, SENDER, Channel.TEAMS),
            "ja",
            "2026年11月21日(土) 19:00 JST にあなたが「配送」を選びました（Teams）。",
            id="the reader",
        ),
        pytest.param(
            Actor(Role.PROXY, "yamada@aozora.example", Channel.PORTAL, "", SENDER),
            "ja",
            "2026年11月21日(土) 19:00 JST に yamada@aozora.example（sato@aozora.example の代理） が「配送」を選びました（ポータル）。",
            id="a proxy",
        ),
        pytest.param(
            Actor(Role.PROXY, SENDER, Channel.TEAMS, "", "info@aozora.example"),
            "en",
            "You (for info@aozora.example) chose “Release” on Sat, 21 Nov 2026, 19:00 JST (Teams).",
            id="the reader for a shared mailbox",
        ),
        pytest.param(
            SYSTEM,
            "en",
            "Time ran out on Sat, 21 Nov 2026, 19:00 JST: “Release” was done, as your organisation has set.",
            id="time",
        ),
    ],
)
def test_the_outcome_says_who_for_whom_when_what_and_how(actor: Actor, language: Language, expected: str) -> None:
    card = hold_card(make_hold_card(in_state(HELD, State.DELIVERED, actor), INTERNAL, END), reader(language))
    assert expected in words_of(card).split("\n")


def test_the_original_is_one_click_away_after_the_decision() -> None:
    card = json.loads(hold_card(make_hold_card(in_state(HELD, State.DELIVERED), INTERNAL, END), reader()))
    folded = next(action["card"] for action in card["actions"] if action["type"] == "Action.ShowCard")
    assert "契約書.pdf" in json.dumps(folded, ensure_ascii=False)
    assert "契約書.pdf" not in json.dumps(card["body"], ensure_ascii=False)
    assert any(action.get("url") == LINK for action in card["actions"])


def test_what_a_partial_release_took_out_is_marked() -> None:
    gone = "purchase@rival.example"
    record = replace(
        in_state(HELD, State.DELIVERING),
        dropped_attachments=("3",),
        recipients=tuple(
            RecipientResult(address, "original", Fate.DROPPED if address == gone else Fate.PENDING)
            for address in HELD.envelope.recipients
        ),
    )
    told = words_of(hold_card(make_hold_card(record, INTERNAL, END), reader()))
    assert "契約書.pdf  340 KB （除外済み） ※3" in told
    assert "To  purchase@rival.example （除外済み） ※1 ※2" in told
    assert told.count("除外済み") == 2


@pytest.mark.parametrize(
    ("kind", "state", "shown"),
    [
        pytest.param(NoticeKind.FIRST, State.HELD, True, id="while it asks"),
        pytest.param(NoticeKind.FIRST, State.DELIVERED, False, id="not once it was decided"),
        pytest.param(NoticeKind.EXPIRED, State.EXPIRED, True, id="the last notice"),
    ],
)
def test_a_tenants_words_stand_where_they_are_true(kind: NoticeKind, state: State, shown: bool) -> None:
    card = make_hold_card(in_state(HELD, state), INTERNAL, END, kind, lead="当社からのお願い\n二行目")
    told = words_of(hold_card(card, reader())).split("\n")
    assert ("当社からのお願い" in told and "二行目" in told) == shown


def test_a_reminder_says_which_it_is() -> None:
    card = make_hold_card(HELD, INTERNAL, HoldEnd("leave", None), NoticeKind.REMINDER, 2)
    assert "お知らせ2回目" in words_of(hold_card(card, reader()))


def test_long_lists_are_counted_and_not_cut_silently() -> None:
    record = make_change(recipients=(*people(900), *people(100, "other.example"))).record
    card = words_of(hold_card(make_hold_card(record, INTERNAL, END), reader("en")))
    assert "External recipients  (1,000)" in card
    assert "and 890 more" in card


def test_every_state_has_its_words() -> None:
    for state in State:
        for language in ("ja", "en"):
            card = make_hold_card(in_state(HELD, state), INTERNAL, END)
            assert words_of(hold_card(card, reader(language))).strip()
