"""The endpoint where a process on Azure gets tokens of its managed identity: real HTTP, tokens that Azurite takes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.support.storage_tokens import unsigned_token
from tests.support.web_server import Asked, Reply, web_server

HEADER = "the-header-of-this-process"


@dataclass
class IdentityEndpoint:
    """Fields may be changed at any time."""

    url: str = ""
    client_id: str = ""
    """The only identity that there is."""
    seconds: float = 86_400.0
    """How long a token lasts."""
    skew: float = 0.0
    """By how much its clock is ahead."""
    delay: float = 0.0
    reply: Reply | None = None
    """In place of a token."""
    tokens: list[str] = field(default_factory=list)
    """Those that it gave, in order."""
    resources: list[str] = field(default_factory=list)
    """What they were for."""

    @property
    def environment(self) -> dict[str, str]:
        """What the platform puts into the environment of the process."""
        return {"IDENTITY_ENDPOINT": f"{self.url}/msi/token", "IDENTITY_HEADER": HEADER}

    def answer(self, asked: Asked) -> Reply:
        """As App Service, Functions and Container Apps answer (api-version 2019-08-01)."""
        if self.reply is not None:
            return self.reply
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/msi/token" or asked.method != "GET" or query.get("api-version") != "2019-08-01":
            return Reply(404)
        if asked.headers.get("x-identity-header") != HEADER:
            return Reply(401, b'{"statusCode":401,"message":"no such header"}')
        if query.get("client_id", "") != self.client_id:
            return Reply(400, b'{"statusCode":400,"code":"UserAssignedIdentityNotFound","message":"none of that id"}')
        resource = query["resource"]
        token = unsigned_token(resource, seconds=max(self.seconds, 1), number=len(self.tokens) + 1)
        self.tokens.append(token)
        self.resources.append(resource)
        said = {
            "access_token": token,
            "expires_on": str(int(time.time() + self.seconds + self.skew)),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": self.client_id,
        }
        return Reply(200, json.dumps(said).encode(), delay=self.delay)


@contextmanager
def identity_endpoint(client_id: str = "") -> Iterator[IdentityEndpoint]:
    """Serve until the block ends."""
    endpoint = IdentityEndpoint(client_id=client_id)
    with web_server(endpoint.answer) as server:
        endpoint.url = server.url
        yield endpoint
