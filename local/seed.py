"""`python -m local.seed`: make storage ready and put the demo tenant into it, once.

A second run keeps whatever people have changed. The one thing that it may correct is where the untouched demo route
leads, because `./dev up --port-base N` moves the mailbox.

Environment: as the functions have it (docs/OPERATIONS.md), and ``MATTA_DEMO_NEXT_HOP=host:port``, the mailbox's SMTP
side. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from local.demo_tenant import PEOPLE, TENANT, demo_settings
from shared.errors import Conflict, MattaError, NotFound, PermanentError
from shared.ports import Directory, SettingsStore
from shared.settings import read_process_settings

VARIABLE = "MATTA_DEMO_NEXT_HOP"


class SeedError(PermanentError):
    """The environment does not say what seeding needs."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run did: ``"seeded"``, ``"moved"`` (the mailbox's port changed) or ``"kept"``."""

    outcome: str
    tenant: str


def next_hop_from(environment: Mapping[str, str]) -> tuple[str, int]:
    """Host and port that ``MATTA_DEMO_NEXT_HOP`` names. Raises ``SeedError`` that says what is wrong."""
    host, colon, port = environment.get(VARIABLE, "").rpartition(":")
    if not colon or not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise SeedError(f"the environment variable {VARIABLE} must be host:port of the mailbox's SMTP side")
    return host, int(port)


def seed(store: SettingsStore, directory: Directory, host: str, port: int) -> Seeded:
    """Add the demo tenant, its people first, so that a broken-off run is done again from the start."""
    wanted = demo_settings(host, port)
    try:
        present = store.tenant(TENANT)
    except NotFound:
        directory.save(TENANT, PEOPLE)
        try:
            store.save(wanted)
        except Conflict:  # another run was faster
            return Seeded("kept", TENANT)
        return Seeded("seeded", TENANT)
    server = present.routes[0].servers[0]
    if present.routes == demo_settings(server.host, server.port).routes != wanted.routes:
        store.save(msgspec.structs.replace(present, routes=wanted.routes))
        return Seeded("moved", TENANT)
    return Seeded("kept", TENANT)


def main() -> int:
    """Seed the storage that the environment names; returns 0, or 1 with one line that says why not."""
    # Adapters pull in the storage SDKs; tests of seed() need none of them.
    from shared.adapters.directory_table import TableDirectory
    from shared.adapters.settings_blob import BlobSettingsStore
    from shared.adapters.storage_setup import prepare_storage

    try:
        host, port = next_hop_from(os.environ)
        process = read_process_settings()
        prepare_storage(process)
        done = seed(BlobSettingsStore(process), TableDirectory(process), host, port)
    except MattaError as error:
        print(f"seed: {error}", file=sys.stderr)
        return 1
    print(f"demo tenant: {done.outcome}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
