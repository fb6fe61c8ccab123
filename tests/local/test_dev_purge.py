"""`./dev purge` on real storage: what it says would go goes, the rest stays, and the proof holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from local.commands import purge as command
from local.commands import seed
from local.demo_tenant import PEOPLE, TENANT, demo_settings
from local.private_files import ensure_keys
from shared.adapters.storage_setup import prepare_storage
from shared.adapters.storage_table import storage_table
from shared.core.policy.retention_settings import LegalHold, Retention
from shared.core.retention.deletion_record import first_break
from shared.core.retention.rule import What
from shared.settings import ProcessSettings
from shared.usecases.preview_purge import preview_purge
from shared.usecases.purge import purge
from shared.wiring import connect
from tests.support.azurite import Azurite

COUNT = 80
KEPT = PEOPLE[0].address


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ProcessSettings]:
    """A demo tenant with sixty days of traffic that keeps content for ten days and records for twenty."""
    ensure_keys(tmp_path / "keys.json")
    azurite = Azurite(tmp_path / "azurite")
    azurite.start()
    try:
        process = ProcessSettings(
            storage=azurite.connection_string, keys_file=str(tmp_path / "keys.json"), storage_timeout=30.0
        )
        prepare_storage(process)
        app = connect(process)
        app.directory.save(TENANT, PEOPLE)
        retention = Retention(10, 20, 30, (LegalHold(id="case-7", addresses=(KEPT,)),))
        app.settings.save(msgspec.structs.replace(demo_settings("127.0.0.1", 25), retention=retention))
        seed.seed_traffic(process, COUNT, 60, 1)
        for ref in app.remains.states(TENANT, "", "{", COUNT):
            app.spool.write_outgoing(ref, b"a made form")
        yield process
    finally:
        azurite.stop()


def test_what_is_said_to_go_goes_and_nothing_else(
    process: ProcessSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MattaStorage", process.storage)
    app = connect(process)
    assert command.main(["--dry-run", "--environment", "--tenant", "elsewhere"]) == 2
    assert "there is no tenant 'elsewhere' here" in capsys.readouterr().err
    before = app.remains.states(TENANT, "", "{", COUNT)
    content, record = preview_purge(app, TENANT)
    assert (content.what, record.what) == (What.CONTENT, What.RECORD)
    assert content.due > record.due > 0
    assert content.size == content.blobs * len(b"a made form")
    assert dict(record.holds)["case-7"] > 0
    assert command.main(["--dry-run", "--environment"]) == 0
    assert f"{content.due:,} would go" in capsys.readouterr().out
    assert app.remains.states(TENANT, "", "{", COUNT) == before

    assert command.main(["--environment"]) == 0
    after = app.remains.states(TENANT, "", "{", COUNT)
    assert len(before) - len(after) == record.due
    found = app.deletions.records(TENANT, 10_000, 10_000)
    assert first_break(tuple(reversed(found))) is None
    assert sum(one.messages for one in found if one.what is What.CONTENT) == content.due
    assert sum(one.size for one in found) == content.size
    assert sum(one.messages for one in found if one.what is What.RECORD) == record.due
    gone = set(before) - set(after)
    rows = [
        row
        for table in ("messages", "notices", "lists")
        for row in storage_table(process, table).rows("PartitionKey ge ''")
    ]
    keys = " ".join(f"{row['PartitionKey']} {row['RowKey']}" for row in rows)
    assert not [ref for ref in gone if ref.queue_id in keys]
    for ref in gone:
        assert app.remains.blobs(TENANT, ref.hour, ref.queue_id) == ()
    again = purge(app)
    assert (again.messages, again.audit_rows) == (0, 0)
    content, record = preview_purge(app, TENANT)
    assert (content.due, record.due) == (0, 0)
    assert dict(record.kept)["legal-hold"] == dict(record.holds)["case-7"]
