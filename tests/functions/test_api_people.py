"""People and groups over the API: found by beginnings, changed from what was seen, within the reach of a role."""

from __future__ import annotations

import pytest

from shared.core.people.person import Group, Person
from shared.core.policy.tenant_settings import Access
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, sign_on
from tests.support.app import World

ADMINISTRATOR = "admin@aozora.example"
OWNER = "owner@aozora.example"


@pytest.fixture
def world() -> World:
    world = make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(ADMINISTRATOR, "tenant-administrator"),))
    )
    world.directory.save_groups(
        "demo",
        [
            Group("営業部", "営業部", owners=(OWNER,)),
            Group("大阪", "大阪営業所", above=("営業部",)),
            Group("経理", "経理部"),
        ],
    )
    world.directory.save(
        "demo",
        [
            Person("sato@aozora.example", "佐藤 花子", "ja", groups=("営業部",)),
            Person("sasaki@aozora.example", "佐々木 蓮", "ja", groups=("大阪",)),
            Person("ito@aozora.example", "伊藤 さくら", "ja", groups=("経理",)),
        ],
    )
    return world


def addresses(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [row["address"].partition("@")[0] for row in reply.json["rows"]]


def test_an_administrator_finds_people_page_by_page(world: World) -> None:
    token = sign_on(world, ADMINISTRATOR)
    first = call_api(world, "GET", "/people?limit=2", token)
    assert addresses(first) == ["admin", "ito"]
    second = call_api(world, "GET", f"/people?limit=2&after={first.json['after']}", token)
    assert addresses(second) == ["sasaki", "sato"]
    assert second.json["after"] == ""
    assert addresses(call_api(world, "GET", "/people?text=%E4%BD%90", token)) == ["sasaki", "sato"]
    other = call_api(world, "GET", f"/people?text=s&after={first.json['after']}", token)
    assert other.status == 422, "a mark belongs to its search"


def test_a_group_administrator_finds_the_people_of_the_group_and_below_it(world: World) -> None:
    token = sign_on(world, OWNER)
    assert addresses(call_api(world, "GET", "/people", token)) == ["sasaki", "sato"]
    assert addresses(call_api(world, "GET", "/people?text=sat", token)) == ["sato"]
    assert call_api(world, "GET", "/people/sasaki@aozora.example", token).json["may_change"] is False
    assert call_api(world, "GET", "/people/ito@aozora.example", token).status == 404
    groups = call_api(world, "GET", "/groups", token).json["rows"]
    assert [group["id"] for group in groups] == ["営業部", "大阪"]
    assert call_api(world, "GET", "/group?id=%E7%B5%8C%E7%90%86", token).status == 404


def test_everybody_sees_themselves_and_nobody_else(world: World) -> None:
    token = sign_on(world, "jiro@aozora.example")
    assert call_api(world, "GET", "/people/jiro@aozora.example", token).status == 200
    assert call_api(world, "GET", "/people/sato@aozora.example", token).status == 404
    assert call_api(world, "GET", "/people", token).status == 403


def test_a_person_is_added_changed_and_removed(world: World) -> None:
    token = sign_on(world, ADMINISTRATOR)
    new = {"address": "Abe@aozora.example", "display_name": "阿部 <script>", "groups": ["営業部"]}
    made = call_api(world, "POST", "/people", token, body=new)
    assert (made.status, made.json["person"]["display_name"]) == (201, "阿部 <script>")
    assert call_api(world, "POST", "/people", token, body=new).problem == "already-there"

    edit = {"display_name": "阿部 翔", "groups": ["大阪"]}
    path = "/people/abe@aozora.example"
    assert call_api(world, "PUT", path, token, body=edit).status == 428
    changed = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert changed.json["person"] | {"groups": ["大阪"], "address": "Abe@aozora.example"} == changed.json["person"]
    stale = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert (stale.status, stale.problem) == (412, "stale")
    assert stale.json["current"]["person"]["display_name"] == "阿部 翔"

    assert call_api(world, "DELETE", path, token, headers={"If-Match": made.headers["ETag"]}).status == 412
    gone = call_api(world, "DELETE", path, token, headers={"If-Match": changed.headers["ETag"]})
    assert gone.status == 204
    assert call_api(world, "GET", path, token).status == 404
    assert world.directory.people("demo", ["abe@aozora.example"])["abe@aozora.example"].active is False
    world.clock.advance(seconds=1)
    assert call_api(world, "POST", "/people", token, body=new).status == 201, "removed people can come back"
    codes = [line["code"] for line in call_api(world, "GET", "/audit", token).json["rows"]]
    assert sorted(codes) == ["person-added", "person-added", "person-changed", "person-removed"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"address": "no address"}, id="no address"),
        pytest.param({"address": "a@b.example", "language": "fr"}, id="language"),
        pytest.param({"address": "a@b.example", "members": 0}, id="members"),
        pytest.param({"address": "a@b.example", "active": False}, id="unknown field"),
        pytest.param({"address": "a@b.example", "groups": [""]}, id="empty group"),
    ],
)
def test_a_person_that_is_none_is_refused(world: World, body: dict[str, object]) -> None:
    assert call_api(world, "POST", "/people", sign_on(world, ADMINISTRATOR), body=body).status == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/people"),
        ("PUT", "/people/sato@aozora.example"),
        ("DELETE", "/people/sato@aozora.example"),
        ("POST", "/groups"),
        ("PUT", "/group?id=x"),
        ("DELETE", "/group?id=x"),
        ("PUT", "/group/members/sato@aozora.example?id=x"),
    ],
)
@pytest.mark.parametrize("who", [OWNER, "auditor"])
def test_only_tenant_administrators_change_people(world: World, method: str, path: str, who: str) -> None:
    token = sign_on(world, OWNER) if who == OWNER else sign_on(world, "aud@aozora.example", "Matta.Auditor")
    reply = call_api(world, method, path, token, body={"address": "x@y.example"}, headers={"If-Match": "1"})
    assert reply.status == 403


