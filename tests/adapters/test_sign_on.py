"""What every ``SignOnTokens`` does: the fake and the real one, before the identity provider of local runs, are held to the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from local.demo_tenant import ENTRA_TENANT, OPERATOR_ENTRA_TENANT, OPERATORS, PEOPLE
from shared.adapters.jwt_keys import LEAST_PAUSE
from shared.adapters.sign_on_jwt import JwtSignOnTokens
from shared.errors import TemporaryError
from shared.ports_sign_on import NotSignedOn, SignOnClaims, SignOnTokens
from tests.fakes.sign_on import FakeSignOn
from tests.support.identity_provider import Identity, identity_provider

ITO = next(person for person in PEOPLE if person.address.startswith("ito@"))


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identity]:
    with identity_provider(tmp_path_factory.mktemp("identity")) as running:
        yield running


@dataclass(frozen=True)
class SignOn:
    """An implementation, and a token of Ito's that it knows."""

    tokens: SignOnTokens
    token: str


@pytest.fixture(params=["fake", "real"])
def sign_on(request: pytest.FixtureRequest) -> SignOn:
    """One implementation after the other."""
    if request.param == "real":
        provider: Identity = request.getfixturevalue("provider")
        return SignOn(JwtSignOnTokens(provider.process), provider.token(ITO.id))
    fake = FakeSignOn()
    ends = datetime(2100, 1, 1, tzinfo=UTC)
    roles = frozenset({"Matta.TenantAdministrator"})
    fake.people["ito"] = SignOnClaims(ENTRA_TENANT, ITO.id, ITO.address, ITO.display_name, roles, ends)
    return SignOn(fake, "ito")


def test_a_token_says_who_is_behind_it(sign_on: SignOn) -> None:
    claims = sign_on.tokens.check(f"Bearer {sign_on.token}")
    assert (claims.entra_tenant, claims.person_id) == (ENTRA_TENANT, ITO.id)
    assert (claims.address, claims.name) == (ITO.address, ITO.display_name)
    assert claims.app_roles == {"Matta.TenantAdministrator"}
    assert claims.expires_at > datetime.now(UTC)


def test_a_token_counts_as_often_as_it_is_shown(sign_on: SignOn) -> None:
    first = sign_on.tokens.check(f"Bearer {sign_on.token}")
    assert sign_on.tokens.check(f"Bearer {sign_on.token}") == first


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer nobody's", "Basic aXRvOnB3", "ito's"])
def test_without_a_token_nobody_is_signed_on(sign_on: SignOn, header: str) -> None:
    with pytest.raises(NotSignedOn) as refused:
        sign_on.tokens.check(header)
    assert not refused.value.expired


def test_one_letter_more_makes_it_nobodys(sign_on: SignOn) -> None:
    with pytest.raises(NotSignedOn):
        sign_on.tokens.check(f"Bearer {sign_on.token}x")


def test_operators_sign_on_in_their_own_directory(provider: Identity) -> None:
    (operator,) = OPERATORS
    claims = JwtSignOnTokens(provider.process).check(f"Bearer {provider.token(operator.id, OPERATOR_ENTRA_TENANT)}")
    assert (claims.entra_tenant, claims.app_roles) == (OPERATOR_ENTRA_TENANT, {"Matta.Operator"})


def test_an_id_token_is_no_access_token(provider: Identity) -> None:
    """What says who somebody is to the page does not open the API: another audience, no scope."""
    with pytest.raises(NotSignedOn):
        JwtSignOnTokens(provider.process).check(f"Bearer {provider.tokens(ITO.id)['id_token']}")


def test_keys_rotate_without_anybody_noticing(tmp_path_factory: pytest.TempPathFactory) -> None:
    seconds = [0.0]
    with identity_provider(tmp_path_factory.mktemp("rotation")) as provider:
        tokens = JwtSignOnTokens(provider.process, lambda: seconds[0])
        old_keys, old = provider.keys(), f"Bearer {provider.token(ITO.id)}"
        tokens.check(old)

        new_keys = provider.restart([])
        assert new_keys[0]["kid"] != old_keys[0]["kid"]
        provider.restart([*new_keys, *old_keys])
        new = f"Bearer {provider.token(ITO.id)}"
        seconds[0] += LEAST_PAUSE + 1
        tokens.check(new)
        tokens.check(old)

        provider.restart(new_keys)
        seconds[0] += 24 * 3600 + 1
        tokens.check(new)
        with pytest.raises(NotSignedOn):
            tokens.check(old)

        provider.stop()
        tokens.check(new)
        seconds[0] += 48 * 3600
        with pytest.raises(TemporaryError):
            tokens.check(new)
