"""`./dev seed`: a month of traffic that looks as if it had happened, in lists, reports and each message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.commands import seed as command
from local.demo_tenant import PEOPLE, TENANT, demo_settings
from local.private_files import ensure_keys
from shared.adapters.storage_setup import prepare_storage
from shared.core.access.principal import Principal
from shared.core.access.roles import PortalRole
from shared.core.hold.record import State
from shared.core.lists.make_row import WAITING, make_row
from shared.core.lists.message_row import MessageRow
from shared.core.reports.day_span import day_span
from shared.core.reports.hour_count import was_held
from shared.settings import ProcessSettings
from shared.usecases.see_report import see_report
from shared.usecases.track_messages import LARGEST_PAGE, MessageSearch, track_messages
from shared.wiring import connect
from tests.support.azurite import Azurite

WHO = Principal(TENANT, "ito@aozora.example", "伊藤", "", "ja", frozenset({PortalRole.TENANT_ADMINISTRATOR}))
COUNT = 250


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessSettings]:
    """Storage of its own with the demo tenant: the names of its tables are those of a running instance."""
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    ensure_keys(keys)
    azurite = Azurite(tmp_path_factory.mktemp("azurite"))
    azurite.start()
    try:
        process = ProcessSettings(storage=azurite.connection_string, keys_file=str(keys), storage_timeout=30.0)
        prepare_storage(process)
        app = connect(process)
        app.directory.save(TENANT, PEOPLE)
        app.settings.save(demo_settings("127.0.0.1", 25))
        command.seed_traffic(process, COUNT, 30, 1)
        yield process
    finally:
        azurite.stop()


@pytest.fixture(scope="module")
def rows(process: ProcessSettings) -> list[MessageRow]:
    """All rows that tracking finds."""
    app, now = connect(process), datetime.now(UTC)
    search = MessageSearch(since=now - timedelta(days=40), until=now + timedelta(days=1))
    found: list[MessageRow] = []
    after = ""
    while True:
        page = track_messages(app, WHO, search, after, LARGEST_PAGE)
        found += page.rows
        after = page.after
        if not after:
            return found


def test_all_kinds_of_ends_are_there_and_every_row_is_its_record(
    process: ProcessSettings, rows: list[MessageRow]
) -> None:
    assert len(rows) == COUNT
    states = Counter(row.state for row in rows)
    assert states[State.DELIVERED] > COUNT / 2
    assert {State.HELD, State.DISCARDED, State.EXPIRED} <= set(states)
    assert {State.BOUNCED, State.PARTLY_DELIVERED} & set(states)
    assert any(row.password for row in rows)
    assert any(row.approval for row in rows)
    app = connect(process)
    for row in rows[::10]:
        stored = app.messages.load(row.ref)
        assert stored is not None
        assert make_row(stored.record) == row
        assert not stored.outbox, "nobody is told of what never happened"
        events = app.messages.events(row.ref)
        assert [event.number for event in events] == list(range(len(events)))
        assert events[-1].state is stored.record.state
        assert list(events) == sorted(events, key=lambda event: event.at)
        assert all(event.at <= datetime.now(UTC) for event in events)


def test_what_waits_can_be_read_and_nothing_is_due(process: ProcessSettings, rows: list[MessageRow]) -> None:
    app = connect(process)
    waiting = [row for row in rows if row.state in WAITING]
    assert waiting
    for row in waiting:
        assert app.spool.content("spool", row.ref).size == row.size
    assert app.schedule.due(datetime.now(UTC), 100) == ()


def test_reports_say_what_the_rows_say(process: ProcessSettings, rows: list[MessageRow]) -> None:
    app, now = connect(process), datetime.now(UTC)
    span = day_span("", "", ZoneInfo("Asia/Tokyo"), now, usual=35, most=100)
    report = see_report(app, WHO, span, "ja")
    assert (report.messages, report.held) == (COUNT, sum(was_held(row) for row in rows))
    assert report.p50_seconds is not None
    assert report.senders[0].messages >= report.senders[-1].messages
    assert sum(day.messages for day in report.days) == COUNT


def test_without_an_instance_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--data", str(tmp_path)]) == 2
    assert "./dev up" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--messages", "0"], ["--days", "many"], ["--messages", "1000000"]])
def test_what_is_no_number_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(arguments)
