"""What every ``BotTokens`` does: the fake and the one on published keys are held to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from shared.adapters.bot_tokens_jwt import JwtBotTokens
from shared.errors import TemporaryError
from shared.ports_teams import BotTokens, ForgedActivity
from shared.settings import ProcessSettings
from tests.fakes.bot_tokens import FakeBotTokens
from tests.support.teams_signing import APP_ID, CHANNEL, SERVICE_URL, key_server, token
from tests.support.web_server import Reply

Good = Callable[[str], str]
"""The header of an honest request that names this service URL."""
Break = Callable[[], None]


@pytest.fixture(params=["fake", "jwt"])
def parts(request: pytest.FixtureRequest) -> Iterator[tuple[BotTokens, Good, Break]]:
    if request.param == "fake":
        fake = FakeBotTokens()
        yield fake, fake.good, lambda: fake.trouble.before("check", TemporaryError("no keys"))
        return
    with key_server() as keys:

        def away() -> None:
            keys.broken = Reply(503)

        process = ProcessSettings(storage="none", bot_app_id=APP_ID, bot_openid_url=keys.url)
        yield JwtBotTokens(process), lambda url: f"Bearer {token(serviceurl=url)}", away


def test_an_honest_request_passes(parts: tuple[BotTokens, Good, Break]) -> None:
    tokens, good, _ = parts
    tokens.check(good(SERVICE_URL), SERVICE_URL, CHANNEL)
    tokens.check(good(SERVICE_URL), SERVICE_URL, CHANNEL)


def test_a_token_is_for_one_service_url(parts: tuple[BotTokens, Good, Break]) -> None:
    tokens, good, _ = parts
    with pytest.raises(ForgedActivity):
        tokens.check(good(SERVICE_URL), "https://smba.trafficmanager.net/emea/", CHANNEL)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic bm9uc2Vuc2U="])
def test_anything_else_is_forged(parts: tuple[BotTokens, Good, Break], header: str) -> None:
    tokens, _, _ = parts
    with pytest.raises(ForgedActivity):
        tokens.check(header, SERVICE_URL, CHANNEL)


def test_another_channel_is_forged(parts: tuple[BotTokens, Good, Break]) -> None:
    tokens, good, _ = parts
    with pytest.raises(ForgedActivity):
        tokens.check(good(SERVICE_URL), SERVICE_URL, "webchat")


def test_keys_that_cannot_be_had_are_a_temporary_trouble(parts: tuple[BotTokens, Good, Break]) -> None:
    tokens, good, away = parts
    away()
    with pytest.raises(TemporaryError):
        tokens.check(good(SERVICE_URL), SERVICE_URL, CHANNEL)
