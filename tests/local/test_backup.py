"""Backup and restoration: every row and byte comes back, what moves waits for somebody, and a bad file is refused."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.backup import check, load, resume, save
from local.backup.contents import MAIL, SETTINGS, TABLES, BadBackup
from local.commands import backup as backup_command
from local.commands import restore as restore_command
from local.commands import seed as command
from local.demo_tenant import PEOPLE, TENANT, demo_settings
from local.private_files import ensure_keys
from shared.adapters.spool_blob_format import encode, metadata_value
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_setup import prepare_storage
from shared.adapters.storage_table import storage_table
from shared.core.hold.record import State
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef, new_queue_id
from shared.errors import NotFound
from shared.ports_relay import Spooled
from shared.settings import ProcessSettings
from shared.usecases.list_messages import list_held_for
from shared.usecases.run_due import run_due
from shared.wiring import connect
from tests.support.azurite import Azurite
from tests.support.records import NOW, make_reception

COUNT = 60
LARGE = 9 * 1024 * 1024


def quiet(what: str, count: int) -> None:
    """Nobody looks."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    ensure_keys(path)
    return path


def of(azurite: Azurite, keys: Path) -> ProcessSettings:
    return ProcessSettings(storage=azurite.connection_string, keys_file=str(keys), storage_timeout=30.0)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[ProcessSettings]:
    """An instance with traffic, a large message, one that nobody has judged, and a second tenant."""
    azurite = Azurite(tmp_path_factory.mktemp("original"))
    azurite.start()
    try:
        process = of(azurite, keys)
        prepare_storage(process)
        app = connect(process)
        app.directory.save(TENANT, PEOPLE)
        app.settings.save(demo_settings("127.0.0.1", 25))
        app.settings.save(app.settings.tenant(TENANT))
        command.seed_traffic(process, COUNT, 20, 1)
        app.spool.write_outgoing(_any(process), b"x" * LARGE)
        unjudged = MessageRef(TENANT, new_queue_id(NOW, bytes(10)))
        message = Spooled(unjudged, Envelope("a@aozora.example", ("b@x.example",)), make_reception())
        container_client(process, "spool").upload_blob(
            unjudged.blob_name, b"", metadata={"spooled": metadata_value(encode(message))}
        )
        container_client(process, "settings").upload_blob("demo2.json", b"{}")
        yield process
    finally:
        azurite.stop()


@pytest.fixture
def empty(tmp_path: Path, keys: Path) -> Iterator[ProcessSettings]:
    azurite = Azurite(tmp_path / "empty")
    azurite.start()
    try:
        process = of(azurite, keys)
        prepare_storage(process)
        yield process
    finally:
        azurite.stop()


def _any(process: ProcessSettings) -> MessageRef:
    found = connect(process).remains.next_state(TENANT, "")
    assert found is not None
    return found


def rows(process: ProcessSettings) -> dict[str, list[dict[str, object]]]:
    return {table: [dict(row) for row in storage_table(process, table).rows("PartitionKey ge ''")] for table in TABLES}


def blobs(process: ProcessSettings) -> dict[str, tuple[bytes, dict[str, str]]]:
    found = {}
    for container in (SETTINGS, *MAIL):
        client = container_client(process, container)
        for blob in client.list_blobs(include=["metadata"]):
            found[f"{container}/{blob.name}"] = (client.download_blob(blob.name).readall(), dict(blob.metadata or {}))
    return found


