"""The Teams stand-in as a program: what it asks of a bot and gives to it, tried with the bot's own adapters and msal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.demo_tenant import BOT_ID, ENTRA_TENANT, PEOPLE, SENDER
from local.teams.people import Member, demo_members
from local.teams.signing import SIGNINGS
from shared.adapters.bot_tokens_jwt import JwtBotTokens
from shared.adapters.secrets_file import FileSecrets
from shared.adapters.teams_connector import ConnectorTeamsMessenger
from shared.ports_teams import CardRefused, Conversation, ForgedActivity, NotReachable, TeamsUnavailable
from tests.support.teams_program import TeamsProgram, taking

SATO = next(member for member in demo_members() if member.address == SENDER)
CARD = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [{"type": "TextBlock", "text": "送信を保留しました"}],
    "actions": [{"type": "Action.Execute", "title": "送信", "verb": "hold.release", "data": {"m": "1"}}],
}


@pytest.fixture(scope="module")
def shared_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamsProgram]:
    program = TeamsProgram(tmp_path_factory.mktemp("teams"))
    program.start()
    program.wait_installed()
    yield program
    program.close()


@pytest.fixture
def program(shared_program: TeamsProgram, monkeypatch: pytest.MonkeyPatch) -> Iterator[TeamsProgram]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(shared_program.directory / "trust.pem"))
    shared_program.bot = taking
    shared_program.heard.clear()
    yield shared_program
    shared_program.request("DELETE", "/api/faults")


def messenger(program: TeamsProgram) -> ConnectorTeamsMessenger:
    return ConnectorTeamsMessenger(program.process, FileSecrets("", program.process.secrets_file))


def place(program: TeamsProgram, member: Member = SATO, **changes: str) -> Conversation:
    values = {
        "entra_tenant": member.tenant,
        "person_id": member.id,
        "id": member.conversation,
        "service_url": f"https://127.0.0.1:{program.service}/jp/",
        "person_key": member.key,
        "bot_key": f"28:{BOT_ID}",
    }
    return Conversation(**(values | changes))  # type: ignore[arg-type]


def card(content: object = CARD) -> bytes:
    return json.dumps(content).encode()


def messages(program: TeamsProgram, member: Member = SATO) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.json("GET", f"/api/chats/{member.id}")["messages"]
    return found


def fault(program: TeamsProgram, **content: object) -> None:
    program.json("PUT", "/api/faults", [content])


def answering(value: object, kind: str = "application/vnd.microsoft.card.adaptive") -> Any:
    return lambda activity, authorization: (200, {"statusCode": 200, "type": kind, "value": value})


# --- what the bot gets


def test_the_app_is_installed_for_every_person_at_the_start(tmp_path: Path) -> None:
    program = TeamsProgram(tmp_path)
    try:
        program.start()
        program.wait_installed()
        kinds = [(one["type"], one["from"]["aadObjectId"]) for one in program.heard]
        people = {person.id for person in PEOPLE if person.id}
        assert {person for kind, person in kinds if kind == "installationUpdate"} == people
        assert {person for kind, person in kinds if kind == "conversationUpdate"} == people
        assert len(kinds) == 2 * len(people)
        first = program.heard[0]
        assert first["action"] == "add"
        assert first["channelId"] == "msteams"
        assert first["conversation"]["tenantId"] == first["channelData"]["tenant"]["id"] == ENTRA_TENANT
        assert first["recipient"]["id"] == f"28:{BOT_ID}"
        assert first["from"]["id"].startswith("29:")
        assert {one["locale"] for one in program.heard} == {"ja-JP", "en-US"}
        assert program.stop() == 0
        program.heard.clear()
        program.start()
        assert all(one["installed"] for one in program.json("GET", "/api/people"))
        assert program.heard == []
    finally:
        program.close()


def test_a_bot_that_is_not_up_yet_is_asked_again(tmp_path: Path) -> None:
    program = TeamsProgram(tmp_path)
    answers = iter([404, 503])
    program.bot = lambda activity, authorization: (next(answers, 200), None)
    try:
        program.start()
        program.wait_installed()
    finally:
        program.close()


@pytest.mark.parametrize("signing", SIGNINGS)
def test_every_way_of_signing_but_the_good_one_is_refused_by_the_bots_check(
    program: TeamsProgram, signing: str
) -> None:
    checked: list[bool] = []
    tokens = JwtBotTokens(program.process)

    def bot(activity: dict[str, Any], authorization: str) -> tuple[int, object]:
        try:
            tokens.check(authorization, activity["serviceUrl"], activity["channelId"])
        except ForgedActivity:
            checked.append(False)
            return 403, None
        checked.append(True)
        return 200, None

    program.bot = bot
    activity = {"type": "message", "serviceUrl": f"https://127.0.0.1:{program.service}/jp/", "channelId": "msteams"}
    answer = program.json("POST", "/api/activities", {"activity": activity, "signing": signing})
    assert checked == [signing == "good"]
    assert answer == {"status": 200 if signing == "good" else 403, "body": None}


def test_after_a_rotation_old_and_new_keys_are_published_and_the_new_one_signs(program: TeamsProgram) -> None:
    seen: list[str] = []

    def bot(activity: dict[str, Any], authorization: str) -> tuple[int, object]:
        JwtBotTokens(program.process).check(authorization, activity["serviceUrl"], activity["channelId"])
        seen.append(authorization)
        return 200, None

    program.bot = bot
    for _ in range(2):
        program.json("POST", f"/api/chats/{SATO.id}/texts", {"text": "こんにちは"})
        program.json("POST", "/api/keys", {})
    import jwt

    first, second = (jwt.get_unverified_header(value.partition(" ")[2])["kid"] for value in seen)
    assert first != second


# --- what the bot can do


def test_a_card_is_posted_replaced_and_kept_in_every_version(program: TeamsProgram) -> None:
    teams = messenger(program)
    before = len(messages(program))
    activity = teams.post_card(place(program), card(), "保留のお知らせ")
    teams.update_card(place(program), activity, card(CARD | {"actions": []}), "送信済み")
    text = teams.post_text(place(program), "**太字** [リンク](https://matta.example/)")
    found = messages(program)[before:]
    assert [one["id"] for one in found] == [activity, text]
    assert [(one["how"], len(one["card"]["actions"]), one["summary"]) for one in found[0]["versions"]] == [
        ("posted", 1, "保留のお知らせ"),
        ("updated", 0, "送信済み"),
    ]
    assert found[1]["versions"][0]["text"].startswith("**太字**")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"id": "a:1unknown"}, NotReachable, id="no such conversation"),
        pytest.param({"service_url": "https://smba.trafficmanager.net/jp/"}, NotReachable, id="another service"),
    ],
)
def test_a_wrong_place_is_not_reachable(program: TeamsProgram, changes: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        messenger(program).post_card(place(program, **changes), card(), "x")


def test_without_the_app_the_bot_cannot_write_until_it_is_installed_again(program: TeamsProgram) -> None:
    assert program.json("DELETE", f"/api/chats/{SATO.id}/app") == {"status": 200, "body": None}
    assert (program.heard[-1]["type"], program.heard[-1]["action"]) == ("installationUpdate", "remove")
    with pytest.raises(NotReachable):
        messenger(program).post_card(place(program), card(), "x")
    assert program.json("POST", f"/api/chats/{SATO.id}/app", {}) == {"installed": True}
    assert messenger(program).post_card(place(program), card(), "x")


def test_a_card_above_28_kib_is_refused(program: TeamsProgram) -> None:
    large = CARD | {"body": [{"type": "TextBlock", "text": "あ" * 10_000}]}
    with pytest.raises(CardRefused):
        messenger(program).post_card(place(program), card(large), "x")


@pytest.mark.parametrize(
    ("asked", "error", "pause"),
    [
        pytest.param(
            {"stage": "post", "status": 429, "retry_after": 7, "times": 1}, TeamsUnavailable, 7, id="throttled"
        ),
        pytest.param({"stage": "post", "status": 503, "times": 1}, TeamsUnavailable, 0, id="unavailable"),
        pytest.param({"stage": "token", "status": 503, "times": 1}, TeamsUnavailable, 0, id="no token"),
        pytest.param({"stage": "post", "drop": True, "times": 1}, TeamsUnavailable, 0, id="cut off"),
        pytest.param(
            {"stage": "post", "person": SENDER, "status": 403, "code": "ConversationBlockedByUser", "times": 1},
            NotReachable,
            None,
            id="blocked",
        ),
    ],
)
def test_faults_strike_once_and_then_it_goes_well(
    program: TeamsProgram, asked: dict[str, Any], error: type[Exception], pause: float | None
) -> None:
    fault(program, **asked)
    teams, before = messenger(program), len(messages(program))
    with pytest.raises(error) as caught:
        teams.post_card(place(program), card(), "x")
    assert getattr(caught.value, "retry_after", None) == pause
    assert len(messages(program)) == before
    # Another client: msal itself keeps away for a minute from an authority that failed.
    assert messenger(program).post_card(place(program), card(), "x")
    assert [one["struck"] for one in program.json("GET", "/api/faults")] == [1]


def test_an_answer_can_be_lost_after_the_deed(program: TeamsProgram) -> None:
    fault(program, stage="post", status=502, done=True, times=1)
    before = len(messages(program))
    with pytest.raises(TeamsUnavailable):
        messenger(program).post_card(place(program), card(), "x")
    assert len(messages(program)) == before + 1


@pytest.mark.parametrize(
    ("method", "path", "authorization", "status"),
    [
        pytest.param("POST", f"/jp/v3/conversations/{SATO.conversation}/activities", "", 401, id="no token"),
        pytest.param("POST", f"/jp/v3/conversations/{SATO.conversation}/activities", "Bearer x.y.z", 401, id="forged"),
        pytest.param("POST", f"/{ENTRA_TENANT}/oauth2/v2.0/token", "Basic bWF0dGE6d3Jvbmc=", 400, id="no grant"),
    ],
)
def test_nobody_writes_without_the_bots_token(
    program: TeamsProgram, method: str, path: str, authorization: str, status: int
) -> None:
    import requests

    url = f"https://127.0.0.1:{program.service}{path}"
    trust = str(program.directory / "trust.pem")
    answer = requests.request(
        method,
        url,
        json={"type": "message", "text": "x"},
        headers={"Authorization": authorization},
        verify=trust,
        timeout=20,
    )
    assert answer.status_code == status


# --- what people do


def test_pressing_a_button_sends_what_teams_sends_and_shows_the_answer(program: TeamsProgram) -> None:
    activity = messenger(program).post_card(place(program), card(), "x")
    program.bot = answering(CARD | {"body": []})
    action = {"verb": "hold.release", "data": {"m": "1", "comment": "至急"}, "title": "送信"}
    answer = program.json("POST", f"/api/chats/{SENDER}/actions", {"message": activity, "action": action})
    assert answer["status"] == 200
    sent = program.heard[-1]
    assert (sent["type"], sent["name"], sent["replyToId"]) == ("invoke", "adaptiveCard/action", activity)
    assert sent["value"] == {"action": {"type": "Action.Execute", **action}, "trigger": "manual"}
    assert sent["from"] == {"id": SATO.key, "name": SATO.name, "aadObjectId": SATO.id}
    assert messages(program)[-1]["versions"][-1]["how"] == "answered"


@pytest.mark.parametrize(
    ("bot", "note"),
    [
        pytest.param(
            answering("配送しました", "application/vnd.microsoft.activity.message"), "配送しました", id="a text"
        ),
        pytest.param(lambda activity, authorization: (500, None), "!", id="an error"),
        pytest.param(
            lambda activity, authorization: (200, {"statusCode": 403, "type": "application/vnd.microsoft.error"}),
            "!",
            id="a refusal",
        ),
    ],
)
def test_an_answer_that_is_no_card_goes_below_the_card(program: TeamsProgram, bot: Any, note: str) -> None:
    activity = messenger(program).post_card(place(program), card(), "x")
    program.bot = bot
    action = {"verb": "hold.release", "data": {}}
    program.json("POST", f"/api/chats/{SATO.id}/actions", {"message": activity, "action": action})
    found = messages(program)[-1]
    assert (found["note"], len(found["versions"])) == (note, 1)


def test_action_submit_is_a_message_without_text(program: TeamsProgram) -> None:
    activity = messenger(program).post_card(place(program), card(), "x")
    program.json("POST", f"/api/chats/{SATO.id}/actions", {"message": activity, "submit": {"verb": "hold.release"}})
    sent = program.heard[-1]
    assert (sent["type"], sent["value"], sent["replyToId"]) == ("message", {"verb": "hold.release"}, activity)
    assert "text" not in sent


def test_what_was_sent_can_be_sent_again(program: TeamsProgram) -> None:
    program.json("POST", f"/api/chats/{SATO.id}/texts", {"text": "こんにちは"})
    last = program.json("GET", "/api/activities")[-1]
    program.json("POST", "/api/activities", {"activity": last["activity"]})
    assert program.heard[-1] == program.heard[-2] == last["activity"]


# --- for this machine alone


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "teams.evil.example"}, id="a rebound name"),
        pytest.param({"Origin": "https://evil.example"}, id="a foreign page"),
    ],
)
def test_pages_of_other_places_are_refused(program: TeamsProgram, headers: dict[str, str]) -> None:
    assert program.request("GET", "/api/people", headers=headers)[0] == 403


def test_pages_bring_their_scripts_and_nothing_from_elsewhere(program: TeamsProgram) -> None:
    status, page, headers = program.request("GET", f"/chat/{SATO.id}")
    assert status == 200
    assert b"//" not in page
    assert "default-src 'none'" in headers["content-security-policy"]
    for name in ("adaptivecards.js", "adaptivecards.css", "markdown-it.js", "teams.js", "cards.js", "texts.js"):
        assert program.request("GET", f"/static/{name}")[0] == 200
    assert program.request("GET", "/static/..%2fweb.py")[0] == 404


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"stage": "somewhere"}, id="unknown stage"),
        pytest.param({"stage": "post", "status": 200}, id="a success"),
        pytest.param({"stage": "post", "delay": -1}, id="before its time"),
        pytest.param({"stage": "post", "reply": "451"}, id="unknown key"),
        pytest.param("post", id="no object"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(program: TeamsProgram, fault: object) -> None:
    assert program.request("PUT", "/api/faults", [fault])[0] == 400
    assert program.json("GET", "/api/faults") == []
