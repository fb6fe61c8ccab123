"""Changing settings: versions with author and time, stale edits shown with both versions, older ones brought back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.core.policy.actions import DeliverAtOnce
from shared.core.policy.conditions.model import AddressList
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.core.settings.change_note import ChangeNote
from shared.core.settings.compare import How
from shared.core.settings.scope import TENANT_SCOPE, group_scope
from shared.core.settings.scope_settings import ScopeSettings
from shared.core.settings.stale_edit import StaleEdit
from shared.errors import Conflict, InvalidSettings, NotFound, StorageUnavailable
from shared.ports import Group, Person
from shared.usecases.change_settings import bring_back, change_settings
from tests.support.app import SENDER, World, make_settings
from tests.support.records import NOW
from tests.support.settings import group_settings, user_settings
from tests.support.threads import at_once

ADMIN = "admin@aozora.example"


@pytest.fixture
def world() -> World:
    return World()


def rule(id_: str, **more: Any) -> RuleAssignment:
    return RuleAssignment(id=id_, rule="subject-blank", **more)


def renamed(settings: Any, name: str) -> Any:
    return msgspec.structs.replace(settings, name=name)


def test_a_change_is_a_version_with_author_time_and_comment(world: World) -> None:
    first = change_settings(world.app, make_settings(name="one"), ADMIN, "set up")
    world.clock.advance(seconds=60)
    second = change_settings(world.app, renamed(first, "two"), "other@aozora.example")
    assert (first.version, second.version) == (1, 2)
    notes = [entry.note for entry in world.settings_store.history("demo", TENANT_SCOPE)][:2]
    assert notes == [
        ChangeNote("other@aozora.example", NOW + timedelta(seconds=60)),
        ChangeNote(ADMIN, NOW, "set up"),
    ]
    assert world.app.settings.tenant("demo") == second


def test_a_stale_edit_shows_both_versions_and_what_differs_and_saves_nothing(world: World) -> None:
    base = change_settings(world.app, make_settings(rules=(rule("a"), rule("b"))), ADMIN)
    assert isinstance(base, TenantSettings)
    mine = msgspec.structs.replace(base, name="mine", rules=(rule("b"),))
    present = change_settings(world.app, msgspec.structs.replace(base, rules=(rule("a"), rule("c"))), "other@x.example")
    with pytest.raises(StaleEdit) as refused:
        change_settings(world.app, mine, ADMIN)
    stale = refused.value
    assert (stale.theirs, stale.present) == (mine, present)
    assert {(item.path, item.how) for item in stale.differences} == {
        ("name", How.CHANGED),
        ("rules[a]", How.REMOVED),
        ("rules[b]", How.ADDED),
        ("rules[c]", How.REMOVED),
    }
    assert {(item.path, item.how) for item in stale.meanwhile} == {("rules[b]", How.REMOVED), ("rules[c]", How.ADDED)}
    assert "version 1" in stale.public
    assert "version 2" in stale.public
    assert isinstance(stale, Conflict)
    assert world.app.settings.tenant("demo") == present


def test_second_run_of_a_change_is_stale_and_shows_no_difference(world: World) -> None:
    edit = make_settings(name="one")
    change_settings(world.app, edit, ADMIN)
    with pytest.raises(StaleEdit) as refused:
        change_settings(world.app, edit, ADMIN)
    assert refused.value.differences == ()


def test_a_users_stale_edit_is_shown_in_the_same_way(world: World) -> None:
    first = change_settings(world.app, user_settings(SENDER, rules=(rule("a"),)), SENDER)
    change_settings(world.app, msgspec.structs.replace(first, rules=(rule("b"),)), SENDER)
    with pytest.raises(StaleEdit) as refused:
        change_settings(world.app, msgspec.structs.replace(first, rules=(rule("c"),)), SENDER)
    assert [item.path for item in refused.value.differences] == ["rules[b]", "rules[c]"]
    assert [item.path for item in refused.value.meanwhile] == ["rules[a]", "rules[b]"]


@pytest.mark.parametrize("level", ["tenant", "group", "user"])
def test_of_twenty_people_who_edit_one_version_exactly_one_wins(world: World, level: str) -> None:
    base = {"tenant": make_settings(), "group": group_settings("sales"), "user": user_settings(SENDER)}[level]
    edits = [msgspec.structs.replace(base, rules=(rule(f"by-{number}"),)) for number in range(20)]
    outcomes = at_once(20, lambda number: change_settings(world.app, edits[number], f"p{number}@aozora.example"))
    winners = [outcome for outcome in outcomes if isinstance(outcome, TenantSettings | ScopeSettings)]
    stale = [outcome for outcome in outcomes if isinstance(outcome, StaleEdit)]
    assert (len(winners), len(stale)) == (1, 19)
    assert all(outcome.present == winners[0] and outcome.differences for outcome in stale)


class TestBringBack:
    def test_an_older_version_becomes_the_next_one(self, world: World) -> None:
        first = change_settings(world.app, make_settings(name="one"), ADMIN)
        second = change_settings(world.app, renamed(first, "two"), ADMIN)
        back = bring_back(world.app, "demo", TENANT_SCOPE, 1, second.version, "other@x.example", "undo")
        assert back == msgspec.structs.replace(first, version=3)
        entry = world.settings_store.history("demo", TENANT_SCOPE)[0]
        assert entry.note == ChangeNote("other@x.example", NOW, "undo", restored=1)
        assert world.settings_store.version("demo", TENANT_SCOPE, 2) == second

    def test_the_present_must_be_the_one_that_was_seen(self, world: World) -> None:
        first = change_settings(world.app, make_settings(), ADMIN)
        change_settings(world.app, first, ADMIN)
        with pytest.raises(StaleEdit):
            bring_back(world.app, "demo", TENANT_SCOPE, 1, 1, ADMIN)

    def test_a_version_that_there_is_not_is_not_found(self, world: World) -> None:
        with pytest.raises(NotFound):
            bring_back(world.app, "demo", TENANT_SCOPE, 9, 0, ADMIN)
        with pytest.raises(NotFound):
            bring_back(world.app, "demo", group_scope("sales"), 1, 0, ADMIN)

    def test_what_an_older_version_names_must_still_be_there(self, world: World) -> None:
        tenant = change_settings(world.app, make_settings(lists=(AddressList(id="friends"),)), ADMIN)
        with_list = user_settings(
            SENDER, rules=(RuleAssignment(id="r", rule="recipient-external", except_lists=("friends",)),)
        )
        first = change_settings(world.app, with_list, SENDER)
        change_settings(world.app, msgspec.structs.replace(first, rules=()), SENDER)
        change_settings(world.app, msgspec.structs.replace(tenant, lists=()), ADMIN)
        with pytest.raises(InvalidSettings, match="friends"):
            bring_back(
                world.app, "demo", first.scope if isinstance(first, ScopeSettings) else TENANT_SCOPE, 1, 2, SENDER
            )


class TestChecks:
    def test_a_user_may_name_what_the_tenant_and_the_groups_above_have(self, world: World) -> None:
        world.app.directory.save("demo", [Person(SENDER, groups=("tokyo",))])
        world.app.directory.save_groups("demo", [Group("tokyo", above=("sales",))])
        change_settings(world.app, make_settings(lists=(AddressList(id="of-tenant"),)), ADMIN)
        change_settings(world.app, group_settings("sales", lists=(AddressList(id="of-sales"),)), ADMIN)
        change_settings(world.app, group_settings("osaka", lists=(AddressList(id="of-osaka"),)), ADMIN)

        def naming(name: str) -> tuple[RuleAssignment, ...]:
            return (RuleAssignment(id="r", rule="recipient-external", except_lists=(name,)),)

        saved = change_settings(world.app, user_settings(SENDER, rules=naming("of-tenant")), SENDER)
        saved = change_settings(world.app, msgspec.structs.replace(saved, rules=naming("of-sales")), SENDER)
        change_settings(world.app, group_settings("tokyo", rules=naming("of-sales")), ADMIN)
        for wrong in (
            msgspec.structs.replace(saved, rules=naming("of-osaka")),
            user_settings("stranger@aozora.example", rules=naming("of-sales")),
            group_settings("nagoya", rules=naming("of-sales")),
        ):
            with pytest.raises(InvalidSettings):
                change_settings(world.app, wrong, SENDER)

    def test_what_is_for_administrators_is_refused(self, world: World) -> None:
        with pytest.raises(InvalidSettings):
            change_settings(
                world.app, user_settings(SENDER, policies=(Policy(id="p", actions=(DeliverAtOnce(),)),)), SENDER
            )
        assert world.settings_store.scopes("demo") == {}

    def test_an_invalid_tenant_and_an_unknown_one_are_refused(self, world: World) -> None:
        with pytest.raises(InvalidSettings):
            change_settings(world.app, make_settings(rules=(rule("a"), rule("a"))), ADMIN)
        with pytest.raises(NotFound):
            change_settings(world.app, user_settings(SENDER, "nobody"), SENDER)
        with pytest.raises(InvalidSettings):
            change_settings(world.app, make_settings(tenant_id="new-one", version=4), ADMIN)

    def test_storage_that_does_not_answer_is_said(self, world: World) -> None:
        world.settings_store.trouble.before("save", StorageUnavailable("down"))
        with pytest.raises(StorageUnavailable):
            change_settings(world.app, make_settings(), ADMIN)
