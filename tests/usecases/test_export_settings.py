"""Exporting settings and people, and importing them elsewhere as the same."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared.core.people.person import PersonKind
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.scope import TENANT_SCOPE, user_scope
from shared.core.settings.tables import TABLES
from shared.errors import InvalidSettings, NotFound
from shared.ports import Group, Person
from shared.usecases.change_settings import change_settings
from shared.usecases.export_settings import export_settings
from shared.usecases.import_settings import ImportFile, import_settings
from tests.support.app import SENDER, World, make_settings
from tests.support.settings import user_settings
from tests.support.settings_strategies import ITEMS


def test_a_table_as_csv_begins_with_its_columns_and_opens_in_excel() -> None:
    world = World(settings=make_settings(rules=(RuleAssignment(id="a", rule="subject-blank", name="=件名"),)))
    data = export_settings(world.app, "demo", TENANT_SCOPE, "rules", "csv")
    assert data.startswith(b"\xef\xbb\xbfid,rule,name,")
    assert "\r\na,subject-blank,'=件名,".encode() in data


def test_a_level_without_such_a_table_exports_its_columns_alone() -> None:
    world = World()
    data = export_settings(world.app, "demo", user_scope(SENDER), "lists", "csv")
    assert data.decode("utf-8-sig") == "id,name,entry\r\n"


def test_a_whole_document_is_json() -> None:
    world = World()
    change_settings(world.app, user_settings(SENDER, rules=()), SENDER)
    document = msgspec.json.decode(export_settings(world.app, "demo", user_scope(SENDER)))
    assert (document["level"], document["id"], document["rules"], document["version"]) == ("user", SENDER, [], 1)
    with pytest.raises(InvalidSettings):
        export_settings(world.app, "demo", TENANT_SCOPE, "", "csv")


@pytest.mark.parametrize("table", ["rules", "people", "groups", ""])
def test_an_unknown_tenant_is_not_found(table: str) -> None:
    with pytest.raises(NotFound):
        export_settings(World().app, "nobody", TENANT_SCOPE, table)


def test_a_table_that_there_is_not_is_told() -> None:
    with pytest.raises(InvalidSettings) as refused:
        export_settings(World().app, "demo", TENANT_SCOPE, "colours")
    assert "rules, policies, lists, templates, people, groups" in refused.value.public


def moved(source: World, table: str, kind: Any) -> World:
    """Another installation into which the table was imported."""
    target = World(settings=make_settings(rules=()))
    data = export_settings(source.app, "demo", TENANT_SCOPE, table, kind)
    import_settings(target.app, "demo", TENANT_SCOPE, ImportFile(data, kind, table, "update"), SENDER)
    return target


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize("name", ["people", "groups"])
@given(data=st.data())
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40, deadline=None)
def test_people_and_groups_move_as_they_are(name: str, kind: str, data: st.DataObject) -> None:
    drawn = {TABLES[name].key_of(item): item for item in data.draw(st.lists(ITEMS[name], max_size=4))}
    source = World()
    for row in drawn.values():
        plain = msgspec.structs.asdict(row)
        if name == "people":
            source.app.directory.save("demo", [Person(**{**plain, "kind": PersonKind(plain["kind"])})])
        else:
            source.app.directory.save_groups("demo", [Group(**plain)])
    target = moved(source, name, kind)
    assert target.app.directory.everybody("demo") == source.app.directory.everybody("demo")
    assert target.app.directory.all_groups("demo") == source.app.directory.all_groups("demo")
