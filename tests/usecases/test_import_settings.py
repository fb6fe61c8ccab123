"""Importing files: into settings of every level and into the directory; dry runs, stale edits, storage that fails."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.core.people.person import PersonKind
from shared.core.policy.conditions.model import AddressList
from shared.core.policy.tenant_settings import RuleAssignment, TenantSettings
from shared.core.settings.compare import How
from shared.core.settings.problem import ImportRefused
from shared.core.settings.scope import TENANT_SCOPE, Scope, group_scope, user_scope
from shared.core.settings.scope_settings import ScopeSettings
from shared.core.settings.stale_edit import StaleEdit
from shared.errors import InvalidSettings, NotFound, StorageUnavailable
from shared.ports import Group, Person
from shared.usecases.change_settings import change_settings
from shared.usecases.import_settings import Imported, ImportFile, import_settings
from tests.support.app import SENDER, World, make_settings

ADMIN = "admin@aozora.example"
USER = user_scope(SENDER)
HANAKO = Person("hanako@aozora.example", "青空 花子", "ja", "boss@aozora.example", ("sales", "東京"))
TARO = Person("taro@aozora.example", "Taro")


@pytest.fixture
def world() -> World:
    made = World()
    change_settings(made.app, make_settings(lists=(AddressList(id="partners", entries=("p.example",)),)), ADMIN)
    made.app.directory.save("demo", [HANAKO, TARO])
    made.app.directory.save_groups("demo", [Group("sales", "営業部", ("company",)), Group("company")])
    return made


def load(
    world: World,
    text: str | bytes,
    table: str = "",
    *,
    scope: Scope = TENANT_SCOPE,
    mode: Any = "update",
    kind: Any = "csv",
    **more: Any,
) -> Imported:
    data = text.encode() if isinstance(text, str) else text
    return import_settings(world.app, "demo", scope, ImportFile(data, kind, table, mode), ADMIN, **more)


def test_a_table_is_imported_as_one_version_with_author_and_comment(world: World) -> None:
    done = load(world, "id,rule\nfirst,subject-blank\nsecond,has-attachments\n", "rules", comment="from the old system")
    assert isinstance(done.document, TenantSettings)
    assert done.document == world.app.settings.tenant("demo")
    assert [rule.id for rule in done.document.rules] == ["external", "first", "second"]
    assert [(item.path, item.how) for item in done.differences] == [
        ("rules[first]", How.ADDED),
        ("rules[second]", How.ADDED),
    ]
    (newest, *_) = world.app.settings.history("demo", TENANT_SCOPE)
    assert (newest.version, newest.note.author, newest.note.comment) == (2, ADMIN, "from the old system")


def test_second_run_of_an_import_saves_nothing(world: World) -> None:
    text = "id,rule\nfirst,subject-blank\n"
    load(world, text, "rules")
    again = load(world, text, "rules")
    assert again == Imported(())
    assert world.app.settings.tenant("demo").version == 2


def test_a_dry_run_says_what_would_change_and_changes_nothing(world: World) -> None:
    before = world.app.settings.tenant("demo")
    found = load(world, "id,rule\nfirst,subject-blank\n", "rules", mode="replace", dry_run=True)
    assert {(item.path, item.how) for item in found.differences} == {
        ("rules[external]", How.REMOVED),
        ("rules[first]", How.ADDED),
    }
    assert found.document is None
    assert world.app.settings.tenant("demo") == before
    people = load(world, "address\nnew@aozora.example\n", "people", mode="replace", dry_run=True)
    assert len(people.differences) == 3
    assert world.app.directory.everybody("demo") == (HANAKO, TARO)


@pytest.mark.parametrize(
    ("text", "table", "kind"),
    [
        pytest.param("id,rule\ngood,subject-blank\nbad,nonsense\n", "rules", "csv", id="one bad row among good ones"),
        pytest.param('{"name": "new", "time_zone": 3}', "", "json", id="one bad field"),
        pytest.param("address,members\nnew@aozora.example,2\nold,3\n", "people", "csv", id="one bad person"),
        pytest.param("id,owners\nnew,nobody\n", "groups", "csv", id="one bad group"),
        pytest.param(b"\xff\xfe\xff", "rules", "csv", id="no text"),
    ],
)
def test_one_mistake_and_nothing_is_imported(world: World, text: str | bytes, table: str, kind: str) -> None:
    before = world.app.settings.tenant("demo")
    with pytest.raises(ImportRefused):
        load(world, text, table, kind=kind)
    assert world.app.settings.tenant("demo") == before
    assert world.app.directory.everybody("demo") == (HANAKO, TARO)
    assert len(world.app.directory.all_groups("demo")) == 2


def test_a_users_and_a_groups_settings_are_imported_against_the_levels_above(world: World) -> None:
    text = "id,rule,except_lists\nmine,recipient-external,partners\n"
    for scope in (USER, group_scope("Sales")):
        done = load(world, text, "rules", scope=scope)
        assert isinstance(done.document, ScopeSettings)
        assert done.document == world.app.settings.present("demo", scope)
        with pytest.raises(ImportRefused):
            load(world, text.replace("partners", "strangers"), "rules", scope=scope)


def test_an_import_into_a_version_that_is_not_there_any_more_is_stale(world: World) -> None:
    seen = world.app.settings.tenant("demo")
    change_settings(world.app, msgspec.structs.replace(seen, name="renamed meanwhile"), "other@x.example")
    with pytest.raises(StaleEdit) as refused:
        load(world, "id,rule\nfirst,subject-blank\n", "rules", base=seen.version)
    assert refused.value.present.version == 2
    assert [item.path for item in refused.value.meanwhile] == ["name"]
    assert load(world, "id,rule\nfirst,subject-blank\n", "rules", base=2).document is not None


class TestPeople:
    def test_update_adds_and_changes_and_leaves_the_others(self, world: World) -> None:
        text = "address,display_name,language,manager,groups,members\nNEW@aozora.example,新人,en,hanako@aozora.example,sales;東京,1\n"
        done = load(world, text + "Hanako@aozora.example,青空 花子 (改),ja,,,\n", "people")
        assert done.document is None
        assert world.app.directory.everybody("demo") == (
            Person("Hanako@aozora.example", "青空 花子 (改)", "ja"),
            Person("NEW@aozora.example", "新人", "en", "hanako@aozora.example", ("sales", "東京")),
            TARO,
        )

    def test_directory_ids_are_kept_in_lower_case_and_shared_mailboxes_are_known_as_such(self, world: World) -> None:
        for _ in range(2):
            load(world, "address,id,kind\ninfo@aozora.example,ABC-1,shared\n", "people")
        info = Person("info@aozora.example", id="abc-1", kind=PersonKind.SHARED)
        assert world.app.directory.people_by_id("demo", ["abc-1"]) == {"abc-1": info}
        load(world, "address,display_name\ninfo@aozora.example,代表\n", "people")
        assert world.app.directory.people_by_id("demo", ["abc-1"])["abc-1"].kind is PersonKind.SHARED
        for wrong in ("address,kind\nx@aozora.example,robot\n", "address,id\nx@aozora.example,a b\n"):
            with pytest.raises(ImportRefused):
                load(world, wrong, "people")

    def test_who_was_removed_and_is_imported_again_is_active_again(self, world: World) -> None:
        world.app.directory.remove("demo", [HANAKO.address])
        assert load(world, f"address\n{HANAKO.address}\n", "people").differences
        assert world.app.directory.people("demo", [HANAKO.address])[HANAKO.address.lower()].active

    def test_columns_that_are_not_there_keep_what_is_known(self, world: World) -> None:
        load(world, "address,language\nhanako@aozora.example,en\n", "people")
        assert world.app.directory.people("demo", [HANAKO.address])[HANAKO.address].groups == HANAKO.groups

    def test_replace_removes_who_is_not_named_and_a_second_run_changes_nothing(self, world: World) -> None:
        text = "address,display_name\nhanako@aozora.example,花子\n"
        for _ in range(2):
            load(world, text, "people", mode="replace")
            assert world.app.directory.everybody("demo") == (Person("hanako@aozora.example", "花子"),)

    @pytest.mark.parametrize("table", ["people", "groups"])
    def test_to_replace_everybody_by_nobody_is_taken_for_a_mistake(self, world: World, table: str) -> None:
        with pytest.raises(ImportRefused):
            load(world, {"people": "address\n", "groups": "id\n"}[table], table, mode="replace")
        assert load(world, {"people": "address\n", "groups": "id\n"}[table], table) == Imported(())

    def test_shift_jis_of_a_japanese_excel(self, world: World) -> None:
        load(
            world,
            "address,display_name,groups\r\ntakahashi@aozora.example,髙橋 惠,営業部\r\n".encode("cp932"),
            "people",
        )
        found = world.app.directory.people("demo", ["takahashi@aozora.example"])["takahashi@aozora.example"]
        assert (found.display_name, found.groups) == ("髙橋 惠", ("営業部",))

    def test_an_import_that_storage_broke_off_is_finished_by_importing_again(self, world: World) -> None:
        world.app.directory.trouble.before("remove", StorageUnavailable("down"))  # type: ignore[attr-defined]  # the fake
        text = "address\nnew@aozora.example\n"
        with pytest.raises(StorageUnavailable):
            load(world, text, "people", mode="replace")
        load(world, text, "people", mode="replace")
        assert world.app.directory.everybody("demo") == (Person("new@aozora.example"),)

    def test_groups_with_groups_above_and_owners(self, world: World) -> None:
        text = '{"groups": [{"id": "Tokyo", "name": "東京", "above": ["sales"], "owners": ["hanako@aozora.example"]}]}'
        load(world, text, "groups", kind="json")
        assert world.app.directory.groups("demo", ["tokyo"])["tokyo"] == Group(
            "Tokyo", "東京", ("sales",), ("hanako@aozora.example",)
        )
        load(world, "id\nTOKYO\n", "groups", mode="replace")
        assert world.app.directory.all_groups("demo") == (Group("TOKYO"),)


@pytest.mark.parametrize(
    ("table", "kind", "tenant", "error"),
    [
        pytest.param("nonsense", "csv", "demo", InvalidSettings, id="no such table"),
        pytest.param("", "csv", "demo", InvalidSettings, id="a whole document as CSV"),
        pytest.param("rules", "csv", "nobody", NotFound, id="no such tenant"),
        pytest.param("people", "csv", "nobody", NotFound, id="no such tenant's people"),
    ],
)
def test_what_cannot_be_imported_at_all(
    world: World, table: str, kind: Any, tenant: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        import_settings(world.app, tenant, TENANT_SCOPE, ImportFile(b"id\n", kind, table), ADMIN)


def test_imported_rules_judge_the_next_message(world: World) -> None:
    load(world, "id,rule,enabled\nexternal,recipient-external,false\nblank,subject-blank,true\n", "rules")
    assert world.record(world.judge("x@partner.example")).decision.reasons[0].code == "no-rule"
    assert isinstance(world.app.settings.tenant("demo").rules[0], RuleAssignment)


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry run", "for real"])
def test_a_template_that_cannot_be_used_is_refused_with_or_without_acting(world: World, dry_run: bool) -> None:
    before = world.app.settings.present("demo", TENANT_SCOPE)
    with pytest.raises(InvalidSettings) as refused:
        load(world, "id,text\nbad,{{ ''.__class__ }}\n", "templates", dry_run=dry_run)
    assert "$.templates[" in refused.value.public
    assert world.app.settings.present("demo", TENANT_SCOPE) == before
