"""The page's trigger: GET and HEAD never act, POST acts only for our own form, and every answer is locked down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import azure.functions as func
import pytest

from functions.web import LARGEST_FORM
from shared.core.hold.record import State
from shared.core.message.identity import MessageRef
from tests.support.app import OUTSIDE, SENDER, World
from tests.support.hold_page_server import request_to, use
from tests.support.holds import link_to

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    use(monkeypatch, world.app)
    return world


@pytest.fixture
def ref(world: World) -> MessageRef:
    return world.judge(OUTSIDE)


@pytest.fixture
def path(world: World, ref: MessageRef) -> str:
    return f"/h/{link_to(world, ref)}"


def html_of(response: func.HttpResponse) -> str:
    return response.get_body().decode("utf-8")


def mark_in(response: func.HttpResponse) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', html_of(response))
    assert found is not None
    return found.group(1)


def fields_in(response: func.HttpResponse) -> dict[str, str]:
    """The hidden fields that every form of the page has."""
    shown = re.search(r'name="shown" value="([^"]+)"', html_of(response))
    assert shown is not None
    return {"mark": mark_in(response), "shown": shown.group(1)}


def post(path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    return request_to(path, "POST", FORM | dict(headers or {}), urlencode(fields).encode())


def ask(path: str, action: str = "release", headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """The first step, with the only reason ticked."""
    return post(path, fields_in(request_to(path)) | {"action": action, "ack": "1"}, headers)


def confirm(path: str, action: str = "release", headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """Both steps."""
    fields = fields_in(ask(path, action)) | {"action": action, "ack": "1", "confirm": "1"}
    return post(path, fields, headers)


def test_the_whole_way_from_link_to_release(world: World, ref: MessageRef, path: str) -> None:
    assert request_to(path).status_code == 200
    assert ask(path).status_code == 200
    assert world.record(ref).state is State.HELD
    done = confirm(path, headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.7:51234"})
    assert done.status_code == 200
    record = world.record(ref)
    assert record.state is State.DELIVERING
    assert record.outcome is not None
    assert (record.outcome.actor.name, record.outcome.actor.peer) == (SENDER, "198.51.100.7")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", "?action=release&confirm=1&ack=1", "?lang=en&action=discard&confirm=1"])
def test_looking_never_acts(world: World, ref: MessageRef, path: str, method: str, query: str) -> None:
    mark = mark_in(ask(path))
    before = world.messages.load(ref)
    response = request_to(
        f"{path}{query or '?'}&mark={mark}", method, FORM, b"action=release&confirm=1&ack=1&mark=" + mark.encode()
    )
    assert response.status_code == 200
    assert world.messages.load(ref) == before
    assert (response.get_body() == b"") == (method == "HEAD")


def test_missing_ticks_answer_422(world: World, ref: MessageRef, path: str) -> None:
    response = post(path, fields_in(request_to(path)) | {"action": "release"})
    assert response.status_code == 422
    assert world.record(ref).state is State.HELD


def test_a_second_press_answers_409_with_the_outcome(path: str) -> None:
    fields = fields_in(ask(path, "discard")) | {"action": "discard", "ack": "1", "confirm": "1"}
    assert post(path, fields).status_code == 200
    again = post(path, fields)
    assert again.status_code == 409
    assert "破棄されました" in html_of(again)


@pytest.mark.parametrize(
    ("token", "status"),
    [("forged", 404), ("foreign", 403), ("expired", 410), ("unknown", 404), ("x" * 5000, 404), ("あ", 404), ("", 404)],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bad_links(world: World, ref: MessageRef, token: str, status: int, method: str) -> None:
    tokens = {
        "foreign": link_to(world, ref, person=OUTSIDE),
        "expired": link_to(world, ref, expires_at=world.clock.now()),
        "unknown": link_to(world, MessageRef("nobody", ref.queue_id)),
    }
    response = request_to(
        f"/h/{tokens.get(token, token)}", method, FORM if method == "POST" else {}, b"action=discard&mark=x"
    )
    assert response.status_code == status
    assert "Estimate" not in html_of(response)
    assert world.record(ref).state is State.HELD


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 200, id="our own page"),
        pytest.param({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200, id="our own page without a referrer"),
        pytest.param({"Origin": "https://matta.example"}, 200, id="an older browser on our own page"),
        pytest.param({"Origin": "null"}, 200, id="no word either way: the mark decides"),
        pytest.param({}, 200, id="a program"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="a neighbour"),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "https://matta.example"}, 403, id="a forged origin"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "https://matta.example.evil.example"}, 403, id="an origin that begins like ours"),
        pytest.param({"Origin": "http://matta.example"}, 403, id="our name without TLS"),
    ],
)
def test_forms_of_other_sites_do_nothing(
    world: World, ref: MessageRef, path: str, headers: dict[str, str], status: int
) -> None:
    assert confirm(path, "discard", headers).status_code == status
    assert world.record(ref).state is (State.DISCARDED if status == 200 else State.HELD)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        pytest.param({"Content-Type": "text/plain"}, b"action=discard", 415, id="plain text"),
        pytest.param({"Content-Type": "application/json"}, b"{}", 415, id="JSON"),
        pytest.param({}, b"action=discard", 415, id="no type"),
        pytest.param(FORM, b"a=" + b"x" * LARGEST_FORM, 413, id="too large"),
        pytest.param(FORM, b"&".join(b"ack=%d" % number for number in range(5000)), 400, id="too many fields"),
        pytest.param(FORM, b"action=%ff", 400, id="not UTF-8"),
        pytest.param(FORM, b"action=\xff", 400, id="not ASCII"),
        pytest.param(FORM, b"", 400, id="empty"),
        pytest.param(FORM | {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}, b"action=x", 400, id="another action"),
        pytest.param(FORM, b"action=discard", 403, id="no mark"),
        pytest.param(FORM, b"action=discard&mark=x&confirm=1", 403, id="another mark"),
    ],
)  # fmt: skip
def test_what_is_no_form_of_ours_is_refused(
    world: World, ref: MessageRef, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    response = request_to(path, "POST", headers, body)
    assert response.status_code == status
    assert "<h1>" in html_of(response)
    assert world.record(ref).state is State.HELD


def _every_answer(world: World, ref: MessageRef, path: str) -> dict[str, func.HttpResponse]:
    answers = {
        "look": request_to(path),
        "head": request_to(path, "HEAD"),
        "missing": post(path, fields_in(request_to(path)) | {"action": "release"}),
        "ask": ask(path),
        "forged": request_to("/h/forged"),
        "expired": request_to(f"/h/{link_to(world, ref, expires_at=world.clock.now())}"),
        "cross-site": post(path, {}, {"Sec-Fetch-Site": "cross-site"}),
        "unreadable": request_to(path, "POST", {}, b""),
        "front": request_to("/"),
    }
    fields = fields_in(ask(path)) | {"action": "release", "ack": "1", "confirm": "1"}
    return answers | {"done": post(path, fields), "again": post(path, fields)}


def test_every_answer_is_locked_down(world: World, ref: MessageRef, path: str) -> None:
    for name, response in _every_answer(world, ref, path).items():
        headers = response.headers
        policy = dict(item.strip().partition(" ")[::2] for item in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'", name
        assert policy["form-action"] == "'self'", name
        assert policy["frame-ancestors"] == "'none'", name
        assert policy["base-uri"] == "'none'", name
        assert policy["style-src"].startswith("'sha256-"), name
        assert "script-src" not in policy, name
        assert "unsafe" not in headers["Content-Security-Policy"], name
        assert headers["Referrer-Policy"] == "no-referrer", name
        assert headers["Cache-Control"] == "no-store", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert "noindex" in headers["X-Robots-Tag"], name
        assert "geolocation=()" in headers["Permissions-Policy"], name
        assert (response.mimetype, response.charset) == ("text/html", "utf-8"), name
        assert "Set-Cookie" not in headers, name
        assert "<script" not in html_of(response), name
        assert " style=" not in html_of(response), name
        links = re.findall(r"(?:src|href|action)=\"((?:https?:)?//[^\"]*)", html_of(response))
        assert set(links) <= {f"{world.app.process.portal_url}/held"}, name


def test_nothing_of_a_request_reaches_a_header(world: World, path: str) -> None:
    for query in ("?lang=en%0d%0aX-Evil:+1", "?lang=%0aSet-Cookie:a=b"):
        response = request_to(path + query, headers={"Accept-Language": "ja\r\nX-Evil: 1"})
        assert response.status_code == 200
        assert not any("\n" in value or "\r" in value for value in response.headers.values())
        assert "Evil" not in str(dict(response.headers.items()))


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("?lang=en", "ja", "en"),
        ("?lang=ja", "en", "ja"),
        ("", "en-GB,en;q=0.9,ja;q=0.8", "en"),
        ("", "fr, ja;q=0.2, en;q=0.4", "en"),
        ("", "en;q=0, ja;q=0.1", "ja"),
        ("", ";;;q=x,,", "ja"),
        ("?lang=xx", "", "ja"),
    ],
)
def test_language_of_the_answer(path: str, query: str, accepted: str, language: str) -> None:
    response = request_to(path + query, headers={"Accept-Language": accepted})
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in html_of(response)


def test_the_page_is_served_at_the_root_of_the_host_and_needs_no_key() -> None:
    from functions import front_page, hold_page

    app = func.FunctionApp()
    for blueprint in (hold_page.bp, front_page.bp):
        app.register_functions(blueprint)
    bindings = {
        function.get_function_name(): function.get_trigger().get_dict_repr() for function in app.get_functions()
    }
    assert bindings["hold_page"]["route"] == "h/{token}"
    assert bindings["front_page"]["route"] == "/"
    for binding in bindings.values():
        assert binding["authLevel"].value.lower() == "anonymous"
