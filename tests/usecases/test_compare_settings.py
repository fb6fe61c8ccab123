"""Looking at the history of settings."""

from __future__ import annotations

import msgspec
import pytest

from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.scope import TENANT_SCOPE, user_scope
from shared.errors import InvalidSettings, NotFound
from shared.usecases.change_settings import change_settings
from shared.usecases.compare_settings import compare_versions, list_versions, see_version
from tests.support.app import SENDER, World, make_settings
from tests.support.settings import user_settings

USER = user_scope(SENDER)


@pytest.fixture
def world() -> World:
    """A tenant with five versions."""
    made = World()
    saved = change_settings(made.app, make_settings(name="name 1"), SENDER)
    for number in range(2, 6):
        saved = change_settings(made.app, msgspec.structs.replace(saved, name=f"name {number}"), SENDER)
    return made


def test_versions_come_in_pages_the_newest_first(world: World) -> None:
    def numbers(**more: int) -> list[int]:
        return [entry.version for entry in list_versions(world.app, "demo", TENANT_SCOPE, **more)]

    assert numbers()[:5] == [5, 4, 3, 2, 1]
    assert numbers(limit=2) == [5, 4]
    assert numbers(limit=2, before=4) == [3, 2]
    assert list_versions(world.app, "demo", USER) == ()
    with pytest.raises(NotFound):
        list_versions(world.app, "nobody", TENANT_SCOPE)


def test_two_versions_are_compared_either_way(world: World) -> None:
    ((path, old, new),) = [
        (item.path, item.old, item.new) for item in compare_versions(world.app, "demo", TENANT_SCOPE, 2, 4)
    ]
    assert (path, old, new) == ("name", "name 2", "name 4")
    (back,) = compare_versions(world.app, "demo", TENANT_SCOPE, 4, 2)
    assert (back.old, back.new) == ("name 4", "name 2")
    (to_present,) = compare_versions(world.app, "demo", TENANT_SCOPE, 1)
    assert to_present.new == "name 5"
    assert compare_versions(world.app, "demo", TENANT_SCOPE, 5) == ()
    with pytest.raises(NotFound):
        compare_versions(world.app, "demo", TENANT_SCOPE, 77)


def test_a_users_first_version_is_compared_with_nothing(world: World) -> None:
    change_settings(world.app, user_settings(SENDER, rules=(RuleAssignment(id="a", rule="subject-blank"),)), SENDER)
    assert [item.path for item in compare_versions(world.app, "demo", USER, 0)] == ["rules[a]"]
    with pytest.raises(InvalidSettings):
        compare_versions(world.app, "demo", TENANT_SCOPE, 0)


def test_one_version_or_the_present_one_is_shown(world: World) -> None:
    assert see_version(world.app, "demo", TENANT_SCOPE, 2).version == 2
    assert see_version(world.app, "demo", TENANT_SCOPE).version == 5
    assert see_version(world.app, "demo", USER).version == 0
    with pytest.raises(NotFound):
        see_version(world.app, "demo", USER, 1)
