"""`python -m local.seed`: make storage ready and put the demo tenants into it, once.

A second run keeps whatever people have changed. The one thing that it may correct is where the untouched demo route
leads, because `./dev up --port-base N` moves the mailbox.

Environment: as the functions have it (docs/OPERATIONS.md), and ``MATTA_DEMO_NEXT_HOP=host:port``, the mailbox's SMTP
side. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from local.demo_tenant import GROUPS, PEOPLE, SUPPORT, TENANT, demo_settings, support_delegation
from local.quick_tenant import PEOPLE as QUICK_PEOPLE
from local.quick_tenant import QUICK_TENANT, quick_settings
from shared.core.people.person import Group, Person
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import Conflict, MattaError, NotFound, PermanentError
from shared.ports import Directory, SettingsStore
from shared.ports_people import Delegations
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
    return _seed(store, directory, TENANT, PEOPLE, demo_settings, host, port, GROUPS)


def seed_quick(store: SettingsStore, directory: Directory, host: str, port: int) -> Seeded:
    """The same for the tenant of ``local.quick_tenant``."""
    return _seed(store, directory, QUICK_TENANT, QUICK_PEOPLE, quick_settings, host, port)


def seed_proxies(delegations: Delegations, now: datetime) -> None:
    """Name those who handle the shared mailbox, unless anybody has ever changed who does."""
    if delegations.of(TENANT, [SUPPORT])[SUPPORT].version == 0:
        with contextlib.suppress(Conflict):  # another run was faster
            delegations.save(TENANT, support_delegation(now))


def _seed(
    store: SettingsStore,
    directory: Directory,
    tenant: str,
    people: Sequence[Person],
    settings: Callable[[str, int], TenantSettings],
    host: str,
    port: int,
    groups: Sequence[Group] = (),
) -> Seeded:
    try:
        present = store.tenant(tenant)
    except NotFound:
        directory.save(tenant, people)
        directory.save_groups(tenant, groups)
        try:
            store.save(settings(host, port))
        except Conflict:  # another run was faster
            return Seeded("kept", tenant)
        return Seeded("seeded", tenant)
    server = present.routes[0].servers[0]
    wanted = settings(host, port).routes
    if present.routes == settings(server.host, server.port).routes != wanted:
        store.save(msgspec.structs.replace(present, routes=wanted))
        return Seeded("moved", tenant)
    return Seeded("kept", tenant)


def main() -> int:
    """Seed the storage that the environment names; returns 0, or 1 with one line that says why not."""
    # Adapters pull in the storage SDKs; tests of seed() need none of them.
    from shared.adapters.delegations_table import TableDelegations
    from shared.adapters.directory_table import TableDirectory
    from shared.adapters.settings_blob import BlobSettingsStore
    from shared.adapters.storage_setup import prepare_storage

    try:
        host, port = next_hop_from(os.environ)
        process = read_process_settings()
        prepare_storage(process)
        store, directory = BlobSettingsStore(process), TableDirectory(process)
        seed_proxies(TableDelegations(process), datetime.now(UTC))
        seed_quick(store, directory, host, port)
        done = seed(store, directory, host, port)
    except MattaError as error:
        print(f"seed: {error}", file=sys.stderr)
        return 1
    print(f"demo tenant: {done.outcome}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
