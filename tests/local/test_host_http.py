"""HTTP triggers in a real host process."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.azurite import Azurite
from tests.support.sample_app import HOST_KEY, MASTER_KEY, SampleApp


@pytest.fixture(scope="module")
def app(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleApp]:
    with SampleApp(azurite, tmp_path_factory.mktemp("host"), settings={"Greeting": "hello"}) as sample:
        sample.host.start()
        yield sample


class _Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode()


def _ask(app: SampleApp, method: str, path: str, body: bytes | None = None, **headers: str) -> _Answer:
    address = urlsplit(app.host.url)
    assert address.hostname
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return _Answer(connection.getresponse())
    finally:
        connection.close()


def test_a_request_reaches_the_function_with_azures_own_request_type(app: SampleApp) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded", "X_Sample": "yes"}
    answer = _ask(app, "POST", "/api/echo/%E5%BE%85?q=1&q=2&r=a%20b", b"decision=release&note=%E3%81%82", **form)
    assert answer.status == 201
    seen = json.loads(answer.body)
    assert seen["method"] == "POST"
    assert seen["route_params"] == {"name": "待"}
    assert seen["params"] == {"q": "1,2", "r": "a b"}
    assert seen["form"] == {"decision": "release", "note": "あ"}
    assert seen["header"] == "yes"
    assert seen["function"] == "echo"


def test_the_clients_address_is_last_in_x_forwarded_for_whatever_the_client_says(app: SampleApp) -> None:
    assert json.loads(_ask(app, "GET", "/api/echo").body)["forwarded"] == "127.0.0.1"
    seen = json.loads(_ask(app, "GET", "/api/echo", X_Forwarded_For="203.0.113.9").body)
    assert seen["forwarded"] == "203.0.113.9, 127.0.0.1"


def test_the_answer_carries_headers_and_cookies_and_no_banner(app: SampleApp) -> None:
    answer = _ask(app, "GET", "/api/echo")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Twice"] == "a"
    cookies = answer.headers.get_all("Set-Cookie")
    assert cookies is not None
    assert len(cookies) == 2
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Strict" in cookies[1]
    assert "Server" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/api/echo", 201, id="optional-parameter-absent"),
        pytest.param("GET", "/api/numbers/12", 200, id="int"),
        pytest.param("GET", "/api/numbers/twelve", 404, id="int-refused"),
        pytest.param("GET", "/api/none", 404, id="no-such-route"),
        pytest.param("GET", "/echo", 404, id="without-prefix"),
        pytest.param("DELETE", "/api/echo/a", 405, id="method-refused"),
        pytest.param("HEAD", "/api/numbers/1", 405, id="head-refused"),
        pytest.param("GET", "/api/broken", 500, id="function-raises"),
        pytest.param("GET", "/api/exits", 500, id="function-tries-to-end-the-process"),
        pytest.param("GET", "/api/nothing", 500, id="function-returns-nothing"),
        pytest.param("GET", "/admin/nonsense", 404, id="unknown-admin-page"),
    ],
)
def test_the_status_of_a_request(app: SampleApp, method: str, path: str, status: int) -> None:
    assert _ask(app, method, path).status == status


def test_a_catch_all_takes_the_rest_of_the_path(app: SampleApp) -> None:
    assert _ask(app, "GET", "/api/files/a/b%20c.js").body == "a/b c.js"
    assert _ask(app, "GET", "/api/files").body == "(none)"


def test_a_refused_method_names_those_allowed(app: SampleApp) -> None:
    assert _ask(app, "PUT", "/api/echo").headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        pytest.param("/api/guarded", None, 401, id="function-no-key"),
        pytest.param("/api/guarded", "wrong", 401, id="function-wrong-key"),
        pytest.param("/api/guarded", HOST_KEY, 200, id="function-key"),
        pytest.param(f"/api/guarded?code={HOST_KEY}", None, 200, id="function-key-in-query"),
        pytest.param("/api/administration", HOST_KEY, 401, id="admin-function-key"),
        pytest.param("/api/administration", MASTER_KEY, 200, id="admin-master-key"),
    ],
)
def test_keys_open_what_their_level_allows(app: SampleApp, path: str, key: str | None, status: int) -> None:
    headers = {"x_functions_key": key} if key else {}
    assert _ask(app, "GET", path, **headers).status == status


def test_an_error_inside_tells_nothing(app: SampleApp) -> None:
    answer = _ask(app, "GET", "/api/broken")
    assert "internal detail" not in answer.body
    assert any("internal detail" in str(line.get("exception")) for line in app.host.lines())


def test_a_body_over_100_mb_is_refused_before_it_is_read(app: SampleApp) -> None:
    address = urlsplit(app.host.url)
    assert address.hostname
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    connection.putrequest("POST", "/api/echo")
    connection.putheader("Content-Length", str(100 * 1024 * 1024 + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_sync_functions_run_beside_each_other_and_do_not_stop_others(app: SampleApp) -> None:
    waiting = [threading.Thread(target=_ask, args=(app, "GET", "/api/slow/3")) for _ in range(3)]
    for thread in waiting:
        thread.start()
    answer = _ask(app, "GET", "/api/numbers/1")
    assert answer.body == "number 1"
    assert all(thread.is_alive() for thread in waiting), "the quick request waited for the slow ones"
    for thread in waiting:
        thread.join()


def test_the_log_names_the_route_but_neither_path_nor_query(app: SampleApp) -> None:
    _ask(app, "GET", "/api/echo/secret-path?token=secret-query")
    _ask(app, "GET", "/api/unknown-secret-path")
    log = app.host.log.read_text("utf-8")
    assert "secret" not in log.replace("/api/echo/{name?}", "")
    (line,) = [line for line in app.host.lines() if line.get("route") == "/api/echo/{name?}" and line["status"] == 201][
        -1:
    ]
    assert line["method"] == "GET"
    assert line["ms"] >= 0


def test_a_malformed_request_leaves_no_trace_of_itself(app: SampleApp) -> None:
    address = urlsplit(app.host.url)
    assert address.hostname
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    connection.connect()
    connection.sock.sendall(b"GET /api/echo?token=hidden\x01value HTTP/9.9\r\n\r\n")
    answer = connection.sock.recv(65536)
    connection.close()
    assert answer.startswith(b"HTTP/1.")
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"server:" not in answer.lower()
    assert "hidden" not in app.host.log.read_text("utf-8")


def test_the_app_sees_its_settings_but_not_the_keys(app: SampleApp) -> None:
    assert _ask(app, "GET", "/api/settings/Greeting").body == "hello"
    assert _ask(app, "GET", "/api/settings/FUNCTIONS_MASTER_KEY").body == "(none)"
    logged = [line for line in app.host.lines() if line["logger"] == "sample"]
    assert logged[0]["message"] == "looked up a setting"
    assert logged[0]["queue_id"] == "q1"


def test_status_and_list_of_functions_are_open_on_this_machine(app: SampleApp) -> None:
    status = json.loads(_ask(app, "GET", "/admin/host/status").body)
    assert status["state"] == "Running"
    assert "on_blob" in status["functions"]
    functions = {entry["name"]: entry for entry in json.loads(_ask(app, "GET", "/admin/functions").body)}
    assert functions["echo"] == {"name": "echo", "type": "httpTrigger", "route": "/api/echo/{name?}"}
    assert functions["on_time"]["type"] == "timerTrigger"


def test_a_timer_runs_by_hand_but_not_for_a_page_of_another_site(app: SampleApp) -> None:
    assert _ask(app, "POST", "/admin/functions/on_time", b"{}", Content_Type="text/plain").status == 415
    assert app.events("timer-start") == []
    assert _ask(app, "POST", "/admin/functions/on_time", b"{}", Content_Type="application/json").status == 202
    assert _ask(app, "POST", "/admin/functions/echo", b"{}", Content_Type="application/json").status == 404
