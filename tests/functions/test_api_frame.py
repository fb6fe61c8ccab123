"""What every request meets before a use case does: method, path, origin, size, media type, rate; and what every answer bears."""

from __future__ import annotations

import pytest

from functions.api.dispatch import HEADERS
from functions.api.rates import BURST, PER_SECOND
from functions.api.registry import all_routes
from functions.api.route import PREFIX
from shared.core.policy.tenant_settings import Access
from shared.errors import Conflict, InvalidSettings, NotFound, PermanentError, StorageUnavailable, TemporaryError
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, sign_on
from tests.support.app import OUTSIDE, SENDER, World

PORTAL = "https://portal.example"
ADMINISTRATOR = "admin@aozora.example"
SECRET = "AccountKey=c2VjcmV0; table 'people' at 10.0.0.7"
COSTLY = max(route.cost for route in all_routes())


@pytest.fixture
def world() -> World:
    made = make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted(ADMINISTRATOR, "tenant-administrator"),))
    )
    object.__setattr__(made.app.process, "portal_url", PORTAL + "/")
    return made


@pytest.fixture
def token(world: World) -> str:
    return sign_on(world, SENDER)


def cors_headers(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name.startswith("Access-Control-")}


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        pytest.param("GET", "/nothing", 404, "not-found", id="no such path"),
        pytest.param("GET", "/", 404, "not-found", id="no path"),
        pytest.param("GET", "/me/more", 404, "not-found", id="too long a path"),
        pytest.param("GET", "/messages//body", 404, "not-found", id="an empty argument"),
        pytest.param("GET", "/messages/../me", 404, "not-found", id="dots are no way up"),
        pytest.param("POST", "/me", 405, "method-not-allowed", id="wrong method"),
        pytest.param("TRACE", "/me", 405, "method-not-allowed", id="strange method"),
        pytest.param("GET", "/me/", 200, "", id="a slash at the end"),
    ],
)
def test_paths_and_methods(world: World, token: str, method: str, path: str, status: int, kind: str) -> None:
    reply = call_api(world, method, path, token)
    assert reply.status == status
    assert not kind or reply.problem == kind


def test_a_wrong_method_is_told_which_are_right(world: World, token: str) -> None:
    assert call_api(world, "DELETE", "/me", token).headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_the_body(world: World, token: str) -> None:
    get, head = call_api(world, "GET", "/me", token), call_api(world, "HEAD", "/me", token)
    assert (head.status, head.body) == (200, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("method", "path", "signed"),
    [
        pytest.param("GET", "/me", True, id="an answer"),
        pytest.param("GET", "/configuration", False, id="a public answer"),
        pytest.param("GET", "/openapi.json", False, id="a file"),
        pytest.param("GET", "/nothing", True, id="a problem"),
        pytest.param("GET", "/me", False, id="a refusal"),
        pytest.param("OPTIONS", "/me", False, id="a question of the browser"),
    ],
)
def test_every_answer_bears_the_security_headers(
    world: World, token: str, method: str, path: str, signed: bool
) -> None:
    reply = call_api(world, method, path, token if signed else "")
    assert HEADERS.items() <= reply.headers.items()
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]


