"""Tokens of requests to the bot: one good one passes, and every way to be wrong is refused, before a real key server."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from shared.adapters.bot_tokens_jwt import JwtBotTokens
from shared.errors import TemporaryError
from shared.ports_teams import ForgedActivity
from shared.settings import ProcessSettings
from tests.support.teams_signing import (
    APP_ID,
    CHANNEL,
    SERVICE_URL,
    KeyServer,
    assembled,
    jwk,
    key_server,
    private_key,
    token,
)
from tests.support.web_server import Reply


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    with key_server() as server:
        yield server


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(keys: KeyServer, clock: Clock) -> JwtBotTokens:
    return JwtBotTokens(ProcessSettings(storage="none", bot_app_id=APP_ID, bot_openid_url=keys.url), clock)


def passes(tokens: JwtBotTokens, text: str, service_url: str = SERVICE_URL, channel: str = CHANNEL) -> None:
    tokens.check(f"Bearer {text}", service_url, channel)


def refused(tokens: JwtBotTokens, text: str) -> None:
    with pytest.raises(ForgedActivity):
        passes(tokens, text)


def unsigned() -> str:
    return assembled({"alg": "none", "kid": "key-1"}, lambda _: b"")


def signed_with_the_public_key() -> str:
    pem = (
        private_key("key-1")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return assembled({"alg": "HS256", "kid": "key-1"}, lambda text: hmac.digest(pem, text, "sha256"))


def well_signed(header: dict[str, object]) -> str:
    """The right key, under any header."""
    key = private_key("key-1")
    return assembled(header, lambda text: key.sign(text, padding.PKCS1v15(), hashes.SHA256()))


def with_changed_claims() -> str:
    header, claims, signature = token().split(".")
    changed = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"serviceurl": "https://evil.example/"}
    return f"{header}.{base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: token(), id="as Teams makes them"),
        pytest.param(lambda: well_signed({"alg": "RS256", "kid": "key-1"}), id="made without a library"),
        pytest.param(lambda: token(exp=-200), id="expired, within the clock difference"),
        pytest.param(lambda: token(nbf=200), id="not yet valid, within the clock difference"),
        pytest.param(lambda: token(nbf=None), id="no beginning"),
        pytest.param(lambda: token(more="of Microsoft's claims"), id="an unknown claim"),
    ],
)
def test_a_good_token_passes(tokens: JwtBotTokens, make: Callable[[], str]) -> None:
    passes(tokens, make())


BAD: list[object] = [
    pytest.param(lambda: token(aud="99999999-2222-3333-4444-555555555555"), id="for another bot"),
    pytest.param(lambda: token(aud=[APP_ID, "another"]), id="for several bots"),
    pytest.param(lambda: token(aud=None), id="for no bot"),
    pytest.param(lambda: token(iss="https://sts.windows.net/somebody/"), id="another issuer"),
    pytest.param(lambda: token(iss=None), id="no issuer"),
    pytest.param(lambda: token(exp=-301), id="expired"),
    pytest.param(lambda: token(exp=None), id="without end"),
    pytest.param(lambda: token(nbf=400), id="not yet valid"),
    pytest.param(lambda: token(serviceurl="https://smba.trafficmanager.net/emea/"), id="another service URL"),
    pytest.param(lambda: token(serviceurl=None), id="no service URL"),
    pytest.param(lambda: token(serviceurl=7), id="a service URL that is a number"),
    pytest.param(lambda: token("key-2"), id="unknown key"),
    pytest.param(lambda: token("key-2", header={"kid": "key-1"}), id="signed with another key under a known id"),
    pytest.param(lambda: well_signed({"alg": "RS256", "kid": 1}), id="a key id that is a number"),
    pytest.param(lambda: well_signed({"alg": "RS256"}), id="no key id"),
    pytest.param(lambda: well_signed({"alg": "rs256", "kid": "key-1"}), id="an algorithm in small letters"),
    pytest.param(
        lambda: well_signed({"alg": "RS256", "kid": "key-1", "crit": ["x"], "x": 1}), id="an unknown critical part"
    ),
    pytest.param(unsigned, id="alg none"),
    pytest.param(signed_with_the_public_key, id="HS256 with the public key"),
    pytest.param(with_changed_claims, id="claims changed after signing"),
    pytest.param(lambda: token()[:-4], id="cut signature"),
    pytest.param(lambda: "a.b.c", id="garbage"),
    pytest.param(lambda: "", id="nothing"),
    pytest.param(lambda: "é" * 50, id="no ASCII"),
    pytest.param(lambda: token(more="x" * 20_000), id="huge"),
    pytest.param(
        lambda: base64.urlsafe_b64encode(b"[" * 9_000).decode().rstrip("=") + ".e30.c2ln",
        id="a header nested without end",
    ),
]


@pytest.mark.parametrize("make", BAD)
def test_any_other_token_is_refused(tokens: JwtBotTokens, make: Callable[[], str]) -> None:
    refused(tokens, make())
    passes(tokens, token())  # the check itself works


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="empty"),
        pytest.param(token(), id="no scheme"),
        pytest.param(f"Basic {token()}", id="another scheme"),
        pytest.param("Bearer", id="scheme alone"),
    ],
)
def test_any_other_header_is_refused(tokens: JwtBotTokens, header: str) -> None:
    with pytest.raises(ForgedActivity):
        tokens.check(header, SERVICE_URL, CHANNEL)


@pytest.mark.parametrize("channel", ["webchat", "directline", "emulator", "", "MSTEAMS"])
def test_only_teams_is_a_channel(tokens: JwtBotTokens, channel: str) -> None:
    with pytest.raises(ForgedActivity):
        passes(tokens, token(), channel=channel)


@pytest.mark.parametrize(
    ("activity", "claim"),
    [
        pytest.param("https://evil.example/", SERVICE_URL, id="another host"),
        pytest.param(SERVICE_URL.rstrip("/"), SERVICE_URL, id="without the slash"),
        pytest.param("", "", id="both empty"),
    ],
)
def test_the_activitys_service_url_is_that_of_the_token(tokens: JwtBotTokens, activity: str, claim: str) -> None:
    with pytest.raises(ForgedActivity):
        passes(tokens, token(serviceurl=claim), service_url=activity)


@pytest.mark.parametrize(
    "endorsements",
    [
        pytest.param([], id="none"),
        pytest.param(["webchat", "directline"], id="other channels"),
        pytest.param(None, id="null"),
        pytest.param("msteams", id="a text in place of a list"),
        pytest.param({"msteams": True}, id="an object in place of a list"),
    ],
)
def test_a_key_that_does_not_speak_for_teams_is_refused(
    keys: KeyServer, tokens: JwtBotTokens, endorsements: object
) -> None:
    keys.keys = [jwk("key-1", endorsements=endorsements)]
    refused(tokens, token())


def test_an_installation_without_a_bot_takes_nothing(keys: KeyServer) -> None:
    tokens = JwtBotTokens(ProcessSettings(storage="none", bot_app_id="", bot_openid_url=keys.url))
    refused(tokens, token(aud=""))
    assert keys.fetches == 0


def test_a_new_key_is_found_when_keys_rotate(keys: KeyServer, tokens: JwtBotTokens, clock: Clock) -> None:
    passes(tokens, token("key-1"))
    keys.keys = [jwk("key-1"), jwk("key-2")]
    clock.now += 31
    passes(tokens, token("key-2"))
    keys.keys = [jwk("key-2")]
    clock.now += 24 * 3600
    refused(tokens, token("key-1"))


def test_without_the_keys_nothing_passes_and_it_may_be_tried_again(
    keys: KeyServer, tokens: JwtBotTokens, clock: Clock
) -> None:
    keys.broken = Reply(503)
    with pytest.raises(TemporaryError):
        passes(tokens, token())
    keys.broken = None
    clock.now += 6
    passes(tokens, token())
