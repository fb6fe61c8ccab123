"""Seeding the demo tenant: once, keeping what people change, and saying plainly what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from local.demo_tenant import (
    COLLEAGUE,
    DOMAIN,
    HANDLERS,
    PEOPLE,
    SALES_DOMAIN,
    SENDER,
    SUPPORT,
    TENANT,
    demo_settings,
)
from local.quick_tenant import QUICK_TENANT, SMTP_PASSWORD, SMTP_USER
from local.seed import SeedError, next_hop_from, seed, seed_proxies, seed_quick
from local.tools import ROOT
from shared.core.policy.tenant_settings import NextHopServer, Route, read_settings, write_settings
from smtp_relay.passwords import check_password
from tests.fakes.delegations import FakeDelegations
from tests.fakes.directory import FakeDirectory
from tests.fakes.settings_store import FakeSettingsStore
from tests.support.azurite import Azurite

R1_TO_R7 = {
    "has-attachments",
    "recipient-external",
    "several-external-domains",
    "all-recipients-external",
    "recipient-count",
    "subject-blank",
    "forced-alert",
}


def test_demo_settings_are_valid_and_show_rules_r1_to_r7() -> None:
    settings = demo_settings("127.0.0.1", 17026)
    assert read_settings(write_settings(settings)) == settings
    assert {rule.rule for rule in settings.rules} >= R1_TO_R7
    assert all(rule.name and rule.description for rule in settings.rules)
    assert settings.internal_domains == {DOMAIN, SALES_DOMAIN}
    assert {person.address.partition("@")[2] for person in PEOPLE} == {DOMAIN, SALES_DOMAIN}


def test_everybodys_manager_is_a_person_of_the_tenant() -> None:
    known = {person.address for person in PEOPLE}
    assert {person.manager for person in PEOPLE if person.manager} <= known
    assert len(known) == len(PEOPLE)


def test_first_run_adds_tenant_and_people() -> None:
    store, directory = FakeSettingsStore(), FakeDirectory()
    assert seed(store, directory, "127.0.0.1", 17026).outcome == "seeded"
    assert store.tenant(TENANT).routes[0].servers[0].port == 17026
    found = directory.people(TENANT, [SENDER, f"all-sales@{SALES_DOMAIN}"])
    assert found[SENDER].manager == COLLEAGUE
    assert found[f"all-sales@{SALES_DOMAIN}"].members == 25


def test_second_run_keeps_what_people_changed() -> None:
    store, directory = FakeSettingsStore(), FakeDirectory()
    seed(store, directory, "127.0.0.1", 17026)
    changed = store.save(msgspec.structs.replace(store.tenant(TENANT), name="別の会社", rules=()))
    assert seed(store, directory, "127.0.0.1", 17026).outcome == "kept"
    assert store.tenant(TENANT) == changed


def test_moved_mailbox_moves_the_untouched_route_and_nothing_else() -> None:
    store, directory = FakeSettingsStore(), FakeDirectory()
    seed(store, directory, "127.0.0.1", 17026)
    changed = store.save(msgspec.structs.replace(store.tenant(TENANT), name="別の会社"))
    assert seed(store, directory, "127.0.0.1", 18026).outcome == "moved"
    moved = store.tenant(TENANT)
    assert moved.routes == demo_settings("127.0.0.1", 18026).routes
    assert moved.name == "別の会社"
    assert moved.version > changed.version


def test_route_that_people_set_themselves_stays_when_the_mailbox_moves() -> None:
    store, directory = FakeSettingsStore(), FakeDirectory()
    seed(store, directory, "127.0.0.1", 17026)
    own = (Route(servers=(NextHopServer(host="127.0.0.1", port=2525, starttls="required"),)),)
    store.save(msgspec.structs.replace(store.tenant(TENANT), routes=own))
    assert seed(store, directory, "127.0.0.1", 18026).outcome == "kept"
    assert store.tenant(TENANT).routes == own


def test_run_that_broke_off_before_the_settings_is_done_again() -> None:
    store, directory = FakeSettingsStore(), FakeDirectory()
    directory.save(TENANT, PEOPLE[:3])
    assert seed(store, directory, "127.0.0.1", 17026).outcome == "seeded"
    assert len(directory.people(TENANT, [person.address for person in PEOPLE])) == len(PEOPLE)


def test_the_second_tenant_is_known_by_its_password_and_follows_the_mailbox() -> None:
    store, directory = FakeSettingsStore(), FakeDirectory()
    assert seed_quick(store, directory, "127.0.0.1", 17026).outcome == "seeded"
    assert seed_quick(store, directory, "127.0.0.1", 17026).outcome == "kept"
    assert seed_quick(store, directory, "127.0.0.1", 18026).outcome == "moved"
    settings = store.tenant(QUICK_TENANT)
    assert read_settings(write_settings(settings)) == settings
    [user] = settings.ingress.users
    assert user.name == SMTP_USER
    assert check_password(SMTP_PASSWORD.encode(), user.password_hash)
    assert not settings.ingress.peers  # mail without a password is the first tenant's


def test_a_shared_mailbox_has_its_handlers_until_somebody_changes_them() -> None:
    delegations, now = FakeDelegations(), datetime(2026, 11, 21, tzinfo=UTC)
    seed_proxies(delegations, now)
    seeded = delegations.of(TENANT, [SUPPORT])[SUPPORT]
    assert seeded.acting(now) == HANDLERS
    changed = delegations.save(TENANT, replace(seeded, proxies=()))
    seed_proxies(delegations, now)
    assert delegations.of(TENANT, [SUPPORT])[SUPPORT] == changed


@pytest.mark.parametrize("value", ["", "127.0.0.1", "127.0.0.1:", ":25", "127.0.0.1:mail", "127.0.0.1:0", "h:65536"])
def test_next_hop_that_is_no_host_and_port_is_named(value: str) -> None:
    with pytest.raises(SeedError, match="MATTA_DEMO_NEXT_HOP"):
        next_hop_from({"MATTA_DEMO_NEXT_HOP": value})


@pytest.mark.parametrize(("value", "expected"), [("127.0.0.1:25", ("127.0.0.1", 25)), ("::1:17026", ("::1", 17026))])
def test_next_hop_is_read(value: str, expected: tuple[str, int]) -> None:
    assert next_hop_from({"MATTA_DEMO_NEXT_HOP": value}) == expected


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local.seed"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_program_prepares_storage_and_seeds_it_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    azurite = Azurite(tmp_path)  # its own: the names of containers and tables are fixed
    azurite.start()
    try:
        storage = {"MattaStorage": azurite.connection_string, "MATTA_DEMO_NEXT_HOP": "127.0.0.1:17026"}
        first, second = _run(dict(os.environ, **storage)), _run(dict(os.environ, **storage))
    finally:
        azurite.stop()
    assert (first.returncode, first.stdout.strip()) == (0, "demo tenant: seeded"), first.stderr
    assert (second.returncode, second.stdout.strip()) == (0, "demo tenant: kept"), second.stderr


def test_program_says_in_one_line_what_is_missing() -> None:
    result = _run({key: value for key, value in os.environ.items() if key != "MattaStorage"})
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "MATTA_DEMO_NEXT_HOP" in result.stderr
