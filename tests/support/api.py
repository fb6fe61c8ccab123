"""Calls to the JSON API as the functions host makes them, with people who are signed on at a ``World``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from weakref import WeakKeyDictionary

import azure.functions as func

from functions.api.dispatch import answer
from functions.api.rates import Rates
from functions.api.route import PREFIX
from shared.core.message.domains import domain_of
from shared.core.people.person import Person
from shared.core.policy.tenant_settings import Access, Grant
from shared.ports_sign_on import SignOnClaims
from tests.fakes.clock import FakeClock
from tests.support.app import World, make_settings

DIRECTORY = "11111111-1111-4111-8111-111111111111"
ORIGIN = "http://127.0.0.1:17081"
_RATES: WeakKeyDictionary[FakeClock, Rates] = WeakKeyDictionary()
"""By the clock of the world: tests do not use up each other's."""


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The kind of the problem."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.headers
        return str(self.json["type"]).removeprefix("/problems/")


def make_api_world(**changes: object) -> World:
    """A world whose tenant lets people of ``DIRECTORY`` sign on."""
    changes.setdefault("access", Access(entra_tenant=DIRECTORY))
    return World(settings=make_settings(**changes))


def person_id(address: str) -> str:
    """An id for whoever has that address, the same every time."""
    return f"22222222-2222-4222-8222-{abs(hash(address)) % 10**12:012d}"


def sign_on(world: World, address: str, *app_roles: str, directory: str = DIRECTORY) -> str:
    """The token of somebody, who is known to the directory from now on."""
    world.directory.save("demo", [Person(address, address.partition("@")[0].title(), "en", id=person_id(address))])
    token = f"token of {address} {' '.join(app_roles)}"
    world.sign_on.people[token] = SignOnClaims(
        directory,
        person_id(address),
        address,
        domain_of(address),
        frozenset(app_roles),
        world.clock.now() + timedelta(hours=1),
    )
    return token


def granted(address: str, role: str, *groups: str) -> Grant:
    """A grant of Matta's own."""
    return Grant(address=address, role=role, groups=groups)  # type: ignore[arg-type]  # tests name a role


def call_api(
    world: World,
    method: str,
    path: str,
    token: str = "",
    *,
    body: object = None,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """One request. ``path`` is below the API's prefix and may have a query; ``body`` is sent as JSON."""
    split = urlsplit(path)
    sent = {key.lower(): value for key, value in (headers or {}).items()}
    if token:
        sent.setdefault("authorization", f"Bearer {token}")
    if body is not None:
        data = json.dumps(body).encode()
        sent.setdefault("content-type", "application/json")
    request = func.HttpRequest(
        method=method,
        url=f"http://127.0.0.1:17000{PREFIX}{path}",
        headers=sent,
        params=dict(parse_qsl(split.query, keep_blank_values=True)),
        route_params={"path": split.path.lstrip("/")},
        body=data or b"",
    )
    response = answer(request, lambda: world.app, _RATES.setdefault(world.clock, Rates()))
    found = dict(response.headers)
    found["Content-Type"] = response.mimetype
    return Reply(response.status_code, found, response.get_body())
