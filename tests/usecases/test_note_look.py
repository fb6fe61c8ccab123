"""Looks and refusals stand in the audit log with who, for whom, channel, address and time; a log that is down stops nobody."""

from __future__ import annotations

import logging

import pytest

from shared.core.hold.actor import Actor, Channel, Role
from shared.core.hold.entitlement import Standing
from shared.errors import StorageUnavailable
from shared.ports_people import AuditCode, AuditEntry
from shared.usecases.decide_hold import Asker
from shared.usecases.note_look import note_look, note_password_look, note_refusal
from tests.support.app import SENDER, World
from tests.support.records import NOW, make_ref

REF = make_ref()
PROXY = Asker("jiro@aozora.example", Channel.TEAMS, "203.0.113.5")
FOR_SENDER = Standing(Role.PROXY, SENDER)
ACTOR = Actor(Role.PROXY, "jiro@aozora.example", Channel.TEAMS, "203.0.113.5", SENDER)


def test_looks_are_noted_about_the_message_with_both_persons() -> None:
    world = World()
    note_look(world.app, REF, FOR_SENDER, PROXY, "page")
    world.clock.advance(seconds=1)
    note_password_look(world.app, REF, FOR_SENDER, PROXY, "part-0")
    assert world.audit.about(REF) == (
        AuditEntry(AuditCode.LOOKED, ACTOR, NOW, REF, (("what", "page"),)),
        AuditEntry(AuditCode.LOOKED_AT_PASSWORD, ACTOR, world.clock.now(), REF, (("variant", "part-0"),)),
    )


@pytest.mark.parametrize("ref", [REF, None], ids=["about a message", "about none"])
def test_a_refusal_names_a_stranger(ref: object) -> None:
    world = World()
    note_refusal(world.app, "demo", REF if ref else None, PROXY, "revoked")
    (line,) = world.audit.between("demo", NOW, world.clock.now().replace(year=2027), 10)
    assert line.actor == Actor(Role.STRANGER, PROXY.person, Channel.TEAMS, PROXY.peer)
    assert (line.code, line.ref, line.args) == (AuditCode.REFUSED, ref, (("why", "revoked"),))


def test_a_log_that_is_down_is_trouble_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.audit.trouble.before("append", StorageUnavailable("down"), times=3)
    with caplog.at_level(logging.WARNING, "matta"):
        note_look(world.app, REF, FOR_SENDER, PROXY, "page")
        note_password_look(world.app, REF, FOR_SENDER, PROXY, "part-0")
        note_refusal(world.app, "demo", None, PROXY, "revoked")
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    assert SENDER not in caplog.text
    assert world.audit.about(REF) == ()
