"""The bot's own token for the Bot Connector: client credentials with MSAL, kept until it ends (stage 5).

The secret is looked up by name for each new token, so that it rotates without a restart.
"""

from __future__ import annotations

import threading
from typing import Any

from shared.adapters.msal_http import MsalHttp
from shared.errors import MattaError
from shared.ports import Secrets
from shared.ports_teams import TeamsUnavailable
from shared.settings import ProcessSettings

SCOPE = "https://api.botframework.com/.default"


class BotToken:
    """The token, made when it is first wanted. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, secrets: Secrets) -> None:
        """Nothing is asked for yet."""
        self._process = process
        self._secrets = secrets
        self._lock = threading.Lock()
        self._secret = ""
        self._client: Any = None  # msal has no type information

    def value(self) -> str:
        """A token that is valid now. Raises ``TeamsUnavailable``: also what is misconfigured may be put right."""
        if not self._process.bot_app_id:
            raise TeamsUnavailable("this installation has no bot")
        try:
            secret = self._secrets.secret(self._process.bot_secret)
        except MattaError as error:
            raise TeamsUnavailable("the bot's secret cannot be had") from error
        with self._lock:
            try:
                if self._client is None or secret != self._secret:
                    self._client, self._secret = self._connect(secret), secret
                result = self._client.acquire_token_for_client(scopes=[SCOPE])
            except (
                Exception
            ) as error:  # msal passes on whatever its HTTP client raises, and ValueError for bad metadata
                raise TeamsUnavailable(f"no token for the bot: {type(error).__name__}") from error
        token = result.get("access_token") if isinstance(result, dict) else None
        if not isinstance(token, str) or not token:
            code = str(result.get("error", ""))[:40] if isinstance(result, dict) else ""
            raise TeamsUnavailable(f"no token for the bot: {code!r}")
        return token

    def drop(self, token: str) -> None:
        """Forget a token that was refused, unless another one has taken its place meanwhile."""
        with self._lock:
            if self._client is None:
                return
            kept = self._client.acquire_token_for_client(scopes=[SCOPE])
            if isinstance(kept, dict) and kept.get("access_token") == token:
                self._client.remove_tokens_for_client()

    def _connect(self, secret: str) -> Any:
        import msal

        return msal.ConfidentialClientApplication(
            self._process.bot_app_id,
            client_credential=secret,
            authority=f"{self._process.bot_login_url.rstrip('/')}/{self._process.bot_tenant}",
            http_client=MsalHttp(),
            instance_discovery=False,  # the operator names the authority, nobody else
        )
