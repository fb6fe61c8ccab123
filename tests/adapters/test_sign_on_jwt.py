"""Tokens of the API: one good one passes, and every way to be wrong is refused, before a real key server."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from shared.adapters.sign_on_jwt import JwtSignOnTokens
from shared.errors import TemporaryError
from shared.ports_sign_on import NotSignedOn
from shared.settings import ProcessSettings
from tests.support.teams_signing import KeyServer, assembled, jwk, key_server, private_key
from tests.support.web_server import Reply

TENANT = "11111111-1111-4111-8111-111111111111"
OTHER = "33333333-3333-4333-8333-333333333333"
PERSON = "22222222-2222-4222-8222-222222222222"
AUDIENCE = "api://matta"
ISSUER = "https://login.example/{tid}/v2.0"
GOOD: dict[str, Any] = {
    "iss": ISSUER.replace("{tid}", TENANT),
    "aud": AUDIENCE,
    "tid": TENANT,
    "oid": PERSON,
    "scp": "openid portal",
    "name": "Hanako",
    "preferred_username": "hanako@aozora.example",
    "roles": ["Matta.Auditor"],
}


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    with key_server() as server:
        yield server


@pytest.fixture
def tokens(keys: KeyServer) -> JwtSignOnTokens:
    return JwtSignOnTokens(
        ProcessSettings(
            storage="none",
            sign_on_audience=AUDIENCE,
            sign_on_issuer=ISSUER,
            sign_on_scope=f"{AUDIENCE}/portal",
            sign_on_openid_url=keys.url,
        )
    )


def token(key: str = "key-1", algorithm: str = "RS256", kid: str | None = None, **changes: Any) -> str:
    """A token with some claims changed; ``None`` takes one out. Times are relative to the present."""
    import time

    now = int(time.time())
    claims = {"nbf": now - 10, "iat": now - 10, "exp": now + 600} | GOOD | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    for name in ("nbf", "exp"):
        if isinstance(claims.get(name), str):
            claims[name] = now + int(claims[name])
    return jwt.encode(claims, private_key(key), algorithm, headers={"kid": kid or key})


def unsigned() -> str:
    return assembled({"alg": "none", "kid": "key-1"}, lambda _: b"")


def signed_with_the_public_key() -> str:
    pem = (
        private_key("key-1")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return assembled({"alg": "HS256", "kid": "key-1"}, lambda text: hmac.digest(pem, text, "sha256"))


def test_a_good_token_says_who_it_is(tokens: JwtSignOnTokens) -> None:
    claims = tokens.check(f"Bearer {token()}")
    assert (claims.entra_tenant, claims.person_id, claims.address) == (TENANT, PERSON, "hanako@aozora.example")
    assert claims.app_roles == {"Matta.Auditor"}


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda: token(aud="api://other"), id="for another api"),
        pytest.param(lambda: token(aud=[AUDIENCE, "api://other"]), id="for several apis"),
        pytest.param(lambda: token(aud=None), id="for nobody"),
        pytest.param(lambda: token(iss="https://login.example/v2.0"), id="another issuer"),
        pytest.param(lambda: token(iss=ISSUER.replace("{tid}", OTHER)), id="another directory's issuer"),
        pytest.param(lambda: token(tid=OTHER), id="names a directory that did not issue it"),
        pytest.param(lambda: token(tid="../x"), id="no directory id"),
        pytest.param(lambda: token(oid=None), id="nobody's"),
        pytest.param(lambda: token(oid="1"), id="no person id"),
        pytest.param(lambda: token(exp="-600"), id="expired"),
        pytest.param(lambda: token(exp=None), id="never ends"),
        pytest.param(lambda: token(nbf="600"), id="not yet"),
        pytest.param(lambda: token(nbf=None), id="no beginning"),
        pytest.param(lambda: token(scp="openid"), id="another scope"),
        pytest.param(lambda: token(scp=None), id="no scope"),
        pytest.param(lambda: token(key="key-2"), id="unknown key"),
        pytest.param(lambda: token(key="key-2", kid="key-1"), id="another key under a known name"),
        pytest.param(lambda: token(algorithm="RS512"), id="another algorithm"),
        pytest.param(lambda: token(algorithm="PS256"), id="another padding"),
        pytest.param(unsigned, id="unsigned"),
        pytest.param(signed_with_the_public_key, id="signed with the public key"),
        pytest.param(lambda: "x.y.z", id="garbage"),
        pytest.param(lambda: "a" * 20_000, id="huge"),
        pytest.param(lambda: "", id="empty"),
    ],
)
def test_bad_tokens_are_refused(tokens: JwtSignOnTokens, bad: Any) -> None:
    with pytest.raises(NotSignedOn):
        tokens.check(f"Bearer {bad()}")


def test_an_expired_token_says_so_and_a_forged_one_does_not(tokens: JwtSignOnTokens) -> None:
    with pytest.raises(NotSignedOn) as expired:
        tokens.check(f"Bearer {token(exp='-600')}")
    assert expired.value.expired
    with pytest.raises(NotSignedOn) as forged:
        tokens.check(f"Bearer {token(key='key-2', kid='key-1', exp='-600')}")
    assert not forged.value.expired


def test_without_an_audience_nobody_signs_on(keys: KeyServer) -> None:
    closed = JwtSignOnTokens(ProcessSettings(storage="none", sign_on_openid_url=keys.url))
    with pytest.raises(NotSignedOn):
        closed.check(f"Bearer {token()}")


def test_without_a_scope_nobody_signs_on(keys: KeyServer) -> None:
    """Programs get tokens with the right audience and roles, and no scope: an installation that names none is closed."""
    open_to_programs = ProcessSettings(
        storage="none", sign_on_audience=AUDIENCE, sign_on_issuer=ISSUER, sign_on_openid_url=keys.url
    )
    with pytest.raises(NotSignedOn):
        JwtSignOnTokens(open_to_programs).check(f"Bearer {token(scp=None)}")


@pytest.mark.parametrize(
    ("issuer", "counts"),
    [
        pytest.param("https://login.example/{tenantid}/v2.0", True, id="any directory's"),
        pytest.param(ISSUER.replace("{tid}", TENANT), True, id="this directory's"),
        pytest.param(ISSUER.replace("{tid}", OTHER), False, id="another directory's"),
        pytest.param(7, False, id="nonsense"),
    ],
)
def test_a_key_signs_for_the_issuer_that_the_key_set_names(
    keys: KeyServer, tokens: JwtSignOnTokens, issuer: object, counts: bool
) -> None:
    keys.keys = [jwk("key-1") | {"issuer": issuer}]
    if counts:
        assert tokens.check(f"Bearer {token()}").person_id == PERSON
    else:
        with pytest.raises(NotSignedOn):
            tokens.check(f"Bearer {token()}")


@pytest.mark.parametrize(
    ("provider", "address"),
    [
        pytest.param(ISSUER.replace("{tid}", TENANT), "hanako@aozora.example", id="this directory"),
        pytest.param(f"https://sts.windows.net/{TENANT.upper()}/", "hanako@aozora.example", id="by its other name"),
        pytest.param(f"https://sts.windows.net/{OTHER}/", "", id="a guest of another directory"),
        pytest.param("live.com", "", id="a guest with a private account"),
    ],
)
def test_the_name_of_a_guest_is_nobodys_address_here(tokens: JwtSignOnTokens, provider: str, address: str) -> None:
    assert tokens.check(f"Bearer {token(idp=provider)}").address == address


def test_keys_that_cannot_be_had_are_a_passing_trouble(keys: KeyServer, tokens: JwtSignOnTokens) -> None:
    keys.broken = Reply(503)
    with pytest.raises(TemporaryError):
        tokens.check(f"Bearer {token()}")
