"""Whether a request to the API bears a token of the identity provider: the ``SignOnTokens`` port (stage 6).

Checked, all of it: signature (RS256 and nothing else, whatever the token says), issuer (that of the directory which the
token names, and of the key where the key set ties it to one), audience, expiry and beginning, the scope that the portal
asks for. MSAL acquires tokens and does not check them (traps in architecture.md). What the person may do is another
question (``usecases/identify.py``).

Source: "Access tokens in the Microsoft identity platform" and "Access token claims reference" in Microsoft's
documentation; RFC 7519, RFC 9068.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.adapters.bounded_http import BoundedHttp
from shared.adapters.jwt_keys import JwtKeys
from shared.errors import TemporaryError
from shared.ports_sign_on import NotSignedOn, SignOnClaims
from shared.settings import ProcessSettings

CLOCK_DIFFERENCE = 120.0
"""Seconds that the provider's clock and ours may differ."""
_ALGORITHM = "RS256"
_LONGEST_TOKEN = 16 * 1024
_LONGEST_NAME = 320
_MOST_ROLES = 50
_FETCH_SECONDS = 5.0
_LARGEST_DOCUMENT = 512 * 1024
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class JwtSignOnTokens:
    """``SignOnTokens`` on JSON web tokens and published keys. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts the seconds that keys are kept."""
        self._audience = process.sign_on_audience
        self._issuer = process.sign_on_issuer
        self._scope = process.sign_on_scope.rpartition("/")[2]
        self._keys = JwtKeys(process.sign_on_openid_url, BoundedHttp(_FETCH_SECONDS, _LARGEST_DOCUMENT), clock)

    def check(self, authorization: str) -> SignOnClaims:
        """See the port."""
        if not self._audience or not self._scope:  # without a scope a program's own token would do as well
            raise NotSignedOn("this installation has no sign-on")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
            raise NotSignedOn("no bearer token, or one that is too long")
        try:
            return self._check(token)
        except (NotSignedOn, TemporaryError):
            raise
        except Exception as error:  # there are many ways for a token to be wrong, and none to be right by accident
            expired = type(error).__name__ == "ExpiredSignatureError"
            raise NotSignedOn(f"not a valid token: {type(error).__name__}", expired=expired) from error

    def _check(self, token: str) -> SignOnClaims:
        import jwt

        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.get("alg") != _ALGORITHM or not isinstance(kid, str):
            raise NotSignedOn("signed in a way that is not the provider's")
        key = self._keys.key(kid)
        if key is None:
            raise NotSignedOn("signed with a key that is not the provider's")
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[_ALGORITHM],
            audience=self._audience,
            leeway=CLOCK_DIFFERENCE,
            options={"require": ["exp", "nbf", "iss", "aud", "tid", "oid"], "strict_aud": True},
        )
        tenant, person = str(claims["tid"]).lower(), str(claims["oid"]).lower()
        if not _ID.fullmatch(tenant) or not _ID.fullmatch(person):
            raise NotSignedOn("no directory or person in it")
        # Each directory has an issuer of its own: one that signs for another directory is refused.
        if claims["iss"] != self._issuer.replace("{tid}", tenant):
            raise NotSignedOn("another directory's issuer")
        if not _may_sign_for(key.document, tenant, claims["iss"]):
            raise NotSignedOn("signed with a key of another issuer")
        if self._scope not in str(claims.get("scp", "")).split():
            raise NotSignedOn("not made for this API's scope")
        return SignOnClaims(
            tenant,
            person,
            _own_name(claims, tenant),
            _text(claims, "name"),
            _roles(claims),
            datetime.fromtimestamp(float(claims["exp"]), UTC),
        )


def _may_sign_for(key: Mapping[str, Any], tenant: str, issuer: str) -> bool:
    """Whether the key set lets the key sign for that issuer: the set for all directories has keys of some alone."""
    named = key.get("issuer")
    return named is None or (isinstance(named, str) and named.replace("{tenantid}", tenant) == issuer)


def _own_name(claims: Mapping[str, Any], tenant: str) -> str:
    """The user principal name, empty for a guest: a guest's name was written by the directory that they come from.

    ``idp`` names that one, and is missing or the same directory for all others.
    """
    home = _text(claims, "idp").lower()
    if home and tenant not in home:
        return ""
    return _text(claims, "preferred_username") or _text(claims, "upn")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value[:_LONGEST_NAME] if isinstance(value, str) else ""


def _roles(claims: Mapping[str, Any]) -> frozenset[str]:
    value = claims.get("roles", ())
    return frozenset(str(role) for role in value[:_MOST_ROLES]) if isinstance(value, list) else frozenset()