def test_every_row_and_byte_comes_back_and_lists_show_the_same(
    original: ProcessSettings, empty: ProcessSettings, tmp_path: Path
) -> None:
    file = tmp_path / "all.tar.gz"
    made = save.back_up(original, file, tenant="", with_mail=True, tell=quiet)
    assert file.stat().st_mode & 0o077 == 0
    assert made.counts["messages"] > COUNT
    assert check.check(file) == made
    done = load.restore(empty, file, made, merge=False, unjudged=False, tell=quiet)
    assert rows(empty) == rows(original)
    before, after = blobs(original), blobs(empty)
    left_out = {f"spool/{name}" for name in done.unjudged}
    assert len(left_out) == 1
    assert after == {name: blob for name, blob in before.items() if name not in left_out}
    apps = connect(original), connect(empty)
    assert len({app.settings.tenant(TENANT).version for app in apps}) == 1
    shown = [[list_held_for(app, TENANT, one.address, "", 200).rows for one in PEOPLE] for app in apps]
    assert shown[0] == shown[1]
    assert any(shown[0])
    waiting = list(resume.open_messages(empty))
    assert waiting
    assert run_due(apps[1]) == 0, "nothing moves by itself"
    first = next(one for one in waiting if one.state == State.HELD)
    assert resume.resume(apps[1], iter([first.ref])) == 1
    assert run_due(apps[1]) == 1
    with pytest.raises(load.NotEmpty):
        load.restore(empty, file, made, merge=False, unjudged=False, tell=quiet)
    present = rows(empty)
    merged = load.restore(empty, file, made, merge=True, unjudged=True, tell=quiet)
    assert (merged.counts["messages"], merged.counts["spool"], merged.unjudged) == (0, 1, [])
    assert {name: len(found) for name, found in rows(empty).items()} == {
        name: len(found) for name, found in present.items()
    }


def test_one_tenant_alone_without_mail(original: ProcessSettings, tmp_path: Path) -> None:
    file = tmp_path / "one.tar.gz"
    made = save.back_up(original, file, tenant=TENANT, with_mail=False, tell=quiet)
    assert check.check(file) == made
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert f"blobs/settings/{TENANT}.json" in names
    assert "blobs/settings/demo2.json" not in names
    assert not [name for name in names if name.startswith("blobs/spool")]
    whole = file.read_bytes()
    with pytest.raises(NotFound, match="'demi'"):
        save.back_up(original, file, tenant="demi", with_mail=False, tell=quiet)
    assert file.read_bytes() == whole, "a misspelled tenant replaces no backup"


def test_what_cannot_go_on_is_told_with_what_can(
    original: ProcessSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MattaStorage", original.storage)
    assert restore_command.main(["--resume", "helt", "--environment"]) == 2
    assert "'helt' is no queue id, and none of held, delayed" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["cut", "altered", "no-archive", "unknown-part"])
def test_a_bad_file_is_refused_before_anything_is_written(
    original: ProcessSettings, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "bad.tar.gz"
    save.back_up(original, file, tenant=TENANT, with_mail=False, tell=quiet)
    data = gzip.decompress(file.read_bytes())
    match damage:
        case "cut":
            file.write_bytes(file.read_bytes()[:-2000])
        case "altered":
            at = data.index(b"aozora.example")
            file.write_bytes(gzip.compress(data[:at] + b"A" + data[at + 1 :], 1))
        case "no-archive":
            file.write_bytes(b"nothing of the kind")
        case _:
            file.write_bytes(gzip.compress(data.replace(b"tables/messages/", b"tables/passages/"), 1))
    with pytest.raises(BadBackup):
        check.check(file)


def test_the_commands_say_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backup_command.main(["--to", str(tmp_path / "x"), "--data", str(tmp_path)]) == 2
    assert restore_command.main(["--data", str(tmp_path)]) == 2
    assert restore_command.main(["--open", "--data", str(tmp_path)]) == 2
    assert "nothing is running" in capsys.readouterr().err


def test_the_commands_take_a_backup_and_show_it(
    original: ProcessSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MattaStorage", original.storage)
    file = str(tmp_path / "x.tar.gz")
    assert backup_command.main(["--to", file, "--tenant", TENANT, "--environment"]) == 0
    assert restore_command.main(["--from", file, "--dry-run", "--environment"]) == 0
    assert restore_command.main(["--from", file, "--environment"]) == 2, "storage is not empty"
    assert restore_command.main(["--open", "--environment"]) == 0
    shown = capsys.readouterr()
    assert "Signing and sealing keys are not in it" in shown.out
    assert "--merge" in shown.err
