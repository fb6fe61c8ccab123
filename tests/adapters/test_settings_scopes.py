"""What every ``SettingsStore`` does with groups' and users' settings and with history: the fake and the real one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from shared.adapters.settings_blob import BlobSettingsStore
from shared.adapters.storage_clients import container_client
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.change_note import LONGEST_COMMENT, NO_NOTE, ChangeNote, VersionEntry
from shared.core.settings.scope import TENANT_SCOPE, Scope, group_scope, user_scope
from shared.core.settings.scope_settings import NoticeWishes, ScopeSettings, new_scope_settings
from shared.errors import Conflict, InvalidSettings, NotFound
from shared.ports import SettingsStore
from tests.fakes.settings_store import FakeSettingsStore
from tests.support.settings import HANAKO, group_settings, tenant_settings, user_settings
from tests.support.threads import at_once

USER = user_scope(HANAKO)
NOTE = ChangeNote("taro@aozora.example", datetime(2026, 11, 21, 9, 0, tzinfo=UTC), "新しい規則 №1")


@pytest.fixture(params=["fake", "blob"])
def store(request: pytest.FixtureRequest) -> SettingsStore:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeSettingsStore()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    container_client(process, name).create_container()
    return BlobSettingsStore(process, container=name)


def rule(name: str) -> RuleAssignment:
    return RuleAssignment(id=name, rule="subject-blank")


def test_before_anything_is_saved_there_is_an_empty_version_zero(store: SettingsStore) -> None:
    assert store.scopes("demo") == {}
    assert store.present("demo", USER) == new_scope_settings("demo", USER)
    assert store.history("demo", USER) == ()
    with pytest.raises(NotFound):
        store.version("demo", USER, 1)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(user_settings(notices=NoticeWishes(language="en")), id="user"),
        pytest.param(user_settings('"o\'neil/?#"@x.example'), id="user with characters that names must not hold"),
        pytest.param(user_settings("花子@例え.example"), id="Japanese address"),
        pytest.param(user_settings("a" * 64 + "@" + "b" * 240 + ".example"), id="long address"),
        pytest.param(group_settings("営業部"), id="Japanese group"),
        pytest.param(group_settings("a/b\\c#d?e."), id="group with characters that names must not hold"),
        pytest.param(group_settings("..", rules=(rule("r"),)), id="group of dots"),
        pytest.param(group_settings("x", rules=()), id="an empty collection is not an unset one"),
    ],
)
def test_saved_settings_come_back_with_their_version(store: SettingsStore, given: ScopeSettings) -> None:
    first = store.save_scope(given, NOTE)
    assert first == msgspec.structs.replace(given, version=1)
    second = store.save_scope(msgspec.structs.replace(first, rules=(rule("second"),)))
    assert store.scopes("demo") == {given.scope: 2}
    assert store.present("demo", given.scope) == second
    assert store.version("demo", given.scope, 1) == first
    assert store.version("demo", given.scope, 2) == second
    assert store.history("demo", given.scope) == (
        VersionEntry(given.scope, 2, NO_NOTE),
        VersionEntry(given.scope, 1, NOTE),
    )


def test_scopes_whose_keys_look_alike_are_apart(store: SettingsStore) -> None:
    groups = [group_settings(name) for name in ("a.", "a~2e", "a", "a/b", "a~2fb")]
    for number, settings in enumerate(groups):
        store.save_scope(msgspec.structs.replace(settings, rules=(rule(f"rule-{number}"),)))
    store.save_scope(user_settings(rules=(rule("user"),)))
    found = [store.present("demo", settings.scope) for settings in groups]
    assert [item.rules[0].id for item in found if isinstance(item, ScopeSettings) and item.rules] == [
        f"rule-{number}" for number in range(5)
    ]
    assert len(store.scopes("demo")) == 6


def test_second_run_of_the_same_change_is_the_same_version(store: SettingsStore) -> None:
    edit = user_settings(rules=(rule("a"),))
    first = store.save_scope(edit, NOTE)
    assert store.save_scope(edit, NOTE) == first
    assert len(store.history("demo", USER)) == 1


def test_a_stale_edit_is_a_conflict_and_changes_nothing(store: SettingsStore) -> None:
    first = store.save_scope(user_settings(rules=(rule("a"),)), NOTE)
    for stale in (user_settings(rules=(rule("b"),)), msgspec.structs.replace(first, version=7), user_settings()):
        with pytest.raises(Conflict):
            store.save_scope(stale, NOTE)
    assert store.present("demo", USER) == first
    assert store.scopes("demo") == {USER: 1}


def test_tenants_and_scopes_are_apart(store: SettingsStore) -> None:
    store.save_scope(user_settings())
    assert store.scopes("demo-2") == {}
    assert store.present("demo-2", USER).version == 0
    assert store.present("demo", group_scope("sales")).version == 0
    assert store.tenants() == ()
    for tenant_id in ("", "a/b", "..", "A"):
        with pytest.raises(NotFound):
            store.scopes(tenant_id)
        with pytest.raises(NotFound):
            store.present(tenant_id, USER)
        with pytest.raises(NotFound):
            store.history(tenant_id, USER)
        with pytest.raises(NotFound):
            store.version(tenant_id, USER, 1)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(user_settings("not an address"), id="user without a domain"),
        pytest.param(user_settings("Hanako@aozora.example"), id="user in capitals"),
        pytest.param(group_settings(""), id="group without a name"),
        pytest.param(group_settings("g", tenant_id="../x"), id="tenant with a path"),
        pytest.param(group_settings("g", notices=NoticeWishes(reminders=99)), id="value out of range"),
    ],
)
def test_settings_that_could_not_be_read_again_are_refused(store: SettingsStore, broken: ScopeSettings) -> None:
    with pytest.raises(InvalidSettings):
        store.save_scope(broken)
    assert store.scopes("demo") == {}


def test_a_comment_that_is_too_long_is_refused(store: SettingsStore) -> None:
    long = ChangeNote(comment="長" * (LONGEST_COMMENT + 1))
    with pytest.raises(InvalidSettings):
        store.save_scope(user_settings(), long)
    with pytest.raises(InvalidSettings):
        store.save(tenant_settings(), long)
    store.save_scope(user_settings(), ChangeNote("あ" * 320, NOTE.at, "長" * LONGEST_COMMENT))
    assert store.history("demo", USER)[0].note.comment == "長" * LONGEST_COMMENT


def test_the_tenants_history_tells_who_when_and_why(store: SettingsStore) -> None:
    first = store.save(tenant_settings(name="one"), NOTE)
    second = store.save(msgspec.structs.replace(first, name="two"), ChangeNote("jiro@aozora.example", restored=1))
    assert store.history("demo", TENANT_SCOPE) == (
        VersionEntry(TENANT_SCOPE, 2, ChangeNote("jiro@aozora.example", restored=1)),
        VersionEntry(TENANT_SCOPE, 1, NOTE),
    )
    assert store.version("demo", TENANT_SCOPE, 1) == first
    assert store.present("demo", TENANT_SCOPE) == store.version("demo", TENANT_SCOPE, 2) == second
    for missing in (3, 99, -1):
        with pytest.raises(NotFound):
            store.version("demo", TENANT_SCOPE, missing)
    with pytest.raises(NotFound):
        store.present("demo-2", TENANT_SCOPE)
    with pytest.raises(NotFound):
        store.history("demo-2", TENANT_SCOPE)


def test_what_was_read_does_not_change_by_what_is_saved(store: SettingsStore) -> None:
    before = store.scopes("demo")
    store.save_scope(user_settings())
    assert dict(before) == {}


@pytest.mark.parametrize("present", [False, True], ids=["nothing set yet", "something set"])
def test_of_twenty_saves_of_one_version_exactly_one_wins(store: SettingsStore, present: bool) -> None:
    base = store.save_scope(user_settings()) if present else user_settings()
    edits = [msgspec.structs.replace(base, rules=(rule(f"saver-{number}"),)) for number in range(20)]
    outcomes = at_once(20, lambda number: store.save_scope(edits[number]))
    winners = [outcome for outcome in outcomes if isinstance(outcome, ScopeSettings)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19
    assert store.present("demo", USER) == winners[0]


def test_twenty_people_save_their_own_at_once(store: SettingsStore) -> None:
    people = [f"p{number}@aozora.example" for number in range(20)]
    outcomes = at_once(20, lambda number: store.save_scope(user_settings(people[number])))
    assert [getattr(outcome, "version", outcome) for outcome in outcomes] == [1] * 20
    assert store.scopes("demo") == dict.fromkeys(map(user_scope, people), 1)


def test_scope_is_the_same_however_an_address_is_written(store: SettingsStore) -> None:
    store.save_scope(user_settings())
    assert store.present("demo", user_scope("HANAKO@Aozora.Example")).version == 1
    assert store.present("demo", Scope(USER.level, USER.id)).version == 1
