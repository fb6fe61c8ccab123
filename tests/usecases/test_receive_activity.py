"""The bot's endpoint as a use case: who is believed, who is known, what counts once, and what anybody learns."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from shared.core.people.person import Person
from shared.core.policy.tenant_settings import Teams
from shared.core.text.bot import BOT
from shared.errors import StorageUnavailable, TemporaryError
from shared.ports_people import AuditCode
from shared.ports_teams import NotReachable, TeamsUnavailable
from shared.usecases.receive_activity import receive
from tests.support.activities import ENTRA_TENANT, HANAKO, SERVICE_URL, activity, body_of, card_action
from tests.support.app import OUTSIDE, SENDER, World, make_settings
from tests.support.teams_chat import (
    AUTHORIZATION,
    STRANGER,
    Chat,
    audit_lines,
    inner,
    refusals,
    shown_hold,
    teams_world,
)


@pytest.fixture
def world() -> World:
    return teams_world()


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


def codes(world: World) -> list[AuditCode]:
    return [line.code for line in audit_lines(world)]


# --- who is believed ---


@pytest.mark.parametrize(
    ("authorization", "document", "status"),
    [
        pytest.param("", card_action("hold.show"), 403, id="no token"),
        pytest.param("Bearer forged", card_action("hold.show"), 403, id="forged token"),
        pytest.param(
            AUTHORIZATION, card_action("hold.show", serviceUrl="https://evil.example/"), 403, id="other service"
        ),
        pytest.param(AUTHORIZATION, card_action("hold.show", channelId="webchat"), 403, id="other channel"),
        pytest.param(AUTHORIZATION, {"type": "message"}, 400, id="no activity"),
    ],
)
def test_a_request_that_is_not_teams_own_learns_nothing(
    world: World, authorization: str, document: object, status: int
) -> None:
    answer = receive(world.app, authorization, body_of(document))
    assert (answer.status, answer.body) == (status, b"")
    assert codes(world) == []


def test_without_the_keys_teams_may_come_again(world: World, chat: Chat) -> None:
    world.bot_tokens.trouble.before("check", TemporaryError("no keys"))
    answer = chat.write()
    assert (answer.status, answer.body, answer.retry_after) == (503, b"", 30)
    assert chat.repeat().status == 200


# --- who is known ---


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(lambda: card_action("hold.show", tenant=HANAKO), "UnknownOrganisation", id="another organisation"),
        pytest.param(
            lambda: card_action("hold.show", conversation={"id": "19:x", "tenantId": ENTRA_TENANT}),
            "NotPersonal",
            id="group",
        ),
        pytest.param(lambda: card_action("hold.show", person=STRANGER), "NotAllowed", id="unknown person"),
    ],
)
def test_a_button_that_nobody_known_pressed_is_refused(
    world: World, make: Callable[[], dict[str, object]], code: str
) -> None:
    answer = inner(receive(world.app, AUTHORIZATION, body_of(make())))
    assert answer["statusCode"] == 403
    assert answer["type"] == "application/vnd.microsoft.error"
    assert answer["value"]["code"] == code


def test_somebody_unknown_is_refused_and_that_is_recorded(world: World) -> None:
    chat = Chat(world, STRANGER)
    assert chat.write().status == 200
    assert refusals(world) == ["unknown-person"]
    assert [posted.text for posted in world.teams.chat(chat.id)] == [BOT.text("unknown-person", "ja")]


def test_somebody_removed_is_refused_from_then_on(world: World, chat: Chat) -> None:
    ref = world.judge(OUTSIDE)
    data = shown_hold(world, ref)
    world.directory.remove("demo", [SENDER])
    answer = inner(chat.press("hold.discard", data))
    assert answer["value"]["code"] == "NotAllowed"
    assert world.record(ref).outcome is None
    assert refusals(world) == ["removed-person"]


def test_an_organisation_without_a_bot_has_no_activities() -> None:
    world = teams_world(teams=Teams())
    document = card_action("hold.show", tenant="")
    document["channelData"] = {}
    assert inner(receive(world.app, AUTHORIZATION, body_of(document)))["value"]["code"] == "UnknownOrganisation"


def test_a_tenant_that_names_anothers_directory_gets_none_of_its_people(world: World, chat: Chat) -> None:
    world.settings_store.save(
        make_settings(tenant_id="thief", domains=("thief.example",), teams=Teams(entra_tenant=ENTRA_TENANT))
    )
    assert chat.install().status == 200
    assert world.conversations.of("demo", HANAKO) is not None
    assert world.conversations.of("thief", HANAKO) is None


def test_a_directory_that_two_tenants_claim_with_the_same_person_is_nobodys(world: World, chat: Chat) -> None:
    world.settings_store.save(
        make_settings(tenant_id="thief", domains=("thief.example",), teams=Teams(entra_tenant=ENTRA_TENANT))
    )
    world.directory.save("thief", [Person("hanako@thief.example", id=HANAKO)])
    chat.install()
    assert world.conversations.of("demo", HANAKO) is None
    assert world.conversations.of("thief", HANAKO) is None


# --- the app comes and goes ---


def test_getting_the_app_keeps_the_place_and_says_hello_once(world: World, chat: Chat) -> None:
    assert chat.install().status == 200
    place = world.conversations.of("demo", HANAKO)
    assert place is not None
    assert (place.id, place.service_url, place.person_key, place.bot_key) == (chat.id, SERVICE_URL, "29:0001", "28:bot")
    assert (place.entra_tenant, place.installed_at) == (ENTRA_TENANT, world.clock.now())
    [hello] = world.teams.chat(chat.id)
    assert json.loads(hello.card)["lang"] == "ja"
    assert hello.summary == BOT.text("welcome", "ja")
    assert codes(world) == [AuditCode.TEAMS_INSTALLED]
    assert chat.repeat().status == 200
    assert len(world.teams.chat(chat.id)) == 1
    assert codes(world) == [AuditCode.TEAMS_INSTALLED, AuditCode.REFUSED]


def test_a_new_version_of_the_app_is_no_reason_to_say_hello(world: World, chat: Chat) -> None:
    chat.install("add-upgrade")
    assert world.conversations.of("demo", HANAKO) is not None
    assert world.teams.chat(chat.id) == ()


def test_taking_the_app_away_forgets_the_place(world: World, chat: Chat) -> None:
    chat.install()
    assert chat.install("remove").status == 200
    assert world.conversations.of("demo", HANAKO) is None
    assert codes(world)[-1] is AuditCode.TEAMS_REMOVED
    assert chat.repeat().status == 200


def test_somebody_removed_who_takes_the_app_away_is_forgotten_too(world: World, chat: Chat) -> None:
    chat.install()
    world.directory.remove("demo", [SENDER])
    chat.install("remove")
    assert world.conversations.of("demo", HANAKO) is None


def test_an_installation_that_storage_lost_is_done_by_its_repetition(world: World, chat: Chat) -> None:
    world.conversations.trouble.before("save", StorageUnavailable("down"))
    assert chat.install().status == 503
    assert chat.repeat().status == 200
    assert world.conversations.of("demo", HANAKO) is not None
    assert len(world.teams.chat(chat.id)) == 1


def test_somebody_whom_the_directory_learns_of_later_has_a_place_already(world: World) -> None:
    chat = Chat(world, STRANGER)
    chat.install()
    assert world.conversations.of("demo", STRANGER) is not None
    assert [posted.text for posted in world.teams.chat(chat.id)] == [BOT.text("unknown-person", "ja")]


@pytest.mark.parametrize("error", [TeamsUnavailable("down", 5), NotReachable("blocked")], ids=["away", "blocked"])
def test_an_installation_counts_though_nobody_could_be_greeted(world: World, chat: Chat, error: Exception) -> None:
    world.teams.trouble.before("post_card", error)
    assert chat.install().status == 200
    assert world.conversations.of("demo", HANAKO) is not None


# --- somebody writes ---


@pytest.mark.parametrize(("language", "text"), [("ja", BOT.text("help", "ja")), ("en", BOT.text("help", "en"))])
def test_whoever_writes_gets_help_in_their_language(world: World, chat: Chat, language: str, text: str) -> None:
    world.directory.save("demo", [Person(SENDER, "Hanako", language=language, id=HANAKO)])
    assert chat.write("release everything!").status == 200
    assert chat.repeat().status == 200
    assert [posted.text for posted in world.teams.chat(chat.id)] == [text]
    assert refusals(world) == ["repeated"]


def test_a_message_tells_where_the_person_is_now(world: World, chat: Chat) -> None:
    chat.install()
    moved = "https://smba.trafficmanager.net/emea/"
    document = activity("message", text="hello", serviceUrl=moved, id="moved")
    assert receive(world.app, world.bot_tokens.good(moved), body_of(document)).status == 200
    place = world.conversations.of("demo", HANAKO)
    assert place is not None
    assert place.service_url == moved


@pytest.mark.parametrize(
    ("document", "status"),
    [
        pytest.param(activity("typing"), 200, id="typing"),
        pytest.param(activity("conversationUpdate", membersAdded=[{"id": "28:bot"}]), 200, id="members"),
        pytest.param(activity("messageReaction", reactionsAdded=[{"type": "like"}]), 200, id="reaction"),
        pytest.param(activity("invoke", name="task/fetch"), 501, id="another invoke"),
    ],
)
def test_other_activities_change_nothing(world: World, chat: Chat, document: dict[str, object], status: int) -> None:
    answer = chat.send(document)
    assert (answer.status, answer.body) == (status, b"")
    assert world.teams.chat(chat.id) == ()


# --- trouble inside ---


@pytest.mark.parametrize(
    ("part", "method"),
    [("directory", "people_by_id"), ("messages", "load"), ("conversations", "first_time"), ("messages", "commit")],
)
def test_trouble_inside_leaves_the_card_and_asks_to_try_again(world: World, chat: Chat, part: str, method: str) -> None:
    ref = world.judge(OUTSIDE)
    data = shown_hold(world, ref)
    getattr(world, part).trouble.before(method, StorageUnavailable("table matta-7 is down"))
    answer = inner(chat.press("hold.discard", data))
    assert (answer["statusCode"], answer["type"]) == (500, "application/vnd.microsoft.error")
    assert answer["value"] == {"code": "TryAgain", "message": BOT.text("try-again", "ja")}
    assert world.record(ref).outcome is None


def test_trouble_with_what_was_written_is_teams_to_tell(world: World, chat: Chat) -> None:
    world.directory.trouble.before("people_by_id", StorageUnavailable("down"))
    assert chat.write().status == 503