def test_a_group_is_added_filled_emptied_and_removed(world: World) -> None:
    token = sign_on(world, ADMINISTRATOR)
    made = call_api(world, "POST", "/groups", token, body={"id": "a/b c", "name": "企画", "above": ["経理"]})
    assert made.status == 201, made.body
    path = "/group?id=a%2Fb%20c"
    for _ in range(2):
        assert call_api(world, "PUT", "/group/members/sato@aozora.example?id=A%2Fb%20c", token).status == 204
    members = call_api(world, "GET", "/group/members?id=a%2Fb%20c", token)
    assert [row["groups"] for row in members.json["rows"]] == [["営業部", "a/b c"]]
    etag = {"If-Match": made.headers["ETag"]}
    assert call_api(world, "DELETE", path, token, headers=etag).problem == "in-use"
    circle = call_api(world, "PUT", path, token, body={"above": ["A/B C"]}, headers=etag)
    assert (circle.status, circle.json["fields"][0]["at"]) == (422, "$.above")
    renamed = call_api(world, "PUT", path, token, body={"name": "企画室"}, headers=etag)
    assert renamed.json["group"]["name"] == "企画室"
    assert (
        call_api(world, "PUT", path, token, body={"name": "x"}, headers=etag).json["current"]["group"]
        == (renamed.json["group"])
    )
    assert call_api(world, "DELETE", "/group/members/sato@aozora.example?id=a%2Fb%20c", token).status == 204
    assert call_api(world, "DELETE", path, token, headers={"If-Match": renamed.headers["ETag"]}).status == 204
    assert call_api(world, "GET", path, token).status == 404


def test_what_is_removed_at_the_same_time_is_a_conflict_and_not_a_loss(world: World) -> None:
    token = sign_on(world, ADMINISTRATOR)
    seen = call_api(world, "GET", "/people/sato@aozora.example", token).headers["ETag"]
    world.directory.remove("demo", ["sato@aozora.example"])
    reply = call_api(world, "PUT", "/people/sato@aozora.example", token, body={}, headers={"If-Match": seen})
    assert reply.status == 404
