"""Looking at a password: for those whose business it is, and never unnoticed."""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel, Role
from shared.core.hold.sealed import CannotUnseal
from shared.core.people.delegation import Delegation, Proxy
from shared.core.people.person import Person
from shared.errors import NotFound, StorageUnavailable
from shared.ports_people import AuditCode
from shared.usecases.decide_hold import Asker, NotEntitled
from shared.usecases.view_password import view_password
from tests.fakes.secrets import FakeSecrets
from tests.support.app import INSIDE, SENDER
from tests.support.encrypted_mail import delivered_file, password_of, zip_world

PROXY = "kacho@aozora.example"


def by(person: str = SENDER) -> Asker:
    return Asker(person, Channel.PORTAL, "192.0.2.1")


def test_sender_and_proxy_see_it_and_each_look_is_written_down() -> None:
    world = zip_world()
    ref = delivered_file(world)
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
    for person in (SENDER, PROXY, SENDER):
        assert view_password(world.app, ref, by(person), "part-0").password == password_of(world, ref)
        world.clock.advance(seconds=1)
    looks = [line for line in world.audit.about(ref) if line.code is AuditCode.LOOKED_AT_PASSWORD]
    assert [(line.actor.role, line.actor.name, line.actor.on_behalf_of) for line in looks] == [
        (Role.SENDER, SENDER, ""),
        (Role.PROXY, PROXY, SENDER),
        (Role.SENDER, SENDER, ""),
    ]
    assert password_of(world, ref) not in repr(looks)


@pytest.mark.parametrize("removed", [False, True], ids=["stranger", "removed sender"])
def test_others_see_nothing_and_are_written_down(*, removed: bool) -> None:
    world = zip_world()
    ref = delivered_file(world)
    if removed:
        world.directory.save("demo", (Person(SENDER),))
        world.directory.remove("demo", (SENDER,))
    person = SENDER if removed else INSIDE
    with pytest.raises(NotEntitled):
        view_password(world.app, ref, by(person), "part-0")
    assert [line.code for line in world.audit.about(ref)] == [AuditCode.REFUSED]


def test_log_that_cannot_be_written_keeps_nobody_from_a_password() -> None:
    world = zip_world()
    ref = delivered_file(world)
    world.audit.trouble.before("append", StorageUnavailable("down"))
    assert view_password(world.app, ref, by(), "part-0").password == password_of(world, ref)


def test_its_repr_does_not_show_it() -> None:
    world = zip_world()
    ref = delivered_file(world)
    assert password_of(world, ref) not in repr(view_password(world.app, ref, by(), "part-0"))


def test_key_that_is_gone_is_said_and_no_look_is_written() -> None:
    world = zip_world()
    ref = delivered_file(world)
    assert isinstance(world.app.secrets, FakeSecrets)
    world.app.secrets.keys["seal"] = world.app.secrets.keys["link"]
    with pytest.raises(CannotUnseal):
        view_password(world.app, ref, by(), "part-0")
    assert world.audit.about(ref) == ()


def test_form_without_a_password_has_none_to_show() -> None:
    world = zip_world()
    ref = delivered_file(world)
    with pytest.raises(NotFound):
        view_password(world.app, ref, by(), "original")
