"""The web triggers with a ``World`` behind them: called directly, or served to a real browser on a loopback port."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import pytest

from functions import approval_page, front_page, hold_page, password_page
from shared.app import App

PAGES = {
    "": (front_page.bp, "front_page"),
    "h": (hold_page.bp, "hold_page"),
    "a": (approval_page.bp, "approval_page"),
    "p": (password_page.bp, "password_page"),
}
"""By the first word of the path."""


def trigger(blueprint: func.Blueprint, name: str) -> Callable[[func.HttpRequest], func.HttpResponse]:
    """The function of that name as the worker gets it."""
    app = func.FunctionApp()
    app.register_functions(blueprint)
    for function in app.get_functions():
        if function.get_function_name() == name:
            return function.get_user_function()
    raise AssertionError(f"no function {name}")


def request_to(
    path: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> func.HttpResponse:
    """What the app answers to a request for ``/`` or the page of a link, as the host would hand it over."""
    url = urlsplit(path)
    word, _, token = url.path.removeprefix("/").partition("/")
    handle = trigger(*PAGES[word])
    return handle(
        func.HttpRequest(
            method=method,
            url=f"https://matta.example{path}",
            headers=dict(headers or {}),
            params=dict(parse_qsl(url.query)),
            route_params={"token": token} if word else {},
            body=body,
        )
    )


def use(monkeypatch: pytest.MonkeyPatch, app: App) -> None:
    """Let the triggers work with ``app``."""
    monkeypatch.setattr("shared.wiring.build", lambda: app)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if urlsplit(self.path).path.removeprefix("/").partition("/")[0] not in PAGES:
            self.send_error(404)
            return
        headers = dict(self.headers.items()) | {"X-Forwarded-For": f"{self.client_address[0]}:{self.client_address[1]}"}
        response = request_to(self.path, self.command, headers, body)
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            self.send_header(name, value)
        content = response.get_body()
        self.send_header("Content-Type", f"{response.mimetype}; charset={response.charset}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@contextmanager
def serving() -> Iterator[str]:
    """Serve the triggers; gives the address, without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