ORIGINS = [
    pytest.param(PORTAL, True, id="the portal"),
    pytest.param("https://evil.example", False, id="another"),
    pytest.param("null", False, id="a sandboxed page"),
    pytest.param(PORTAL + ".evil.example", False, id="one that begins like the portal"),
    pytest.param("http://portal.example", False, id="the portal without TLS"),
    pytest.param(PORTAL.upper(), False, id="other letters"),
    pytest.param("", False, id="none"),
]


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS)
@pytest.mark.parametrize("path", ["/me", "/nothing", "/configuration"])
def test_only_the_portals_origin_may_read_an_answer(
    world: World, token: str, path: str, origin: str, allowed: bool
) -> None:
    found = cors_headers(call_api(world, "GET", path, token, headers={"Origin": origin} if origin else {}))
    if not allowed:
        assert found == {}
        return
    assert found["Access-Control-Allow-Origin"] == PORTAL
    assert {"ETag", "Retry-After", "Content-Disposition"} == set(
        found["Access-Control-Expose-Headers"].replace(" ", "").split(",")
    )
    assert "Access-Control-Allow-Credentials" not in found, "tokens travel in a header, never in cookies"


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS)
def test_only_the_portals_origin_may_ask_beforehand(world: World, origin: str, allowed: bool) -> None:
    reply = call_api(world, "OPTIONS", "/me", headers={"Origin": origin} if origin else {})
    assert (reply.status, reply.body) == (204 if allowed else 403, b"")
    found = cors_headers(reply)
    if not allowed:
        assert found == {}
        return
    methods = set(found["Access-Control-Allow-Methods"].replace(" ", "").split(","))
    assert methods >= {route.method for route in all_routes()}
    names = set(found["Access-Control-Allow-Headers"].lower().replace(" ", "").split(","))
    assert names >= {"authorization", "content-type", "if-match"}
    assert "*" not in str(found)


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        pytest.param({"data": b"{"}, 400, "bad-request", id="half of a body"),
        pytest.param({"data": b"\xff\xfe"}, 400, "bad-request", id="not text"),
        pytest.param({"data": b'{"verb":"' + b"\xff" + b'"}'}, 400, "bad-request", id="text in no encoding"),
        pytest.param({"data": b"[" * 100_000}, 422, "invalid", id="very deep"),
        pytest.param({"data": b""}, 400, "bad-request", id="no body"),
        pytest.param({"data": b"[]"}, 422, "invalid", id="another shape"),
        pytest.param({"body": {"verb": "explode"}}, 422, "invalid", id="a value that there is not"),
        pytest.param({"body": {"verb": "discard", "who": "x"}}, 422, "invalid", id="a field that there is not"),
        pytest.param({"body": {"verb": "release", "acknowledged": ["x"]}}, 422, "invalid", id="another type"),
        pytest.param({"data": b"verb=discard", "type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type", id="a form"),
        pytest.param({"data": b"{}", "type": "text/plain"}, 415, "unsupported-media-type", id="what a page may send unasked"),
        pytest.param({"data": b"{}", "type": ""}, 415, "unsupported-media-type", id="no type"),
        pytest.param({"data": b" " * (256 * 1024 + 1)}, 413, "too-large", id="too large"),
    ],
)  # fmt: skip
def test_bodies(world: World, token: str, sent: dict[str, object], status: int, kind: str) -> None:
    ref = world.judge(OUTSIDE)
    reply = call_api(
        world, "POST", f"/messages/{ref.queue_id}/decision", token,
        body=sent.get("body"),
        data=sent.get("data"),  # type: ignore[arg-type]  # from the table
        headers={"Content-Type": str(sent.get("type", "application/json; charset=utf-8"))},
    )  # fmt: skip
    assert (reply.status, reply.problem) == (status, kind)
    if status == 422:
        assert reply.json["detail"]


def test_what_does_not_fit_is_named_by_its_place(world: World, token: str) -> None:
    ref = world.judge(OUTSIDE)
    reply = call_api(world, "POST", f"/messages/{ref.queue_id}/decision", token, body={"verb": "explode"})
    assert [field["at"] for field in reply.json["fields"]] == ["$.verb"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param("limit=1", 200, id="the smallest"),
        pytest.param("limit=0", 422, id="nothing"),
        pytest.param("limit=201", 422, id="too many"),
        pytest.param("limit=x", 422, id="no number"),
        pytest.param("limit=" + "9" * 400, 422, id="a very long number"),
        pytest.param("after=" + "x" * 5000, 422, id="a very long mark"),
        pytest.param("after=" + "x" * 9000, 414, id="a query that is too long"),
        pytest.param("a=%00%ff", 200, id="what nobody asked for is left alone"),
    ],
)
def test_queries(world: World, token: str, query: str, status: int) -> None:
    assert call_api(world, "GET", f"/messages/held?{query}", token).status == status


@pytest.mark.parametrize("if_match", ["", '""', "W/"], ids=["none", "empty", "weak and empty"])
def test_an_edit_names_the_version_that_it_replaces(world: World, if_match: str) -> None:
    token = sign_on(world, ADMINISTRATOR)
    settings = call_api(world, "GET", "/settings/tenant", token)
    reply = call_api(
        world, "PUT", "/settings/tenant", token, body=settings.json, headers={"If-Match": if_match} if if_match else {}
    )
    assert (reply.status, reply.problem) == (428, "if-match-needed")


