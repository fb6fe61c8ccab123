"""What holds for every card: Teams takes it, it is small whatever the message, and nobody's words are markup."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.notice.cards.frame import LARGEST, MOST_REFRESHING, VERSION
from shared.core.text.card import CARD
from shared.core.text.language import LANGUAGES, Language
from tests.support.card_renderer import draw
from tests.support.cards import HOSTILE, elements, every_card, hostile_record, hostile_texts, reader
from tests.support.holds import make_change

TEAMS_LIMIT = 28 * 1024
CANARY = "カナリア"
PROPERTIES = {
    "AdaptiveCard": "version $schema lang fallbackText msteams body actions refresh",
    "TextBlock": "text wrap weight size style",
    "RichTextBlock": "inlines spacing id isVisible",
    "TextRun": "text weight isSubtle color fontType size",
    "Container": "items style bleed separator",
    "ActionSet": "actions",
    "Input.Text": "id label isMultiline maxLength",
    "Action.Execute": "title verb data style associatedInputs fallback",
    "Action.Submit": "title data style associatedInputs",
    "Action.OpenUrl": "title url",
    "Action.ShowCard": "title card",
    "Action.ToggleVisibility": "title targetElements",
}
"""The elements that cards are made of and their properties, as the schema of Adaptive Cards 1.5 has them."""


@pytest.fixture(scope="module")
def ordinary() -> dict[tuple[Language, str], bytes]:
    record = make_change().record
    return {
        (language, name): card
        for language in LANGUAGES
        for name, card in every_card(record, reader(language, refresh_for=("29:one",)))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_microsofts_own_code_has_nothing_against_any_card(
    language: Language, ordinary: dict[tuple[Language, str], bytes]
) -> None:
    for (known, name), card in ordinary.items():
        if known == language:
            drawn = draw(card)
            assert drawn.complaints == (), name
            assert drawn.text, name
            assert drawn.links == (), name


def test_the_renderer_would_complain_of_a_bad_card() -> None:
    bad = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "x", "weight": "huge"}]}
    assert draw(json.dumps(bad).encode()).complaints


def test_every_element_and_property_is_one_of_the_schema(ordinary: dict[tuple[Language, str], bytes]) -> None:
    for (_, name), card in ordinary.items():
        for element in elements(json.loads(card)):
            assert set(element) - {"type"} <= set(PROPERTIES[element["type"]].split()), name
        assert json.loads(card)["version"] == VERSION == "1.5"


def test_every_button_that_acts_has_a_fallback_with_the_same_data(ordinary: dict[tuple[Language, str], bytes]) -> None:
    for card in ordinary.values():
        whole = json.loads(card)
        refresh = whole.pop("refresh", None)
        for element in elements(whole):
            if element["type"] == "Action.Execute":
                assert element["fallback"]["type"] == "Action.Submit"
                assert element["fallback"]["data"] == element["data"]
                assert element["data"]["verb"] == element["verb"]
        if refresh:
            assert refresh["action"]["verb"].endswith(".show")


def test_ids_are_unique_on_each_card(ordinary: dict[tuple[Language, str], bytes]) -> None:
    for card in ordinary.values():
        ids = [element["id"] for element in elements(json.loads(card)) if "id" in element]
        assert len(ids) == len(set(ids))


def test_what_is_shown_to_one_language_has_no_word_of_the_other(ordinary: dict[tuple[Language, str], bytes]) -> None:
    for (language, name), card in ordinary.items():
        titles = [element["title"] for element in elements(json.loads(card)) if "title" in element]
        for title in titles:
            assert title.isascii() == (language == "en"), name


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=hostile_texts,
    words=hostile_texts,
    people=st.sampled_from([1, 7, 300, 3000]),
    files=st.sampled_from([0, 1, 40]),
    reasons=st.sampled_from([0, 1, 9, 80]),
    domains=st.sampled_from([1, 5, 900]),
    language=st.sampled_from(LANGUAGES),
)
def test_every_card_is_small_and_whole_whatever_the_message(
    text: str, words: str, people: int, files: int, reasons: int, domains: int, language: Language
) -> None:
    record = hostile_record(text, people, files, reasons, domains)
    who = reader(language, link="https://matta.example/h/" + "t" * 2200, refresh_for=("29:" + "k" * 95,) * 2)
    for name, card in every_card(record, who, words):
        assert len(card) <= LARGEST < TEAMS_LIMIT, name
        assert json.loads(card)["body"], name


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧‍👦" * 1500, '"\\\\' * 5000, "長" * 10_000, "a\n" * 5000], ids=["emoji", "escaped", "wide", "lines"]
)
def test_the_worst_message_with_the_longest_words_fits(text: str) -> None:
    record = hostile_record(text, 100, 60, 60, 90)
    who = reader(
        link="https://matta.example/h/" + "t" * 2200, refresh_for=tuple("29:" + "k" * 95 + str(n) for n in range(70))
    )
    for name, card in every_card(record, who, text):
        assert len(card) <= LARGEST, name


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=hostile_texts, language=st.sampled_from(LANGUAGES))
def test_nobodys_words_are_read_as_markup(text: str, language: Language) -> None:
    """Whatever is read as Markdown, or is a title, an address or an attribute, is the same for any message."""
    hostile = every_card(hostile_record(CANARY + text, 3, 2, 2), reader(language), CANARY + text)
    for name, card in hostile:
        assert CANARY in json.dumps(_runs(card), ensure_ascii=False) or name.startswith("message."), name
        assert CANARY not in json.dumps(_without_runs(json.loads(card)), ensure_ascii=False), name


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_message_becomes_a_link(text: str) -> None:
    for name, card in every_card(hostile_record(text, 3, 2, 2), reader(), text):
        drawn = draw(card)
        assert (drawn.complaints, drawn.links) == ((), ()), name
        assert not any("evil" in piece or "太字" in piece for piece in drawn.markdown), name


def test_no_text_of_ours_holds_markup() -> None:
    """Headings are Markdown: a text of ours must look the same with and without it."""
    for key in CARD.keys() - {"counts"}:
        if not key.startswith("text."):
            for language in LANGUAGES:
                told = CARD.fill(key, language, dict.fromkeys(CARD.placeholders(key), "x"))
                assert not set(told) & set("*_`[]<>#~|\\"), key


def test_refresh_is_asked_for_sixty_people_at_most() -> None:
    who = reader(refresh_for=tuple(f"29:{number}" for number in range(100)))
    refresh = json.loads(dict(every_card(make_change().record, who))["hold.held"])["refresh"]
    assert len(refresh["userIds"]) == MOST_REFRESHING


def test_a_card_that_can_change_no_more_is_not_asked_for_again() -> None:
    cards = dict(every_card(make_change().record, reader(refresh_for=("29:one",))))
    live = {name for name, card in cards.items() if "refresh" in json.loads(card)}
    assert {"hold.held", "hold.delayed", "hold.awaiting-approval", "hold.delivering", "approval.request"} <= live
    assert {"receipt.waiting", "receipt.paused", "receipt.manual"} <= live
    assert not live & {"hold.delivered", "hold.discarded", "hold.denied", "approval.ended.True", "receipt.deleted"}


def test_without_a_link_there_is_no_button_to_a_page() -> None:
    for name, card in every_card(make_change().record, reader(link="")):
        assert not any(element["type"] == "Action.OpenUrl" for element in elements(json.loads(card))), name


def _runs(card: bytes) -> list[str]:
    """The texts that know no markup."""
    return [element["text"] for element in elements(json.loads(card)) if element["type"] == "TextRun"]


def _without_runs(value: Any) -> Any:
    """The card without the texts that know no markup, and without what buttons carry back to us."""
    if isinstance(value, dict):
        is_run = value.get("type") == "TextRun"
        return {
            key: _without_runs(inner)
            for key, inner in value.items()
            if not (is_run and key == "text") and key != "data"
        }
    return [_without_runs(inner) for inner in value] if isinstance(value, list) else value
