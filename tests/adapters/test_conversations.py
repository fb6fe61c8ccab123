"""What every ``Conversations`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.adapters.conversations_table import TableConversations
from shared.adapters.storage_clients import table_client
from shared.errors import NotFound
from shared.ports_teams import Conversation, Conversations
from tests.fakes.conversations import FakeConversations
from tests.support.records import NOW
from tests.support.threads import at_once

HANAKO = Conversation(
    "11111111-aaaa-4aaa-8aaa-111111111111",
    "22222222-bbbb-4bbb-8bbb-222222222222",
    "a:1_/conversation?x#y\\z",
    "https://smba.trafficmanager.net/jp/",
    "29:person",
    "28:bot",
    "ja-JP",
    NOW,
)
ODD_IDS = ["1733481599374", "f:a/b?c#d\\e", "花子", "x" * 5000, "\ud800"]


@pytest.fixture(params=["fake", "table"])
def conversations(request: pytest.FixtureRequest) -> Conversations:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeConversations()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableConversations(process, table=name)


def test_a_conversation_is_kept_replaced_and_forgotten(conversations: Conversations) -> None:
    assert conversations.of("demo", HANAKO.person_id) is None
    moved = replace(HANAKO, service_url="https://smba.trafficmanager.net/emea/", installed_at=None)
    for wanted in (HANAKO, HANAKO, moved):
        conversations.save("demo", wanted)
        assert conversations.of("demo", HANAKO.person_id) == wanted
    for _ in range(2):
        conversations.remove("demo", HANAKO.person_id)
        assert conversations.of("demo", HANAKO.person_id) is None


def test_ids_with_any_characters_are_kept_apart(conversations: Conversations) -> None:
    ids = ["a/b", "a~2fb", "a\\b", "a#b", "a?b", "花子", "A", "a"]
    for number, id_ in enumerate(ids):
        conversations.save("demo", replace(HANAKO, person_id=id_, id=str(number)))
    found = [conversations.of("demo", id_) for id_ in ids]
    assert [one.id for one in found if one is not None] == [str(number) for number in range(len(ids))]


def test_another_tenant_knows_nothing_of_it(conversations: Conversations) -> None:
    conversations.save("demo", HANAKO)
    assert conversations.of("demo-2", HANAKO.person_id) is None
    conversations.remove("demo-2", HANAKO.person_id)
    assert conversations.of("demo", HANAKO.person_id) == HANAKO
    assert conversations.first_time("demo", "1", NOW)
    assert conversations.first_time("demo-2", "1", NOW)
    for name in ("", "a/b", "de'mo"):
        for call in (
            lambda name=name: conversations.of(name, "x"),
            lambda name=name: conversations.save(name, HANAKO),
            lambda name=name: conversations.remove(name, "x"),
            lambda name=name: conversations.first_time(name, "x", NOW),
        ):
            with pytest.raises(NotFound):
                call()


@pytest.mark.parametrize("activity", ODD_IDS, ids=["number", "key characters", "Japanese", "long", "no Unicode"])
def test_an_activity_is_new_once(conversations: Conversations, activity: str) -> None:
    assert [conversations.first_time("demo", activity, NOW) for _ in range(3)] == [True, False, False]


def test_what_was_seen_long_ago_is_forgotten_bit_by_bit_and_nothing_younger(conversations: Conversations) -> None:
    old, young = NOW - timedelta(hours=50), NOW - timedelta(hours=46)
    conversations.save("demo", HANAKO)
    for number in range(5):
        assert conversations.first_time("demo", f"old-{number}", old)
    assert conversations.first_time("demo-2", "old-0", old)
    assert conversations.first_time("demo", "young", young)
    assert [conversations.forget_seen(NOW - timedelta(hours=48), 4) for _ in range(3)] == [4, 2, 0]
    assert conversations.first_time("demo", "old-0", NOW)
    assert not conversations.first_time("demo", "young", NOW)
    assert conversations.of("demo", HANAKO.person_id) == HANAKO


def test_of_ten_who_see_an_activity_at_once_one_is_the_first(conversations: Conversations) -> None:
    def see(activity: str, _: int) -> bool:
        return conversations.first_time("demo", activity, NOW)

    for number in range(3):
        outcomes = at_once(10, partial(see, f"a{number}"))
        assert sorted(outcomes, key=bool) == [False] * 9 + [True]
