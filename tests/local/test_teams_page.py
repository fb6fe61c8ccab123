"""The Teams stand-in's page in a real browser: cards by Microsoft's renderer, buttons, inputs, refresh, old clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from local.demo_tenant import BOT_ID, SENDER
from local.teams.people import demo_members
from shared.adapters.secrets_file import FileSecrets
from shared.adapters.teams_connector import ConnectorTeamsMessenger
from shared.ports_teams import Conversation
from tests.support.browser import launched
from tests.support.teams_program import TeamsProgram, taking

pytestmark = pytest.mark.browser

SATO = next(member for member in demo_members() if member.address == SENDER)
FALLBACK = {"type": "Action.Submit", "title": "配送", "data": {"verb": "hold.release", "m": "1"}}
CARD: dict[str, Any] = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [
        {"type": "TextBlock", "text": "**送信を保留しました** <b>x</b>", "wrap": True},
        {"type": "Input.Text", "id": "comment", "label": "コメント"},
    ],
    "actions": [
        {"type": "Action.Execute", "title": "配送", "verb": "hold.release", "data": {"m": "1"}, "fallback": FALLBACK},
        {"type": "Action.OpenUrl", "title": "詳細", "url": "http://127.0.0.1:1/h/abc"},
        {"type": "Action.OpenUrl", "title": "罠", "url": "javascript:alert(1)"},
    ],
}
DONE = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "配送しました"}]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def shared_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamsProgram]:
    program = TeamsProgram(tmp_path_factory.mktemp("teams"))
    program.start()
    program.wait_installed()
    yield program
    program.close()


@pytest.fixture
def program(shared_program: TeamsProgram, monkeypatch: pytest.MonkeyPatch) -> TeamsProgram:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(shared_program.directory / "trust.pem"))
    shared_program.bot = taking
    shared_program.heard.clear()
    return shared_program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(locale="ja-JP", viewport={"width": 1100, "height": 800}) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        assert complaints == []


def teams(program: TeamsProgram) -> ConnectorTeamsMessenger:
    return ConnectorTeamsMessenger(program.process, FileSecrets("", program.process.secrets_file))


def place(program: TeamsProgram) -> Conversation:
    service = f"https://127.0.0.1:{program.service}/jp/"
    return Conversation(SATO.tenant, SATO.id, SATO.conversation, service, SATO.key, f"28:{BOT_ID}")


def post(program: TeamsProgram, card: dict[str, Any]) -> str:
    return teams(program).post_card(place(program), json.dumps(card).encode(), "x")


def answering(card: dict[str, Any]) -> Any:
    answer = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}
    return lambda activity, authorization: (200, answer)


def test_a_comment_goes_with_the_button_and_the_answer_takes_the_cards_place(program: TeamsProgram, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{program.web}/chat/{SATO.id}")
    expect(page.get_by_role("heading", level=2)).to_have_text(SATO.name)
    message = post(program, CARD)  # it appears by itself
    shown = page.locator(f"[data-message='{message}']")
    expect(shown.locator("strong")).to_have_text("送信を保留しました")
    expect(shown.get_by_text("<b>x</b>")).to_be_visible()  # markup of strangers is text
    shown.get_by_label("コメント").fill("至急です")
    other = post(program, CARD)  # another card does not take away what was typed
    expect(page.locator(f"[data-message='{other}']")).to_be_visible()
    expect(shown.get_by_label("コメント")).to_have_value("至急です")
    program.bot = answering(DONE)
    shown.get_by_role("button", name="配送").click()
    expect(shown.get_by_text("配送しました")).to_be_visible()
    sent = program.heard[-1]["value"]
    assert sent["action"]["verb"] == "hold.release"
    assert sent["action"]["data"] == {"m": "1", "comment": "至急です"}
    assert sent["trigger"] == "manual"

    # the old version can still be pressed, as on a device that was not updated
    shown.get_by_label("版").select_option("0")
    page.locator(f"[data-message='{message}']").get_by_role("button", name="配送").click()
    expect(shown.get_by_label("版")).to_contain_text("3/3")
    assert len([one for one in program.heard if one["type"] == "invoke"]) == 2


def test_a_failure_is_said_below_the_card_in_the_pages_language(program: TeamsProgram, page: Page) -> None:
    message = post(program, CARD)
    program.bot = lambda activity, authorization: (500, None)
    page.goto(f"http://127.0.0.1:{program.web}/chat/{SATO.id}?lang=en")
    shown = page.locator(f"[data-message='{message}']")
    shown.get_by_role("button", name="配送").click()
    expect(shown.get_by_role("status")).to_have_text("Something went wrong. Please try again.")
    page.get_by_role("button", name="日本語").click()
    expect(shown.get_by_role("status")).to_have_text("問題が発生しました。もう一度お試しください。")


def test_links_open_in_a_window_of_their_own_and_scripts_never(program: TeamsProgram, page: Page) -> None:
    message = post(program, CARD)
    page.goto(f"http://127.0.0.1:{program.web}/chat/{SATO.address}")
    shown = page.locator(f"[data-message='{message}']")
    shown.get_by_role("link", name="罠").click()
    with page.context.expect_page() as opened:
        shown.get_by_role("link", name="詳細").click()
    assert len(page.context.pages) == 2
    opened.value.close()


def test_a_client_without_universal_actions_uses_the_fallback(program: TeamsProgram, page: Page) -> None:
    message = post(program, CARD)
    page.goto(f"http://127.0.0.1:{program.web}/chat/{SATO.id}?client=old")
    shown = page.locator(f"[data-message='{message}']")
    shown.get_by_label("コメント").fill("古いクライアント")
    with page.expect_response("**/actions"):
        shown.get_by_role("button", name="配送").click()
    sent = program.heard[-1]
    assert sent["type"] == "message"
    assert sent["value"] == {"verb": "hold.release", "m": "1", "comment": "古いクライアント"}


@pytest.mark.parametrize(
    ("users", "asks"),
    [
        pytest.param(None, True, id="for everybody"),
        pytest.param([SATO.key], True, id="for this person"),
        pytest.param(["29:1other"], False, id="for somebody else"),
    ],
)
def test_a_card_that_wants_it_is_refreshed_when_it_comes_into_view(
    program: TeamsProgram, page: Page, users: list[str] | None, asks: bool
) -> None:
    action = {"type": "Action.Execute", "title": "更新", "verb": "hold.show", "data": {"m": "9"}}
    refresh: dict[str, Any] = {"action": action} | ({"userIds": users} if users else {})
    message = post(program, CARD | {"refresh": refresh})
    program.bot = answering(DONE | {"refresh": refresh})
    page.goto(f"http://127.0.0.1:{program.web}/chat/{SATO.id}")
    shown = page.locator(f"[data-message='{message}']")
    expect(shown.get_by_text("配送しました" if asks else "送信を保留しました")).to_be_visible()
    page.wait_for_load_state("load")
    asked = [one for one in program.heard if one["type"] == "invoke" and one["replyToId"] == message]
    assert [one["value"]["trigger"] for one in asked] == (["automatic"] if asks else [])
    # Old messages of other tests must not ask again and again.
    teams(program).update_card(place(program), message, json.dumps(DONE).encode(), "x")


def test_the_app_is_removed_and_installed_by_its_button(program: TeamsProgram, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{program.web}/chat/{SATO.id}")
    page.get_by_role("button", name="アプリを削除").click()
    expect(page.get_by_text("アプリはインストールされていません")).to_be_visible()
    page.get_by_role("button", name="アプリをインストール").click()
    expect(page.get_by_text("アプリはインストール済みです")).to_be_visible()
    kinds = [(one["type"], one.get("action")) for one in program.heard if one["type"] == "installationUpdate"]
    assert kinds == [("installationUpdate", "remove"), ("installationUpdate", "add")]
