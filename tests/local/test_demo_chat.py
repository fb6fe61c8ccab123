"""A chat as the demo reads it: words on a card, its buttons, and failing loudly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.demo import chat
from local.demo.acts import StepFailed
from local.demo.chat import Card, Chat
from shared.core.text.card import CARD
from tests.support.teams_program import TeamsProgram

OLD = {"type": "Action.Submit", "title": "for old clients", "data": {}}
CONTENT = {
    "type": "AdaptiveCard",
    "body": [
        {
            "type": "RichTextBlock",
            "inlines": [{"type": "TextRun", "text": "お見積書"}, {"type": "TextRun", "text": "送付"}],
        },
        {"type": "Input.Text", "id": "comment", "label": "コメント"},
        {"type": "ActionSet", "actions": [{"type": "Action.Execute", "title": "送る", "verb": "a", "fallback": OLD}]},
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "詳細", "url": "https://matta.example/"}],
    "refresh": {"action": {"type": "Action.Execute", "title": "更新", "verb": "show"}},
}


def test_all_words_are_read_and_none_of_what_other_clients_see() -> None:
    text = Card("1", CONTENT).text
    assert all(words in text for words in ("お見積書", "送付", "コメント", "送る", "詳細"))
    assert "for old clients" not in text
    assert "更新" not in text


@pytest.mark.parametrize(
    ("title", "verb"),
    [
        pytest.param("送る", "a", id="a button that acts"),
        pytest.param("詳細", None, id="a link"),
        pytest.param("更新", None, id="what Teams does by itself"),
        pytest.param("for old clients", None, id="a fallback"),
    ],
)
def test_only_buttons_that_act_can_be_pressed(title: str, verb: str | None) -> None:
    button = Card("1", CONTENT).button(title)
    assert (button["verb"] if button else None) == verb


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamsProgram]:
    program = TeamsProgram(tmp_path_factory.mktemp("teams"))
    program.start()
    yield program
    program.close()


def test_a_card_that_never_comes_and_a_button_that_is_not_there_fail_the_step(
    program: TeamsProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "PATIENCE_SECONDS", 0.2)
    person = Chat(f"http://127.0.0.1:{program.web}", "sato@aozora.example", "ja")
    with pytest.raises(StepFailed, match="no card"):
        person.card("お見積書")
    with pytest.raises(StepFailed, match=CARD.text("button.release", "ja")):
        person.press(Card("1", CONTENT), "button.release")
