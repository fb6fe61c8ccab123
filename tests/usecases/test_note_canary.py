"""A token in a subject is noted once, for the right tenant, and a forged one costs nothing."""

from __future__ import annotations

import pytest

from shared.core.message.identity import MessageRef
from shared.core.message.keys import SigningKey
from shared.core.onboarding.canary import Canary, CanaryWay, make_token, new_id
from shared.errors import StorageUnavailable
from shared.usecases.note_canary import note_canary
from tests.support.app import World

ID = new_id(b"0123456789")


@pytest.fixture
def world() -> World:
    made = World()
    made.onboarding.begin("demo", Canary(ID, CanaryWay.OUTSIDE, "", made.clock.now(), "ito@aozora.example"))
    return made


def token(world: World, tenant: str = "demo", id_: str = ID, secret: bytes | None = None) -> str:
    key = world.app.secrets.signing_keys("trace")[0]
    return make_token(tenant, id_, world.clock.now(), SigningKey("x", secret) if secret else key)


def ref(number: int = 1, tenant: str = "demo") -> MessageRef:
    return MessageRef(tenant, f"{number:026}")


def test_the_first_message_counts(world: World) -> None:
    for number in (1, 2, 1):
        note_canary(world.app, ref(number), f"Re: {token(world)}")
    (kept,) = world.onboarding.canaries("demo")
    assert (kept.queue_id, kept.seen_at) == (ref(1).queue_id, world.clock.now())


def test_whatever_is_no_good_token_is_not_even_looked_up(world: World) -> None:
    world.onboarding.trouble.before("seen", StorageUnavailable("nobody may ask"))
    forged = token(world, secret=b"another key of somebody 01234567")
    for subject in (None, "", "Estimate", "[matta-canary:]", forged, token(world, "other")):
        note_canary(world.app, ref(), subject)
    world.clock.advance(seconds=3 * 3600)
    old = make_token(
        "demo", ID, world.onboarding.canaries("demo")[0].started_at, world.app.secrets.signing_keys("trace")[0]
    )
    note_canary(world.app, ref(), old)
    with pytest.raises(StorageUnavailable):
        world.onboarding.seen("demo", ID, ref().queue_id, world.clock.now())  # the trouble is still there


def test_a_good_token_of_no_canary_is_nothing(world: World) -> None:
    note_canary(world.app, ref(), token(world, id_=new_id(b"9876543210")))
    assert world.onboarding.canaries("demo")[0].queue_id == ""


def test_trouble_is_logged_and_not_raised(world: World) -> None:
    world.app.secrets.keys.clear()  # type: ignore[attr-defined]  # the fake's
    note_canary(world.app, ref(), f"{'[matta-canary:'}{'a' * 39}]")
    assert world.onboarding.canaries("demo")[0].queue_id == ""
