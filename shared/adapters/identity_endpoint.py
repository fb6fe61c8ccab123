"""Asking the platform for a token of a managed identity: one bounded HTTP exchange. Every stage that reaches Azure.

App Service, Functions and Container Apps all name the same kind of endpoint in the environment:
learn.microsoft.com/azure/app-service/overview-managed-identity (REST endpoint reference),
learn.microsoft.com/azure/container-apps/managed-identity. Why this is no package's work: docs/adr/0080.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from shared.errors import TemporaryError

_API_VERSION = "2019-08-01"
_SECONDS = 5.0
_LARGEST_ANSWER = 64 * 1024
_LONGEST_CODE = 60


class NoToken(TemporaryError):
    """The platform gave no token. Also what is wrong in the environment may be put right, so this is temporary."""


@dataclass(frozen=True, slots=True)
class IdentityToken:
    """A bearer token. ``expires_at`` is what the endpoint says, in seconds since 1970."""

    value: str = field(repr=False)
    expires_at: float


def fetch_token(resource: str, client_id: str) -> IdentityToken:
    """A token for a resource such as ``https://vault.azure.net``.

    ``client_id`` is that of a user-assigned identity; ``""``: the one that the system assigned. Raises ``NoToken``.
    """
    import http.client

    endpoint, header = os.environ.get("IDENTITY_ENDPOINT", ""), os.environ.get("IDENTITY_HEADER", "")
    if not endpoint or not header:
        raise NoToken("this process has no managed identity: IDENTITY_ENDPOINT and IDENTITY_HEADER are not set")
    query = {"api-version": _API_VERSION, "resource": resource} | ({"client_id": client_id} if client_id else {})
    try:
        parts = urlsplit(endpoint)
        kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[parts.scheme]
        connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    except (KeyError, ValueError) as error:
        raise NoToken("IDENTITY_ENDPOINT is not the address of a server") from error
    try:
        connection.request("GET", f"{parts.path}?{urlencode(query)}", headers={"X-IDENTITY-HEADER": header})
        answer = connection.getresponse()
        body = answer.read(_LARGEST_ANSWER + 1)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoToken(f"the identity endpoint gave no answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NoToken(f"the identity endpoint answered {answer.status}{_code(body)}")
    return _read(body)


def _read(body: bytes) -> IdentityToken:
    try:
        said = json.loads(body)
        value, expires = said["access_token"], float(said["expires_on"])
    except (ValueError, KeyError, TypeError, RecursionError):
        # "from None": the error of JSON carries the whole text, and with it perhaps a token.
        raise NoToken("the answer of the identity endpoint cannot be read") from None
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise NoToken("the answer of the identity endpoint holds no token")
    return IdentityToken(value, expires)


def _code(body: bytes) -> str:
    """The endpoint's own word for what is wrong, such as an identity that the app has not got."""
    try:
        code = json.loads(body).get("code", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f" {code[:_LONGEST_CODE]!r}" if isinstance(code, str) and code else ""
