"""Access tokens for SMTP AUTH XOAUTH2: client credentials with MSAL, kept until they end. Part of stage 4b (deliver).

Source: "OAuth 2.0 client credentials flow on the Microsoft identity platform", and "Authenticate an IMAP, POP or SMTP
connection using OAuth" in Microsoft's documentation. MSAL renews a token five minutes before its end.
"""

from __future__ import annotations

import hashlib
import threading
from typing import Any

from shared.adapters.msal_http import MsalHttp
from shared.adapters.smtp_next_hop_connection import ConnectionFailed
from shared.adapters.smtp_next_hop_recent import Recent
from shared.core.policy.delivery_settings import OAuthClient

MOST_APPLICATIONS = 200


class OAuthTokens:
    """The tokens of a process. Safe to use from several threads."""

    def __init__(self) -> None:
        """Nothing is asked for yet."""
        self._recent: Recent[tuple[OAuthClient, bytes], _Application] = Recent(MOST_APPLICATIONS)

    def token(self, client: OAuthClient, secret: str, *, but: str = "") -> str:
        """A token that is valid now, and not ``but``, which a server has refused.

        Raises ``ConnectionFailed``: what is wrong at an authority concerns no message.
        """
        return self._application(client, secret).token(but)

    def _application(self, client: OAuthClient, secret: str) -> _Application:
        key = (client, hashlib.sha256(secret.encode()).digest())
        return self._recent.get(key, lambda: _Application(client, secret))


class _Application:
    """One application at one authority. Whoever comes while a token is being asked for waits for that one."""

    def __init__(self, client: OAuthClient, secret: str) -> None:
        self._client = client
        self._secret = secret
        self._lock = threading.Lock()
        self._msal: Any = None  # msal has no type information

    def token(self, but: str) -> str:
        with self._lock:
            try:
                if self._msal is None:
                    self._msal = self._connect()
                result = self._msal.acquire_token_for_client(scopes=[self._client.scope])
                if but and isinstance(result, dict) and result.get("access_token") == but:
                    self._msal.remove_tokens_for_client()
                    result = self._msal.acquire_token_for_client(scopes=[self._client.scope])
            except Exception as error:  # msal passes on what its HTTP client raises, and ValueError for bad metadata
                raise ConnectionFailed(f"no access token: {type(error).__name__}", "4.7.8") from error
        token = result.get("access_token") if isinstance(result, dict) else None
        if not isinstance(token, str) or not token:
            code = str(result.get("error", ""))[:40] if isinstance(result, dict) else ""
            raise ConnectionFailed(f"no access token: the authority answers {code!r}", "4.7.8")
        return token

    def _connect(self) -> Any:
        import msal

        return msal.ConfidentialClientApplication(
            self._client.client_id,
            client_credential=self._secret,
            authority=self._client.authority.rstrip("/"),
            http_client=MsalHttp(),
            instance_discovery=False,  # the settings name the authority, nobody else
        )
