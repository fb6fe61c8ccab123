"""The history of passwords: one's own and those of people one may act for, and no password in it."""

from __future__ import annotations

import pytest

from shared.core.hold.actor import Channel
from shared.core.hold.password_notice import NoticeState, NoticeVerb
from shared.core.hold.record import EventCode, State
from shared.core.people.delegation import Delegation, Proxy
from shared.errors import NotFound
from shared.ports_people import AuditCode
from shared.usecases.change_password_notice import change_password_notice
from shared.usecases.decide_hold import Asker, NotEntitled
from shared.usecases.list_passwords import list_passwords, password_history
from tests.support.app import INSIDE, OUTSIDE, SENDER
from tests.support.encrypted_mail import OTHER, delivered_file, password_of, send_file, tick, zip_world

PROXY = "kacho@aozora.example"
ASKER = Asker(SENDER, Channel.PORTAL)


def test_only_mail_with_an_encrypted_file_is_listed_newest_first_over_several_pages() -> None:
    world = zip_world()
    refs = []
    for number in range(7):
        world.clock.advance(seconds=1)
        refs.append(send_file(world, OUTSIDE if number % 3 else INSIDE))
    encrypted = [ref for number, ref in enumerate(refs) if number % 3]
    found, after = [], ""
    for _ in range(10):
        page = list_passwords(world.app, "demo", SENDER, after, limit=2)
        found += [listed.row.ref for listed in page.rows]
        after = page.after
        if not after:
            break
    assert found == encrypted[::-1]


def test_list_says_how_each_notice_stands() -> None:
    world = zip_world()
    ref = delivered_file(world)
    states = []
    for verb in (NoticeVerb.PAUSE, NoticeVerb.RESUME, NoticeVerb.DELETE):
        change_password_notice(world.app, ref, ASKER, "part-0", verb)
        world.work()
        [listed] = list_passwords(world.app, "demo", SENDER).rows
        states.append(listed.row.password)
    assert states == [NoticeState.PAUSED, NoticeState.WAITING, NoticeState.DELETED]


def test_mail_that_is_still_on_its_way_to_some_is_listed_as_its_notice_stands() -> None:
    world = zip_world()
    world.next_hop.answer(OTHER, 451)
    ref = send_file(world, OUTSIDE, OTHER)
    [listed] = list_passwords(world.app, "demo", SENDER).rows
    assert (listed.row.state, listed.row.password) == (State.DELIVERING, NoticeState.WAITING)
    change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.SEND)
    [listed] = list_passwords(world.app, "demo", SENDER).rows
    assert (listed.row.state, listed.row.password) == (State.DELIVERING, NoticeState.SENT)


def test_proxy_sees_it_as_long_as_they_are_one() -> None:
    world = zip_world()
    ref = delivered_file(world)
    assert list_passwords(world.app, "demo", PROXY).rows == ()
    world.delegations.save("demo", Delegation(SENDER, (Proxy(PROXY),)))
    [listed] = list_passwords(world.app, "demo", PROXY).rows
    assert (listed.row.ref, listed.standing.on_behalf_of) == (ref, SENDER)
    assert password_history(world.app, ref, Asker(PROXY, Channel.PORTAL)).sheet.encryptions
    world.delegations.save("demo", Delegation(SENDER, (), version=1))
    assert list_passwords(world.app, "demo", PROXY).rows == ()
    with pytest.raises(NotEntitled):
        password_history(world.app, ref, Asker(PROXY, Channel.PORTAL))
    assert AuditCode.REFUSED in [line.code for line in world.audit.about(ref)]


def test_history_tells_what_became_of_a_notice_and_holds_no_password() -> None:
    world = zip_world()
    ref = delivered_file(world)
    change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.PAUSE)
    change_password_notice(world.app, ref, ASKER, "part-0", NoticeVerb.RESUME)
    tick(world, minutes=5)
    history = password_history(world.app, ref, ASKER)
    assert [event.code for event in history.events] == [
        EventCode.PASSWORD_WAITING,
        EventCode.PASSWORD_PAUSED,
        EventCode.PASSWORD_RESUMED,
        EventCode.PASSWORD_SENT,
    ]
    [shown] = history.sheet.encryptions
    assert (shown.state, shown.password, shown.told) == (NoticeState.SENT, "", 1)
    assert password_of(world, ref) not in repr(history)
    assert [line.code for line in world.audit.about(ref)] == [AuditCode.LOOKED]


def test_message_without_an_encrypted_file_has_no_such_history() -> None:
    world = zip_world()
    ref = send_file(world, INSIDE)
    with pytest.raises(NotFound):
        password_history(world.app, ref, ASKER)
