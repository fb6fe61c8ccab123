"""Backup and restoration of an instance with ten thousand messages, and the deletion of half of them: seconds, bytes, memory.

An Azurite is filled, backed up, and destroyed; a new one gets the backup, and every row and blob is compared. No goal: what
is measured is Azurite as much as Matta.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from bench.rows import Row
from local.backup.check import check
from local.backup.contents import MAIL, SETTINGS, TABLES
from local.backup.load import restore
from local.backup.save import back_up
from local.commands.seed import seed_traffic
from local.demo_tenant import PEOPLE, TENANT, demo_settings
from local.private_files import ensure_keys
from shared.adapters.storage_clients import container_client
from shared.adapters.storage_setup import prepare_storage
from shared.adapters.storage_table import storage_table
from shared.adapters.storage_table_row import write_row
from shared.core.policy.retention_settings import Retention
from shared.settings import ProcessSettings
from shared.usecases.purge import purge
from shared.wiring import connect
from tests.support.azurite import Azurite

MESSAGES = 10_000
QUICK = 500
_BODY = b"Subject: x\r\n\r\n" + b"A line of forty characters and no more.\r\n" * 250


def run(*, quick: bool = False) -> list[Row]:
    """Returns the rows; raises ``AssertionError`` where what comes back is not what was there."""
    count = QUICK if quick else MESSAGES
    with tempfile.TemporaryDirectory(prefix="matta-backup-") as name:
        directory = Path(name)
        ensure_keys(directory / "keys.json")
        file = directory / "all.tar.gz"
        original = Azurite(directory / "original")
        original.start()
        try:
            process = _filled(original, directory, count)
            before = _digest(process)
            begun = time.monotonic()
            manifest = back_up(process, file, tenant="", with_mail=True, tell=_quiet)
            saved = time.monotonic() - begun
        finally:
            original.stop()
        fresh = Azurite(directory / "fresh")
        fresh.start()
        try:
            process = _process(fresh, directory)
            prepare_storage(process)
            begun = time.monotonic()
            assert check(file) == manifest
            checked = time.monotonic() - begun
            restore(process, file, manifest, merge=False, unjudged=False, tell=_quiet)
            restored = time.monotonic() - begun - checked
            assert _digest(process) == before, "what came back is not what was there"
            rows = sum(number for name, number in manifest.counts.items() if name in TABLES)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
            what = f"{count:,} messages, {rows:,} rows"
            found = [
                Row("backup", f"{saved:.1f} s", "", None, "", "", f"{what}; {manifest.size / 1e6:.0f} MB in a file of "
                    f"{file.stat().st_size / 1e6:.1f} MB; the process's peak is {peak:.0f} MB"),
                Row("restore", f"{restored:.1f} s", "", None, "", "", f"checked in {checked:.1f} s before; all compared"),
            ]  # fmt: skip
            begun = time.monotonic()
            deleted = purge(connect(process))
            took = time.monotonic() - begun
            found.append(
                Row(
                    "retention",
                    f"{deleted.messages / took:.0f}/s",
                    "",
                    None,
                    "",
                    "",
                    f"{deleted.messages:,} in {took:.1f} s",
                )
            )
            return found
        finally:
            fresh.stop()


def _process(azurite: Azurite, directory: Path) -> ProcessSettings:
    return ProcessSettings(
        storage=azurite.connection_string, keys_file=str(directory / "keys.json"), storage_timeout=60.0
    )


def _filled(azurite: Azurite, directory: Path, count: int) -> ProcessSettings:
    process = _process(azurite, directory)
    prepare_storage(process)
    app = connect(process)
    app.directory.save(TENANT, PEOPLE)
    keeping = msgspec.structs.replace(demo_settings("127.0.0.1", 25), retention=Retention(15, 30, 0))
    app.settings.save(keeping)
    seed_traffic(process, count, 30, 1)
    after = ""
    while refs := app.remains.states(TENANT, after, "{", 1000):
        after = refs[-1].queue_id
        for ref in refs:
            app.spool.write_outgoing(ref, _BODY)
    return process


def _digest(process: ProcessSettings) -> str:
    """Over every row and blob that a backup holds."""
    digest = hashlib.sha256()
    for table in TABLES:
        for row in storage_table(process, table).rows("PartitionKey ge ''"):
            digest.update(write_row(row))
    for container in (SETTINGS, *MAIL):
        client = container_client(process, container)
        for blob in client.list_blobs(include=["metadata"]):
            digest.update(f"{container}/{blob.name} {sorted((blob.metadata or {}).items())}".encode())
            digest.update(client.download_blob(blob.name).readall())
    return digest.hexdigest()


def _quiet(what: str, count: int) -> None:
    """Nobody looks."""
