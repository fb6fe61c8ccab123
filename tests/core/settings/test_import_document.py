"""Import and export of documents: round trips, modes, and reports that name every bad line."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared.core.policy.actions import DeliverAtOnce, Hold, InsertText, Zip
from shared.core.policy.conditions.model import AddressList, RecipientAddress
from shared.core.policy.policies import Policy, Template
from shared.core.policy.tenant_settings import HoldNotices, RuleAssignment, TenantSettings
from shared.core.settings.export_file import export_csv, export_document, export_json
from shared.core.settings.import_document import import_document, import_table
from shared.core.settings.problem import MOST_PROBLEMS, ImportRefused, Problem
from shared.core.settings.scope_settings import Document, NoticeWishes
from shared.core.settings.tables import TABLES
from tests.support.settings import group_settings, tenant_settings, user_settings
from tests.support.settings_strategies import ITEMS

A = RuleAssignment(id="a", rule="subject-blank", name="A")
B = RuleAssignment(id="b", rule="has-attachments", name="B")
TENANT = tenant_settings(
    rules=(A, B),
    lists=(AddressList(id="partners", name="取引先", entries=("x.example", "y.example")),),
    templates=(Template(id="note", text="お知らせ"),),
    version=7,
)


def table(
    present: Document, name: str, text: str, mode: Any = "update", file_format: Any = "csv", above: Any = ()
) -> Any:
    return import_table(present, TABLES[name], text, file_format, mode, above)


def refused(work: Any) -> tuple[Problem, ...]:
    with pytest.raises(ImportRefused) as error:
        work()
    return error.value.problems


class TestModes:
    @pytest.mark.parametrize(
        ("mode", "expected"),
        [
            pytest.param("update", ["a:A!:False", "b:B:True", "c::True"], id="update"),
            pytest.param("replace", ["c::True", "a:A!:False"], id="replace"),
        ],
    )
    @pytest.mark.parametrize("file_format", ["csv", "json"])
    def test_update_adds_and_changes_and_replace_leaves_nothing_else(
        self, mode: str, expected: list[str], file_format: str
    ) -> None:
        text = {
            "csv": "id,rule,name,enabled\nc,subject-blank,,\na,subject-blank,A!,false\n",
            "json": '{"rules": [{"id": "c", "rule": "subject-blank"},\n'
            '{"id": "a", "rule": "subject-blank", "name": "A!", "enabled": false}]}',
        }[file_format]
        found = table(TENANT, "rules", text, mode, file_format)
        assert [f"{rule.id}:{rule.name}:{rule.enabled}" for rule in found.rules] == expected
        assert found.version == 7
        assert msgspec.structs.replace(found, rules=TENANT.rules) == TENANT

    def test_update_changes_only_the_columns_that_are_there_and_an_empty_cell_is_the_default(self) -> None:
        base = tenant_settings(
            rules=(RuleAssignment(id="a", rule="subject-blank", name="N", description="D", enabled=False),)
        )
        assert table(base, "rules", "id,name\na,\n").rules == (
            RuleAssignment(id="a", rule="subject-blank", description="D", enabled=False),
        )
        assert table(base, "rules", '[{"id": "a", "enabled": true}]', file_format="json").rules == (
            RuleAssignment(id="a", rule="subject-blank", name="N", description="D"),
        )

    def test_rows_of_a_list_are_entries(self) -> None:
        text = "id,name,entry\npartners,,z.example\npartners,,x.example\nnew,新規,a@x.example\nnew,新規,@b.example\nempty,,\n"
        assert table(TENANT, "lists", text).lists == (
            AddressList(id="partners", name="取引先", entries=("x.example", "y.example", "z.example")),
            AddressList(id="new", name="新規", entries=("a@x.example", "@b.example")),
            AddressList(id="empty"),
        )
        assert table(TENANT, "lists", text, "replace").lists[0] == AddressList(
            id="partners", entries=("z.example", "x.example")
        )
        replaced = table(
            TENANT, "lists", '{"lists": [{"id": "partners", "entries": ["q.example"]}]}', file_format="json"
        )
        assert replaced.lists == (AddressList(id="partners", name="取引先", entries=("q.example",)),)

    def test_a_scope_without_a_table_gets_one(self) -> None:
        found = table(user_settings(), "rules", "id,rule\nmine,subject-blank\n")
        assert [rule.id for rule in found.rules] == ["mine"]
        assert table(user_settings(rules=(A,)), "rules", "id,rule\n", "replace").rules == ()

    def test_second_run_of_an_import_changes_nothing(self) -> None:
        text = "id,name,entry\npartners,,z.example\nnew,,a@x.example\n"
        once = table(TENANT, "lists", text)
        assert table(once, "lists", text) == once


class TestWholeDocuments:
    def test_update_merges_and_replace_begins_from_the_defaults(self) -> None:
        base = tenant_settings(name="N", notices=HoldNotices(reminders=5), rules=(A,), version=3)
        text = '{"notices": {"reminder_hours": 8}, "rules": [{"id": "b", "rule": "has-attachments"}], "version": 99}'
        updated = import_document(base, text, "update", ())
        assert isinstance(updated, TenantSettings)
        assert (updated.name, updated.notices.reminders, updated.notices.reminder_hours) == ("N", 5, 8.0)
        assert [rule.id for rule in updated.rules] == ["a", "b"]
        assert updated.version == 3
        replaced = import_document(
            base, text[:-1] + ', "domains": ["n.example"], "routes": [{"servers": [{"host": "h"}]}]}', "replace", ()
        )
        assert isinstance(replaced, TenantSettings)
        assert (replaced.name, replaced.notices.reminders, replaced.domains) == ("", 2, ("n.example",))
        assert [rule.id for rule in replaced.rules] == ["b"]
        assert (replaced.version, replaced.tenant_id) == (3, "demo")

    @pytest.mark.parametrize(
        ("text", "known", "expected"),
        [
            pytest.param('{"notices": {"language": "ja"}}', (), ("notices.language",), id="named, as the default is"),
            pytest.param('{"notices": {"at_end": "discard"}}', (), (), id="something else"),
            pytest.param('{"name": "x"}', ("notices.reminders",), ("notices.reminders",), id="fixed before"),
            pytest.param(
                '{"notices": {"language": "ja"}, "fixed": []}', ("notices.reminders",), (), id="told in so many words"
            ),
        ],
    )
    def test_shared_values_that_a_file_names_are_set_by_the_administrator(
        self, text: str, known: Any, expected: tuple[str, ...]
    ) -> None:
        found = import_document(tenant_settings(fixed=known), text, "update", ())
        assert isinstance(found, TenantSettings)
        assert found.fixed == expected

    def test_a_users_document(self) -> None:
        found = import_document(user_settings(rules=(A,)), '{"notices": {"language": "en"}}', "update", (TENANT,))
        assert found == user_settings(rules=(A,), notices=NoticeWishes(language="en"))
        assert import_document(user_settings(rules=(A,)), "{}", "replace", (TENANT,)) == user_settings()

    def test_what_belongs_to_somebody_else_or_nobody_is_told_with_its_line(self) -> None:
        text = '{\n"tenant_id": "other",\n"nmae": "x",\n"rules": {},\n"time_zone": 9,\n"notices": {"language": "xx"}\n}'
        problems = refused(lambda: import_document(TENANT, text, "update", ()))
        assert [(problem.line, problem.field) for problem in problems] == [
            (2, "tenant_id"),
            (3, "nmae"),
            (4, "rules"),
            (5, "time_zone"),
            (6, "notices.language"),
        ]
        assert "ja, en" in problems[-1].text

    def test_a_replacement_must_be_whole(self) -> None:
        problems = refused(lambda: import_document(TENANT, '{"name": "x", "rules": [{"id": "a"}]}', "replace", ()))
        assert {(problem.field, problem.text) for problem in problems} == {
            ("domains", "is required"),
            ("rule", "is required"),
        }

    def test_what_only_administrators_have_is_no_field_of_a_users(self) -> None:
        (problem,) = refused(lambda: import_document(user_settings(), '{"routes": []}', "update", (TENANT,)))
        assert problem.field == "routes"


class TestReports:
    def test_every_bad_line_is_told_with_field_and_what_is_allowed(self) -> None:
        text = (
            "id,rule,name,enabled,minimum,except_lists,unless\n"
            "ok,subject-blank,fine,true,,,\n"
            ",subject-blank,,,,,\n"
            "x,nonsense,,maybe,one,,\n"
            "ok,subject-blank,,,,,\n"
            "y,recipient-external,,,,nobody,\n"
            "z,subject-blank,,,5,,\n"
            'w,subject-blank,"two\nlines",,,,{"type":"subject"}\n'
            "v,subject-blank,,,,,,surplus\n"
            "u,,,,,,\n"
        )
        problems = refused(lambda: table(TENANT, "rules", text))
        assert [(problem.line, problem.field) for problem in problems] == [
            (3, "id"),
            (4, "rule"),
            (4, "enabled"),
            (4, "minimum"),
            (5, "id"),
            (6, "except_lists[0]"),
            (7, "minimum"),
            (8, "unless.operator"),
            (10, ""),
            (11, "rule"),
        ]
        texts = {(problem.line, problem.field): problem.text for problem in problems}
        assert "allowed: has-attachments" in texts[4, "rule"]
        assert "stands on line 2" in texts[5, "id"]
        assert texts[3, "id"] == texts[11, "rule"] == "is required"
        assert "there are: partners" in texts[6, "except_lists[0]"]

    def test_problems_of_json_have_the_line_of_their_item(self) -> None:
        text = (
            '{"policies": [\n{"id": "p", "actions": [{"type": "hold"}]},\n{"id": "q", "actions": [], "stpo": 1},\n3]}'
        )
        problems = refused(lambda: table(TENANT, "policies", text, file_format="json"))
        assert [(problem.line, problem.field) for problem in problems] == [(3, "actions"), (3, "stpo"), (4, "")]

    @pytest.mark.parametrize(
        ("text", "fields"),
        [
            pytest.param("", [""], id="an empty file"),
            pytest.param("name,rule\nx,subject-blank\n", ["id"], id="no id"),
            pytest.param("id,rule,colour,rule\n", ["colour", "rule"], id="columns that there are not, or twice"),
        ],
    )
    def test_a_header_that_does_not_fit_is_told(self, text: str, fields: list[str]) -> None:
        problems = refused(lambda: table(TENANT, "rules", text))
        assert sorted(problem.field for problem in problems) == sorted(fields)
        assert all(problem.line == 1 for problem in problems)

    @pytest.mark.parametrize("text", ['{"policies": []}', '{"rules": 3}', "{}", '{"rules": [], "name": "x"}'])
    def test_json_of_something_else_is_told(self, text: str) -> None:
        assert refused(lambda: table(TENANT, "rules", text, file_format="json"))

    def test_problems_of_lists(self) -> None:
        text = "id,name,entry\na,A,x.example\na,B,y.example\n,,z.example\nb,,two words\n" + "c" * 201 + ",,\n"
        problems = refused(lambda: table(TENANT, "lists", text))
        assert [(problem.line, problem.field) for problem in problems] == [
            (3, "name"),
            (4, "id"),
            (5, "entry"),
            (6, "id"),
        ]

    def test_a_list_that_is_still_named_cannot_be_left_out(self) -> None:
        base = msgspec.structs.replace(
            TENANT, rules=(RuleAssignment(id="r", rule="recipient-external", except_lists=("partners",)),)
        )
        (problem,) = refused(lambda: table(base, "lists", "id,name,entry\nnew,,\n", "replace"))
        assert (problem.line, problem.field) == (0, "rules[0].except_lists[0]")

    def test_an_item_with_a_mistake_does_not_make_those_that_name_it_look_wrong(self) -> None:
        text = json.dumps(
            {
                "lists": [{"id": "l", "entries": ["two words"]}, {"id": "m", "entries": 3}],
                "rules": [{"id": "r", "rule": "recipient-external", "except_lists": ["l", "m"]}],
            }
        )
        problems = refused(lambda: import_document(TENANT, text, "update", ()))
        assert [problem.field for problem in problems] == ["entries", "entries[0]"] or [
            problem.field for problem in problems
        ] == ["entries[0]", "entries"]

    def test_reports_are_bounded_and_count_on(self) -> None:
        text = "id,rule\n" + "".join(f"r{number},x\n" for number in range(MOST_PROBLEMS + 500))
        with pytest.raises(ImportRefused) as error:
            table(TENANT, "rules", text)
        assert (len(error.value.problems), error.value.count) == (MOST_PROBLEMS, MOST_PROBLEMS + 500)
        assert str(error.value.problems[0]).startswith("line 2, rule: invalid enum value 'x'; allowed: ")
        assert "1500 problems" in error.value.public

    def test_actions_for_administrators_are_told_with_the_line(self) -> None:
        text = export_csv(
            TABLES["policies"], (Policy(id="p", actions=(Hold(),)), Policy(id="q", actions=(DeliverAtOnce(),)))
        ).decode("utf-8-sig")
        (problem,) = refused(lambda: table(group_settings(), "policies", text, above=(TENANT,)))
        assert (problem.line, problem.field) == (3, "actions[0].type")
        assert [policy.id for policy in table(TENANT, "policies", text).policies] == ["p", "q"]

    def test_names_of_the_levels_above_may_be_used(self) -> None:
        policies = (
            Policy(
                id="p",
                when=RecipientAddress(operator="in-list", values=("partners",)),
                actions=(InsertText(template="note"), Zip()),
            ),
        )
        text = export_csv(TABLES["policies"], policies).decode("utf-8-sig")
        assert table(user_settings(), "policies", text, above=(TENANT,)).policies == policies
        assert refused(lambda: table(user_settings(), "policies", text))


def unique(items: list[Any], key: str) -> tuple[Any, ...]:
    return tuple({str(getattr(item, key)).casefold(): item for item in items}.values())


@pytest.mark.parametrize("name", ["rules", "policies", "lists", "templates"])
@pytest.mark.parametrize("file_format", ["csv", "json"])
@given(data=st.data())
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
def test_what_is_exported_is_imported_as_the_same(name: str, file_format: str, data: st.DataObject) -> None:
    kind = TABLES[name]
    items = unique(data.draw(st.lists(ITEMS[name], max_size=4)), "id")
    base = tenant_settings(rules=())
    document = msgspec.structs.replace(base, **{name: items})
    written = export_csv(kind, items) if file_format == "csv" else export_json(kind, items)
    text = written.decode("utf-8-sig")
    for mode in ("replace", "update"):
        assert table(base, name, text, mode, file_format) == document
        assert table(document, name, text, mode, file_format) == document


@given(data=st.data())
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
def test_whole_documents_come_back_as_they_were(data: st.DataObject) -> None:
    def some(name: str) -> tuple[Any, ...]:
        return unique(data.draw(st.lists(ITEMS[name], max_size=3)), "id")

    fields = {name: some(name) for name in ("rules", "policies", "lists", "templates")}
    notices = HoldNotices(reminders=data.draw(st.integers(0, 3)))
    tenant = tenant_settings(notices=notices, fixed=data.draw(st.sampled_from([(), ("notices.reminders",)])), **fields)
    assert import_document(tenant_settings(), export_document(tenant).decode(), "replace", ()) == tenant
    user = user_settings(notices=NoticeWishes(reminders=1), **fields)
    assert import_document(user_settings(), export_document(user).decode(), "replace", (tenant,)) == user
    empty = user_settings(rules=())
    assert import_document(user_settings(), export_document(empty).decode(), "update", (tenant,)) == empty
