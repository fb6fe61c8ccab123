"""Whoever signs the requests to the bot, for tests: keys that rotate, a key server, and tokens good and bad."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.web_server import Asked, Reply, Server, web_server

ISSUER = "https://api.botframework.com"
APP_ID = "11111111-2222-3333-4444-555555555555"
SERVICE_URL = "https://smba.trafficmanager.net/jp/"
CHANNEL = "msteams"


def private_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key by name, made once for all tests."""
    return _made(name, bits)


@cache
def _made(name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def jwk(name: str, *, endorsements: object = (CHANNEL,), bits: int = 2048, **more: object) -> dict[str, Any]:
    """The published half of a key."""
    numbers = private_key(name, bits).public_key().public_numbers()
    document: dict[str, Any] = {"kty": "RSA", "use": "sig", "kid": name, "x5t": name, "endorsements": endorsements}
    return document | {"n": _number(numbers.n), "e": _number(numbers.e)} | more


def token(key: str = "key-1", *, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """A good token but for what is said otherwise; a claim of ``None`` is left out. ``exp`` and ``nbf`` are offsets."""
    return jwt.encode(claims_of(**claims), private_key(key), "RS256", headers={"kid": key} | dict(header or {}))


def claims_of(**claims: Any) -> dict[str, Any]:
    """The claims of ``token``."""
    now = int(time.time())
    whole: dict[str, Any] = {"iss": ISSUER, "aud": APP_ID, "serviceurl": SERVICE_URL, "nbf": -60, "exp": 3600} | claims
    for name in ("nbf", "exp"):
        if whole[name] is not None:
            whole[name] = now + whole[name]
    return {name: value for name, value in whole.items() if value is not None}


def assembled(header: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token as somebody makes it who uses no library: good claims, any header, any signature."""
    text = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims_of()).encode())}"
    return f"{text}.{_part(sign(text.encode()))}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class KeyServer:
    """OpenID metadata and key set. ``keys``, ``metadata`` and ``broken`` may be changed while it serves."""

    def __init__(self) -> None:
        self.keys: list[object] = [jwk("key-1")]
        self.metadata: dict[str, object] = {}
        self.broken: Reply | None = None
        self.server: Server | None = None

    @property
    def url(self) -> str:
        """Address of the metadata."""
        assert self.server is not None
        return f"{self.server.url}/v1/.well-known/openidconfiguration"

    @property
    def fetches(self) -> int:
        """How often the key set was fetched."""
        assert self.server is not None
        return sum(asked.path == "/v1/.well-known/keys" for asked in self.server.asked)

    def answer(self, asked: Asked) -> Reply:
        """For ``web_server``."""
        assert self.server is not None
        if self.broken is not None:
            return self.broken
        if asked.path == "/v1/.well-known/keys":
            return Reply(body=json.dumps({"keys": self.keys}).encode())
        document = {"issuer": ISSUER, "jwks_uri": f"{self.server.url}/v1/.well-known/keys"} | self.metadata
        return Reply(body=json.dumps(document).encode())


@contextmanager
def key_server() -> Iterator[KeyServer]:
    """A key server on a loopback port."""
    keys = KeyServer()
    with web_server(keys.answer) as server:
        keys.server = server
        yield keys


def _number(value: int) -> str:
    return _part(value.to_bytes((value.bit_length() + 7) // 8, "big"))
