"""Whether a request to the bot's endpoint is one that Teams made for this bot: the ``BotTokens`` port (stage 6).

Checked, all of it, before anything of the request is believed: signature (RS256 and nothing else, whatever the token
says), issuer, audience, expiry and beginning (five minutes of clock difference allowed), that the token is for the service
URL that the activity names, and that the signing key may speak for the activity's channel.

Source: "Authentication with the Bot Connector API" in Microsoft's documentation of the Azure Bot Service; RFC 7519.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from shared.adapters.bounded_http import BoundedHttp
from shared.adapters.jwt_keys import JwtKeys
from shared.errors import TemporaryError
from shared.ports_teams import ForgedActivity
from shared.settings import ProcessSettings

CHANNEL = "msteams"
CLOCK_DIFFERENCE = 300.0
"""Seconds that Microsoft allows between its clock and the bot's."""
_ALGORITHM = "RS256"
_LONGEST_TOKEN = 16 * 1024
_FETCH_SECONDS = 5.0
_LARGEST_DOCUMENT = 512 * 1024


class JwtBotTokens:
    """``BotTokens`` on JSON web tokens and published keys. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock`` counts the seconds that keys are kept."""
        self._app_id = process.bot_app_id
        self._keys = JwtKeys(process.bot_openid_url, BoundedHttp(_FETCH_SECONDS, _LARGEST_DOCUMENT), clock)

    def check(self, authorization: str, service_url: str, channel_id: str) -> None:
        """See the port."""
        if not self._app_id:
            raise ForgedActivity("this installation has no bot")
        if channel_id != CHANNEL:
            raise ForgedActivity("not from Teams' channel")
        if not service_url:
            raise ForgedActivity("no service URL")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
            raise ForgedActivity("no bearer token, or one that is too long")
        try:
            self._check(token, service_url, channel_id)
        except (ForgedActivity, TemporaryError):
            raise
        except Exception as error:  # there are many ways for a token to be wrong, and none to be right by accident
            raise ForgedActivity(f"not a valid token: {type(error).__name__}") from error

    def _check(self, token: str, service_url: str, channel_id: str) -> None:
        import jwt

        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.get("alg") != _ALGORITHM or not isinstance(kid, str):
            raise ForgedActivity("signed in a way that is not Teams'")
        key = self._keys.key(kid)
        if key is None:
            raise ForgedActivity("signed with a key that is not Teams'")
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[_ALGORITHM],
            audience=self._app_id,
            issuer=key.issuer,
            leeway=CLOCK_DIFFERENCE,
            options={"require": ["exp", "iss", "aud"], "strict_aud": True},
        )
        if claims.get("serviceurl") != service_url:
            raise ForgedActivity("the token is for another service URL")
        endorsements = key.document.get("endorsements")
        if not isinstance(endorsements, list) or channel_id not in endorsements:
            raise ForgedActivity("the key does not speak for this channel")
