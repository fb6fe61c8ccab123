"""Ports of sign-on: whether a request bears a token that the identity provider issued for this API (product.md I1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.errors import PermanentError


class NotSignedOn(PermanentError):
    """No token, or none that counts here. ``expired`` tells the page to sign on again; nothing else is told."""

    public = "Sign on to use this."

    def __init__(self, cause: str, *, expired: bool = False) -> None:
        super().__init__(cause)
        self.expired = expired


@dataclass(frozen=True, slots=True)
class SignOnClaims:
    """What a token says that was checked: the directory (``tid``), the person (``oid``), and the app roles.

    ``address`` is the user principal name: a hint for people whom the directory does not know by id. Empty for guests of
    the directory, whose name another one has written.
    """

    entra_tenant: str
    person_id: str
    address: str
    name: str
    app_roles: frozenset[str]
    expires_at: datetime


class SignOnTokens(Protocol):
    """Bearer tokens of the identity provider."""

    def check(self, authorization: str) -> SignOnClaims:
        """``authorization`` is the header's value. Raises ``NotSignedOn``, and ``TemporaryError`` where the signing
        keys cannot be had.
        """
        ...
