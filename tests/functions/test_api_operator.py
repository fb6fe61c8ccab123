"""The operator's side of the API: tenants, usage, health, failed work; and nothing of any tenant's mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest

from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.policy.tenant_settings import Access, Ingress
from shared.ports_sign_on import SignOnClaims
from shared.usecases.recount_hours import recount_hours
from tests.support.api import DIRECTORY, call_api, granted, make_api_world, sign_on
from tests.support.app import OUTSIDE, SENDER, World

OPERATORS = "99999999-9999-4999-8999-999999999999"
EXCHANGE = "44444444-4444-4444-8444-444444444444"
NEW: Mapping[str, object] = {
    "tenant_id": "hoshizora",
    "name": "星空物産",
    "domains": ["hoshizora.example"],
    "plan": "trial",
    "trial_ends_at": "2026-12-31T15:00:00Z",
    "entra_tenant": "33333333-3333-4333-8333-333333333333",
    "next_hop": {"host": "mx.hoshizora.example"},
    "peers": ["192.0.2.0/24"],
    "administrator": "boss@hoshizora.example",
}


@pytest.fixture
def world() -> World:
    return make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted("admin@aozora.example", "tenant-administrator"),)),
        ingress=Ingress(peers=("198.51.100.9",), exchange_tenant=EXCHANGE, hosts=("demo.relay.example",)),
    )


def operator(world: World) -> str:
    """The token of the service's operator, who is nobody's person."""
    token = "token of the operator"  # no secret
    object.__setattr__(world.app.process, "operator_entra_tenant", OPERATORS)
    world.sign_on.people[token] = SignOnClaims(
        OPERATORS, "op", "op@service.example", "Operator", frozenset({"Matta.Operator"}), world.clock.now()
    )
    return token


def test_a_tenant_is_created_changed_suspended_and_goes_on(world: World) -> None:
    token = operator(world)
    made = call_api(world, "POST", "/operator/tenants", token, body=NEW)
    assert made.status == 201, made.body
    assert (made.json["state"], made.json["administrators"]) == ("trial", ["boss@hoshizora.example"])
    rows = call_api(world, "GET", "/operator/tenants?text=%E6%98%9F", token).json["rows"]
    assert [row["tenant_id"] for row in rows] == ["hoshizora"]

    edit = {name: NEW[name] for name in ("name", "domains", "entra_tenant")} | {"plan": "premium"}
    path = "/operator/tenants/hoshizora"
    changed = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert (changed.json["plan"], changed.json["trial_ends_at"], changed.json["state"]) == ("premium", None, "active")
    assert changed.json["peers"] == ["192.0.2.0/24"], "what is left out stays"
    stale = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert (stale.status, stale.json["current"]["version"]) == (412, changed.json["version"])

    for suspended, state in ((True, "suspended"), (False, "active")):
        etag = call_api(world, "GET", path, token).headers["ETag"]
        body = {"suspended": suspended, "comment": "料金"}
        reply = call_api(world, "PUT", f"{path}/suspension", token, body=body, headers={"If-Match": etag})
        assert reply.json["state"] == state
    codes = [entry.code for entry in world.audit.between("hoshizora", world.clock.now(), _after(world), 20)]
    assert {"tenant-created", "tenant-changed", "tenant-suspended", "tenant-resumed"} <= set(codes)


def _after(world: World) -> datetime:
    world.clock.advance(seconds=1)
    return world.clock.now()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"tenant_id": "demo"}, 409, id="an id that is taken"),
        pytest.param({"domains": ["Aozora.example"]}, 409, id="a domain of another tenant"),
        pytest.param({"domains": [".aozora.example"]}, 409, id="a domain of another tenant with those below"),
        pytest.param({"domains": ["aozora.example."]}, 409, id="a domain of another tenant with a dot"),
        pytest.param({"domains": ["ａozora.example"]}, 409, id="a domain of another tenant in wide letters"),
        pytest.param({"entra_tenant": DIRECTORY}, 409, id="a directory of another tenant"),
        pytest.param({"peers": ["198.51.100.0/24", "198.51.100.9"]}, 409, id="a peer of another tenant"),
        pytest.param({"peers": ["198.51.100.9/32"]}, 409, id="a peer of another tenant as a range"),
        pytest.param({"peers": [" 198.51.100.9 "]}, 409, id="a peer of another tenant between blanks"),
        pytest.param({"exchange_tenant": EXCHANGE}, 409, id="another tenant's Exchange"),
        pytest.param({"hosts": ["DEMO.relay.example."]}, 409, id="a name of the relay that is another tenant's"),
        pytest.param({"hosts": ["a.example", "A.example"]}, 422, id="one name of the relay twice"),
        pytest.param({"exchange_tenant": "x"}, 422, id="no directory id of Exchange"),
        pytest.param({"tenant_id": "A b"}, 422, id="an id with other characters"),
        pytest.param({"domains": []}, 422, id="no domain"),
        pytest.param({"domains": ["a b"]}, 422, id="no domain name"),
        pytest.param({"peers": ["somewhere"]}, 422, id="no address"),
        pytest.param({"entra_tenant": "x"}, 422, id="no directory id"),
        pytest.param({"plan": "gold"}, 422, id="no such plan"),
        pytest.param({"trial_ends_at": "2026-12-31T15:00:00"}, 422, id="a moment without zone"),
        pytest.param({"rules": []}, 422, id="a field of the tenant's own"),
    ],
)
def test_a_tenant_that_cannot_be_is_refused(world: World, change: dict[str, object], status: int) -> None:
    reply = call_api(world, "POST", "/operator/tenants", operator(world), body={**NEW, **change})
    assert reply.status == status, reply.body
    assert [one.tenant_id for one in world.settings_store.tenants()] == ["demo"]


def test_where_the_mail_comes_from_is_the_operators_to_change(world: World) -> None:
    token = operator(world)
    made = call_api(world, "POST", "/operator/tenants", token, body={**NEW, "peers": []})
    edit = {name: NEW[name] for name in ("name", "domains", "entra_tenant", "peers")}
    path = "/operator/tenants/hoshizora"
    changed = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert (changed.status, changed.json["peers"]) == (200, ["192.0.2.0/24"])
    edit |= {"peers": ["198.51.100.9/32"]}
    refused = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": changed.headers["ETag"]})
    assert (refused.status, refused.problem) == (409, "already-there")


def test_how_exchange_is_known_is_the_operators_to_change_and_stays_where_it_is_left_out(world: World) -> None:
    token = operator(world)
    exchange = {"exchange_tenant": "55555555-5555-4555-8555-555555555555", "hosts": ["hoshi.relay.example"]}
    made = call_api(world, "POST", "/operator/tenants", token, body={**NEW, **exchange})
    assert {name: made.json[name] for name in exchange} == exchange
    edit = {name: NEW[name] for name in ("name", "domains", "entra_tenant")}
    path = "/operator/tenants/hoshizora"
    same = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert {name: same.json[name] for name in exchange} == exchange
    gone = {"exchange_tenant": "", "hosts": []}
    changed = call_api(world, "PUT", path, token, body=edit | gone, headers={"If-Match": same.headers["ETag"]})
    assert {name: changed.json[name] for name in gone} == gone


def test_the_operator_names_the_secrets_of_dkim_keys(world: World) -> None:
    token = operator(world)
    key = {"domain": "hoshizora.example", "selector": "s1", "secret": "hoshizora-dkim", "active_from": None}
    made = call_api(world, "POST", "/operator/tenants", token, body={**NEW, "dkim": [key]})
    assert made.json["dkim"] == [key], made.body
    edit = {name: NEW[name] for name in ("name", "domains", "entra_tenant")}
    path = "/operator/tenants/hoshizora"
    same = call_api(world, "PUT", path, token, body=edit, headers={"If-Match": made.headers["ETag"]})
    assert same.json["dkim"] == [key], "what is left out stays"
    elsewhere = edit | {"dkim": [key | {"domain": "aozora.example"}]}
    refused = call_api(world, "PUT", path, token, body=elsewhere, headers={"If-Match": same.headers["ETag"]})
    assert refused.status == 422, "a domain of another tenant"


def test_nobody_of_a_suspended_tenant_signs_on(world: World) -> None:
    token, person = operator(world), sign_on(world, SENDER)
    assert call_api(world, "GET", "/me", person).status == 200
    etag = call_api(world, "GET", "/operator/tenants/demo", token).headers["ETag"]
    path = "/operator/tenants/demo/suspension"
    assert call_api(world, "PUT", path, token, body={"suspended": True}, headers={"If-Match": etag}).status == 200
    refused = call_api(world, "GET", "/me", person)
    assert (refused.status, refused.problem) == (403, "suspended")


def test_usage_comes_from_counters(world: World) -> None:
    sign_on(world, SENDER)
    world.judge(OUTSIDE)
    world.clock.advance(seconds=900)
    recount_hours(world.app)
    (row,) = call_api(world, "GET", "/operator/usage", operator(world)).json["rows"]
    assert (row["tenant_id"], row["messages"], row["held"], row["senders"], row["people"]) == ("demo", 1, 1, 1, 1)
    text = call_api(world, "GET", "/operator/usage/export?lang=en", operator(world)).body.decode()
    assert text.splitlines()[1].startswith("demo,,standard,active,1,1,1,1,1,1,")


def test_failed_work_is_shown_without_content_and_tried_again(world: World) -> None:
    ref = world.judge(OUTSIDE)
    id_ = world.parked.park("deliver", ref, OutboxEntry(OutboxKind.DELIVER, 1, world.clock.now()), world.clock.now())
    unreadable = world.parked.park("deliver", None, None, world.clock.now())
    token = operator(world)
    reply = call_api(world, "GET", "/operator/poison?queue=deliver", token)
    assert [item["id"] for item in reply.json["items"]] == [id_, unreadable]
    assert reply.json["items"][0]["ref"] == {"tenant_id": "demo", "queue_id": ref.queue_id}
    assert b"Estimate" not in reply.body
    assert reply.json["queues"][0] == {"queue": "deliver", "waiting": 0, "parked": 2}
    body = {"queue": "deliver", "ids": [id_, "gone", id_]}
    assert call_api(world, "POST", "/operator/poison/retry", token, body=body).json == {"ids": [id_]}
    assert call_api(world, "POST", "/operator/poison/retry", token, body=body).json == {"ids": []}
    (entry,) = world.audit.between("demo", world.clock.now(), _after(world), 10)
    assert (entry.code, entry.actor.role, dict(entry.args)["queue_id"]) == ("work-retried", "operator", ref.queue_id)
    assert call_api(world, "GET", "/operator/poison?queue=other", token).status == 422


def test_all_failed_work_of_a_queue_is_tried_again(world: World) -> None:
    ref = world.judge(OUTSIDE)
    for _ in range(70):
        world.parked.park("deliver", ref, OutboxEntry(OutboxKind.DELIVER, 1, world.clock.now()), world.clock.now())
    world.parked.park("evaluate", ref, None, world.clock.now())
    token, body = operator(world), {"queue": "deliver"}
    assert call_api(world, "POST", "/operator/poison/retry-all", token, body=body).json == {"retried": 70}
    assert call_api(world, "POST", "/operator/poison/retry-all", token, body=body).json == {"retried": 0}
    left = call_api(world, "GET", "/operator/poison?queue=evaluate", token).json
    assert [one["parked"] for one in left["queues"]] == [0, 0, 1]


def test_health_tells_parts_queues_and_what_waits(world: World) -> None:
    world.receive(OUTSIDE)
    world.clock.advance(seconds=120)
    found = call_api(world, "GET", "/operator/health", operator(world)).json
    assert found["healthy"] is True
    assert {part["part"] for part in found["parts"]} >= {"messages", "spool", "queues", "settings"}
    assert (found["waiting"], found["oldest_waiting_seconds"]) == (1, 120)


ROUTES = [
    ("GET", "/operator/tenants"),
    ("POST", "/operator/tenants"),
    ("GET", "/operator/tenants/demo"),
    ("PUT", "/operator/tenants/demo"),
    ("PUT", "/operator/tenants/demo/suspension"),
    ("GET", "/operator/usage"),
    ("GET", "/operator/usage/export"),
    ("GET", "/operator/health"),
    ("GET", "/operator/poison"),
    ("POST", "/operator/poison/retry"),
    ("POST", "/operator/poison/retry-all"),
    ("GET", "/operator/stuck"),
    ("GET", "/operator/stuck/export"),
    ("POST", "/operator/stuck/retry"),
    ("POST", "/operator/stuck/retry-all"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_role_of_a_tenant_reaches_the_operators_side(world: World, method: str, path: str) -> None:
    token = sign_on(world, "admin@aozora.example", "Matta.Operator", "Matta.TenantAdministrator")
    assert call_api(world, method, path, token, body={}, headers={"If-Match": "1"}).status == 403


@pytest.mark.parametrize("path", ["/messages/held", "/tracking/messages", "/audit", "/reports", "/people", "/groups"])
def test_an_operator_sees_nothing_of_a_tenant(world: World, path: str) -> None:
    world.judge(OUTSIDE)
    assert call_api(world, "GET", path, operator(world)).status == 403
