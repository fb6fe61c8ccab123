"""What every ``AuditLog`` does: the fake and the one in Table storage are held to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from shared.adapters.audit_log_table import TableAuditLog
from shared.adapters.storage_clients import table_client
from shared.core.hold.actor import Actor, Channel, Role
from shared.errors import NotFound
from shared.ports_people import AuditCode, AuditEntry, AuditLog
from tests.fakes.audit_log import FakeAuditLog
from tests.support.records import NOW, make_ref
from tests.support.threads import at_once

PROXY = Actor(Role.PROXY, "花子@aozora.example", Channel.TEAMS, "203.0.113.5", "info@aozora.example")
MICROSECOND = timedelta(microseconds=1)
FAR = timedelta(days=4000)


@pytest.fixture(params=["fake", "table"])
def audit(request: pytest.FixtureRequest) -> AuditLog:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeAuditLog()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    table_client(process, name).create_table()
    return TableAuditLog(process, table=name)


def line(at: datetime, number: int | None = None) -> AuditEntry:
    ref = None if number is None else make_ref(number)
    return AuditEntry(AuditCode.LOOKED, PROXY, at, ref, (("what", "card / # ? \\ 花"),))


def test_a_line_comes_back_whole_by_time_and_by_message(audit: AuditLog) -> None:
    assert audit.between("demo", NOW - FAR, NOW + FAR, 10) == audit.about(make_ref(1)) == ()
    about_one, about_none = line(NOW, 1), AuditEntry(AuditCode.PROXIES_CHANGED, PROXY, NOW + MICROSECOND)
    audit.append("demo", about_one)
    audit.append("demo", about_none)
    assert audit.between("demo", NOW, NOW + 2 * MICROSECOND, 10) == (about_none, about_one)
    assert audit.about(make_ref(1)) == (about_one,)
    assert audit.about(make_ref(2)) == ()


def test_the_same_line_twice_is_one_and_lines_of_one_moment_are_each_kept(audit: AuditLog) -> None:
    for _ in range(2):
        audit.append("demo", line(NOW, 1))
        audit.append("demo", line(NOW, 2))
        audit.append("demo", replace(line(NOW, 1), code=AuditCode.REFUSED))
    assert len(audit.between("demo", NOW, NOW + MICROSECOND, 10)) == 3
    assert len(audit.about(make_ref(1))) == 2


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        pytest.param(NOW - FAR, NOW + FAR, [2, 1, 0, -1, -400], id="all"),
        pytest.param(NOW, NOW + timedelta(days=1), [0], id="until is left out"),
        pytest.param(NOW, NOW + timedelta(days=1) + MICROSECOND, [1, 0], id="since is in"),
        pytest.param(NOW - timedelta(hours=1), NOW + timedelta(hours=1), [0], id="within a day"),
        pytest.param(NOW - timedelta(days=1), NOW - timedelta(hours=10), [-1], id="until before midnight's end"),
        pytest.param(NOW - timedelta(days=300), NOW - timedelta(days=2), [], id="days without lines"),
        pytest.param(NOW, NOW, [], id="nothing"),
        pytest.param(NOW + timedelta(days=1), NOW, [], id="wrong way round"),
    ],
)
def test_lines_of_a_time_are_read_newest_first(
    audit: AuditLog, since: datetime, until: datetime, days: list[int]
) -> None:
    for day in (0, -400, 2, -1, 1):
        audit.append("demo", line(NOW + timedelta(days=day), 1))
    tokyo = timezone(timedelta(hours=9))
    expected = [NOW + timedelta(days=day) for day in days]
    assert [found.at for found in audit.between("demo", since, until, 10)] == expected
    assert [found.at for found in audit.between("demo", since.astimezone(tokyo), until.astimezone(tokyo), 2)] == (
        expected[:2]
    )
    assert [found.at for found in audit.about(make_ref(1))] == sorted(found.at for found in audit.about(make_ref(1)))


def test_more_lines_than_a_page_are_read_as_far_as_the_limit(audit: AuditLog) -> None:
    def write(worker: int) -> None:
        for number in range(worker, 1100, 8):
            audit.append("demo", line(NOW + timedelta(seconds=number)))

    assert at_once(8, write) == [None] * 8
    found = audit.between("demo", NOW - FAR, NOW + FAR, 5000)
    assert [one.at for one in found] == [NOW + timedelta(seconds=number) for number in reversed(range(1100))]
    assert audit.between("demo", NOW - FAR, NOW + FAR, 1050) == found[:1050]
    assert audit.between("demo", NOW - FAR, NOW + FAR, 0) == ()


def test_another_tenant_sees_nothing(audit: AuditLog) -> None:
    audit.append("demo", line(NOW, 1))
    for tenant in ("demo-2", "dem", "d"):
        assert audit.between(tenant, NOW - FAR, NOW + FAR, 10) == ()
        assert audit.about(make_ref(1, tenant)) == ()
    for name in ("", "a/b", "de'mo"):
        with pytest.raises(NotFound):
            audit.append(name, line(NOW))
        with pytest.raises(NotFound):
            audit.between(name, NOW, NOW + FAR, 10)