def test_an_edit_of_an_older_version_is_told_the_present_one(world: World) -> None:
    token = sign_on(world, ADMINISTRATOR)
    first = call_api(world, "GET", "/settings/tenant", token)
    send = {"body": first.json | {"name": "One"}, "headers": {"If-Match": first.headers["ETag"]}}
    assert call_api(world, "PUT", "/settings/tenant", token, **send).status == 200  # type: ignore[arg-type]  # as above
    late = call_api(world, "PUT", "/settings/tenant", token, **send)  # type: ignore[arg-type]  # as above
    assert (late.status, late.problem) == (412, "stale")
    assert late.json["current"]["name"] == "One"


def test_a_runaway_caller_is_told_to_wait_and_others_are_not(world: World, token: str) -> None:
    other = sign_on(world, ADMINISTRATOR)
    replies = [call_api(world, "GET", "/me", token) for _ in range(BURST + 1)]
    assert {reply.status for reply in replies[:-1]} == {200}
    refused = replies[-1]
    assert (refused.status, refused.problem, refused.headers["Retry-After"]) == (429, "too-many-requests", "1")
    assert call_api(world, "GET", "/me", other).status == 200
    world.clock.advance(seconds=1)
    later = [call_api(world, "GET", "/me", token).status for _ in range(int(PER_SECOND) + 1)]
    assert later == [200] * int(PER_SECOND) + [429]


def test_whoever_tries_tokens_out_is_slowed_down_and_people_are_not(world: World, token: str) -> None:
    guesser, another = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "198.51.100.8"}
    tried = [call_api(world, "GET", "/me", f"guess {number}", headers=guesser) for number in range(BURST + 1)]
    assert {reply.status for reply in tried[:-1]} == {401}
    assert (tried[-1].status, tried[-1].problem) == (429, "too-many-requests")
    assert call_api(world, "GET", "/me", "a guess", headers=another).status == 401
    assert call_api(world, "GET", "/me", token, headers=guesser).status == 200, "somebody else behind that address"


TROUBLES = [
    pytest.param(RuntimeError(SECRET), 503, "unavailable", id="anything"),
    pytest.param(KeyError(SECRET), 503, "unavailable", id="a mistake of ours"),
    pytest.param(RecursionError(SECRET), 503, "unavailable", id="too deep"),
    pytest.param(StorageUnavailable(SECRET), 503, "unavailable", id="storage"),
    pytest.param(TemporaryError(SECRET), 503, "unavailable", id="a passing trouble"),
    pytest.param(Conflict(SECRET), 409, "conflict", id="a lost race"),
    pytest.param(NotFound(SECRET), 404, "not-found", id="nothing there"),
    pytest.param(PermanentError(SECRET), 403, "not-allowed", id="a refusal"),
    pytest.param(InvalidSettings(SECRET), 422, "invalid", id="settings"),
]


@pytest.mark.parametrize(("error", "status", "kind"), TROUBLES)
def test_troubles_are_told_without_the_inside(
    world: World, token: str, error: Exception, status: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trouble(*_: object) -> None:
        raise error

    monkeypatch.setattr(world.delegations, "principals_of", trouble)
    reply = call_api(world, "GET", "/me", token)
    assert (reply.status, reply.problem) == (status, kind)
    assert (reply.headers.get("Retry-After") is not None) == (status == 503)
    for word in (SECRET, "AccountKey", type(error).__name__, "Traceback", "self"):
        assert word not in reply.body.decode()


def test_trouble_with_signing_keys_refuses_nobody_for_good(world: World, token: str) -> None:
    world.sign_on.trouble.before("check", TemporaryError(SECRET))
    assert call_api(world, "GET", "/me", token).status == 503


def test_an_app_that_cannot_be_built_is_a_passing_trouble() -> None:
    import azure.functions as func

    from functions.api.dispatch import answer

    def broken() -> None:
        raise RuntimeError(SECRET)

    request = func.HttpRequest("GET", f"https://api.example{PREFIX}/me", route_params={"path": "me"}, body=b"")
    response = answer(request, broken)  # type: ignore[arg-type]  # it never returns
    assert response.status_code == 503
    assert b"AccountKey" not in response.get_body()
