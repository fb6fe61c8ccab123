"""The Bot Connector and the login service behind the bot's own token, on one loopback port over TLS, for tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from shared.settings import ProcessSettings
from tests.support.certificates import AUTHORITY, issued
from tests.support.web_server import Asked, Reply, Server, web_server

BOT_TENANT = "botframework.com"
SECRET_NAME = "teams-bot"
SECRET = "s3cret ✓"


class ConnectorServer:
    """``next`` are answers to Connector requests, used up from the front; then all is taken. ``tokens`` are given out in
    turn: ``token-1``, ``token-2`` … ; ``refused`` are those that the Connector does not take.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.next: list[Reply] = []
        self.refused: set[str] = set()
        self.login: Callable[[Mapping[str, list[str]]], Reply] = self._give_token
        self.given = 0
        server.answer = self._answer

    @property
    def service_url(self) -> str:
        """Where a conversation of this Connector is."""
        return f"{self.server.url}/jp/"

    @property
    def sent(self) -> list[Asked]:
        """Requests to the Connector."""
        return [asked for asked in self.server.asked if asked.path.startswith("/jp/")]

    @property
    def logins(self) -> list[Mapping[str, list[str]]]:
        """The forms of all requests for a token."""
        forms = (asked.body for asked in self.server.asked if asked.path.endswith("/oauth2/v2.0/token"))
        return [parse_qs(form.decode()) for form in forms]

    def process(self, **changes: Any) -> ProcessSettings:
        """Settings of a bot that sends here."""
        values: dict[str, Any] = {
            "storage": "none",
            "bot_app_id": "app-1",
            "bot_secret": SECRET_NAME,
            "bot_tenant": BOT_TENANT,
            "bot_login_url": self.server.url,
            "bot_service_hosts": self.server.host,
        }
        return ProcessSettings(**(values | changes))

    def _answer(self, asked: Asked) -> Reply:
        if asked.path.endswith("/.well-known/openid-configuration"):
            base = f"{self.server.url}/{BOT_TENANT}"
            names = {"authorization_endpoint": f"{base}/oauth2/v2.0/authorize"}
            names |= {"token_endpoint": f"{base}/oauth2/v2.0/token", "issuer": f"{base}/v2.0"}
            return Reply(body=json.dumps(names).encode())
        if asked.path.endswith("/oauth2/v2.0/token"):
            return self.login(parse_qs(asked.body.decode()))
        if asked.headers.get("authorization", "").removeprefix("Bearer ") in self.refused:
            return Reply(401, b'{"message":"Authorization has been denied for this request."}')
        return self.next.pop(0) if self.next else Reply(201, b'{"id":"activity-1"}')

    def _give_token(self, form: Mapping[str, list[str]]) -> Reply:
        self.given += 1
        answer = {"token_type": "Bearer", "expires_in": 3600, "access_token": f"token-{self.given}"}
        return Reply(body=json.dumps(answer).encode())


@contextmanager
def connector_server(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectorServer]:
    """Serve, and let this process trust the server's certificate."""
    trusted = directory / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(trusted)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    with web_server(lambda _: Reply(), issued(directory, "127.0.0.1")) as server:
        yield ConnectorServer(server)
