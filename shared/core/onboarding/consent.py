"""The link by which an organisation's administrator lets the portal sign its people on (admin consent). Part of onboarding.

Source: learn.microsoft.com/entra/identity-platform/v2-admin-consent. What comes back in the address is only shown: consent
is proved by somebody's signing on, never by a parameter.
"""

from __future__ import annotations

import re

MICROSOFT = "https://login.microsoftonline.com"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
"""RFC 3986 section 2.3."""
_DIRECTORY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def consent_link(authority: str, directory: str, client_id: str, scope: str, redirect: str, state: str) -> str:
    """The address to open; empty where there is nothing to consent to: no registration, no directory, or an authority
    that is not Microsoft's. ``scope`` is what the portal asks for.
    """
    is_microsoft = authority == MICROSOFT or authority.startswith(f"{MICROSOFT}/")
    if not is_microsoft or not client_id or not _DIRECTORY.fullmatch(directory):
        return ""
    query = {"client_id": client_id, "scope": scope or "openid profile", "redirect_uri": redirect, "state": state}
    pairs = "&".join(f"{name}={_encoded(value)}" for name, value in query.items())
    return f"{MICROSOFT}/{directory}/v2.0/adminconsent?{pairs}"


def _encoded(value: str) -> str:
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in value.encode())
