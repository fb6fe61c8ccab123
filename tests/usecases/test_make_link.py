"""Links lead to the page of their purpose, for one person, as long as the tenant has set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.core.hold.link import Purpose, read_link
from shared.core.policy.tenant_settings import HoldNotices
from shared.usecases.make_link import make_link
from tests.support.app import SENDER, World, make_settings
from tests.support.records import make_ref


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_a_page_and_a_link_says_whose_it_is(purpose: Purpose) -> None:
    world = World()
    settings = make_settings(notices=HoldNotices(link_days=2))
    link = make_link(world.app, make_ref(), SENDER, purpose, settings)
    base, page, token = link.url.rsplit("/", 2)
    assert base == world.app.process.public_url
    assert page == {"hold": "h", "approval": "a", "receipt": "p"}[purpose]
    claims = read_link(token, world.app.secrets.signing_keys("link"), world.clock.now())
    assert (claims.ref, claims.person, claims.purpose) == (make_ref(), SENDER, purpose)
    assert claims.expires_at == link.expires_at == world.clock.now() + timedelta(days=2)


def test_an_absurd_address_gets_no_link() -> None:
    with pytest.raises(ValueError, match="too long"):
        make_link(World().app, make_ref(), "x" * 2000, Purpose.HOLD, make_settings())
