"""Import and export over the API: by those who may, all or nothing, with every wrong line told, and nothing lost on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from functions.api.scopes import LARGEST_SETTINGS
from shared.core.settings.scope import group_scope
from shared.ports_people import AuditCode
from tests.support.api import Reply, call_api
from tests.support.api_settings import FIXED, HASH, people_of_sales, settings_world, token_of
from tests.support.app import SENDER, World

GROUP = quote("group:sales/east")
RULES = b"id,rule,name\nblank,subject-blank,No subject\n"
PEOPLE = b"address,display_name\nnew@aozora.example,New\n"


@pytest.fixture
def world() -> World:
    made = settings_world()
    people_of_sales(made)
    return made


def send(world: World, token: str, query: str, data: bytes, kind: str = "text/csv", if_match: str = "") -> Reply:
    headers = {"Content-Type": kind} | ({"If-Match": if_match} if if_match else {})
    return call_api(world, "POST", f"/import?{query}", token, data=data, headers=headers)


def test_a_preview_tells_what_would_change_and_the_import_does_it(world: World) -> None:
    token = token_of(world, "administrator")
    tried = send(world, token, "scope=tenant&table=rules&preview=true", RULES)
    assert (tried.json["count"], tried.json["saved"], tried.json["version"]) == (1, False, 0)
    assert tried.json["differences"][0]["path"] == "rules[blank]"
    assert world.settings_store.tenant("demo").version == 0
    done = send(world, token, "scope=tenant&table=rules&comment=by%20file", RULES)
    assert (done.json["saved"], done.json["version"]) == (True, 1)
    assert {rule.id for rule in world.settings_store.tenant("demo").rules} == {"external", "blank"}
    again = send(world, token, "scope=tenant&table=rules", RULES)
    assert (again.json["saved"], again.json["count"]) == (False, 0)


def test_every_wrong_line_is_told_and_nothing_is_imported(world: World) -> None:
    data = b"id,rule\na,subject-blank\nb,no-such-rule\nc,neither\n"
    reply = send(world, token_of(world, "administrator"), "scope=tenant&table=rules", data)
    assert (reply.status, reply.problem) == (422, "invalid")
    assert [field["at"] for field in reply.json["fields"]] == ["line 3, rule", "line 4, rule"]
    assert world.settings_store.tenant("demo").version == 0


@pytest.mark.parametrize(("query", "status"), [("table=lists", 413), ("", 413), ("table=people", 422)])
def test_a_file_of_settings_is_no_larger_than_settings_are(world: World, query: str, status: int) -> None:
    """Anybody may import into their own settings; only people come by the hundred thousand."""
    data = b" " * (LARGEST_SETTINGS + 1)
    assert send(world, token_of(world, "administrator"), query, data, "application/json").status == status


def test_what_is_exported_is_imported_as_the_same(world: World) -> None:
    token = token_of(world, "administrator")
    for table, kind in (("", "json"), ("rules", "csv"), ("policies", "json"), ("people", "csv"), ("groups", "csv")):
        file = call_api(world, "GET", f"/export?scope=tenant&table={table}&format={kind}", token)
        assert file.status == 200, file.body
        assert file.headers["Content-Disposition"].endswith(f"{table or 'settings'}.{kind}")
        media = {"csv": "text/csv", "json": "application/json"}[kind]
        same = send(world, token, f"scope=tenant&table={table}&preview=true", file.body, media)
        assert (same.status, same.json["differences"]) == (200, []), table


def test_a_whole_document_brings_nothing_of_the_operators_in(world: World) -> None:
    token = token_of(world, "administrator")
    file = msgspec.json.decode(call_api(world, "GET", "/export?scope=tenant", token).body)
    file |= {"suspended": True, "ingress": {"peers": ["192.0.2.0/24"]}, "name": "Aozora"}
    file["access"]["entra_tenant"] = "33333333-3333-4333-8333-333333333333"
    done = send(world, token, "scope=tenant&mode=replace", msgspec.json.encode(file), "application/json")
    assert done.status == 200, done.body
    before, after = world.settings, world.settings_store.tenant("demo")
    assert after.name == "Aozora"
    assert (after.suspended, after.ingress, after.access) == (before.suspended, before.ingress, before.access)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"routes": [{"servers": [{"host": "x.example", "username": "x", "password_secret": "teams-bot"}]}]}, 403),
        ({"access": {"grants": []}}, 422),
    ],
    ids=["somebody else's secret", "the last administrator"],
)
@pytest.mark.parametrize("preview", ["true", "false"])
def test_a_file_is_held_to_what_an_editor_is(world: World, changes: dict[str, Any], status: int, preview: str) -> None:
    data = msgspec.json.encode(changes)
    token = token_of(world, "administrator")
    assert send(world, token, f"scope=tenant&preview={preview}", data, "application/json").status == status
    assert world.settings_store.tenant("demo").version == 0


def test_if_match_guards_against_what_somebody_else_has_changed(world: World) -> None:
    token = token_of(world, "administrator")
    assert send(world, token, "scope=tenant&table=rules", RULES, if_match='"0"').status == 200
    late = send(world, token, "scope=tenant&table=rules&mode=replace", RULES, if_match='"0"')
    assert (late.status, late.json["current"]["version"]) == (412, 1)


@pytest.mark.parametrize(
    ("who", "query", "data", "status"),
    [
        ("auditor", "scope=tenant&table=rules", RULES, 403),
        ("the person", "scope=tenant&table=rules", RULES, 404),
        ("group administrator", "scope=tenant&table=rules", RULES, 404),
        ("group administrator", f"scope={GROUP}&table=rules", RULES, 200),
        ("the person", "table=rules", RULES, 200),
        ("a colleague", f"scope=user:{SENDER}&table=rules", RULES, 404),
        ("administrator", "table=people", PEOPLE, 200),
        ("auditor", "table=people", PEOPLE, 403),
        ("group administrator", "table=people", PEOPLE, 404),
        ("the person", "table=people", PEOPLE, 404),
    ],
)
def test_who_may_import_what(world: World, who: str, query: str, data: bytes, status: int) -> None:
    reply = send(world, token_of(world, who), query, data)
    assert reply.status in ((403, 404) if status in (403, 404) else (status,)), reply.body
    imported = "new@aozora.example" in world.directory.people("demo", ["new@aozora.example"])
    assert imported is (status == 200 and "people" in query)


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("auditor", "scope=tenant&table=rules", 200),
        ("auditor", "scope=tenant&table=policies", 403),
        ("auditor", "scope=tenant", 403),
        ("auditor", "table=people", 200),
        ("the person", "", 200),
        ("the person", "table=people", 404),
        ("the person", "scope=tenant&table=rules", 404),
        ("group administrator", f"scope={GROUP}", 200),
        ("administrator", "scope=tenant&format=csv", 422),
        ("administrator", "scope=tenant&table=planets", 422),
    ],
)
def test_who_may_export_what(world: World, who: str, query: str, status: int) -> None:
    assert call_api(world, "GET", f"/export?{query}", token_of(world, who)).status == status


def test_an_export_holds_fixed_passwords_but_no_hashes(world: World) -> None:
    file = call_api(world, "GET", "/export?scope=tenant", token_of(world, "administrator"))
    assert FIXED.encode() in file.body
    assert HASH.encode() not in file.body


def test_an_import_of_people_is_recorded(world: World) -> None:
    send(world, token_of(world, "administrator"), "table=people", PEOPLE)
    now = world.clock.now()
    (entry,) = world.audit.between("demo", now, now + timedelta(hours=1), 10)
    assert (entry.code, dict(entry.args)["table"]) == (AuditCode.PEOPLE_IMPORTED, "people")


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"\xff\xfe\x00", "text/csv", 422),
        (b"", "text/csv", 422),
        (b"{", "application/json", 422),
        (RULES, "text/plain", 415),
    ],
    ids=["no text", "nothing", "no JSON", "another type"],
)
def test_files_that_are_none(world: World, data: bytes, kind: str, status: int) -> None:
    assert send(world, token_of(world, "administrator"), "scope=tenant&table=rules", data, kind).status == status
    assert group_scope("sales/east") not in world.settings_store.scopes("demo")
