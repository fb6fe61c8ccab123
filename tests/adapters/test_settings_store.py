"""What every ``SettingsStore`` does: the fake and the one in Blob storage are held to the same."""

from __future__ import annotations

import msgspec
import pytest

from shared.adapters.settings_blob import BlobSettingsStore
from shared.adapters.storage_clients import container_client
from shared.core.policy.tenant_settings import NextHopServer, Route, RuleAssignment, TenantSettings
from shared.errors import Conflict, InvalidSettings, NotFound
from shared.ports import SettingsStore
from tests.fakes.settings_store import FakeSettingsStore
from tests.support.threads import at_once


@pytest.fixture(params=["fake", "blob"])
def store(request: pytest.FixtureRequest) -> SettingsStore:
    """One implementation after the other, empty."""
    if request.param == "fake":
        return FakeSettingsStore()
    process, name = request.getfixturevalue("process"), request.getfixturevalue("own_name")
    container_client(process, name).create_container()
    return BlobSettingsStore(process, container=name)


def settings(tenant_id: str = "aozora", **changes: object) -> TenantSettings:
    made = TenantSettings(
        tenant_id=tenant_id,
        domains=("aozora.example",),
        routes=(Route(servers=(NextHopServer(host="mail.aozora.example"),)),),
    )
    return msgspec.structs.replace(made, **changes)


def test_a_tenant_that_was_never_saved_is_not_found(store: SettingsStore) -> None:
    for tenant_id in ("aozora", "", "../x", "a/b", "A" * 70):
        with pytest.raises(NotFound):
            store.tenant(tenant_id)
    assert store.tenants() == ()


def test_saved_settings_come_back_with_their_version(store: SettingsStore) -> None:
    given = settings(
        name="青空商事", rules=(RuleAssignment(id="r", rule="forced-alert", addresses=("*@evil.example",)),)
    )
    first = store.save(given)
    assert first == msgspec.structs.replace(given, version=1)
    assert store.tenant("aozora") == first
    second = store.save(msgspec.structs.replace(first, name="新青空商事"))
    assert second.version == 2
    assert store.tenant("aozora") == second


def test_second_run_of_a_save_is_a_conflict_and_changes_nothing(store: SettingsStore) -> None:
    first = store.save(settings())
    second = store.save(msgspec.structs.replace(first, name="one"))
    for stale in (settings(), first, msgspec.structs.replace(second, version=9)):
        with pytest.raises(Conflict):
            store.save(msgspec.structs.replace(stale, name="two"))
    assert store.tenant("aozora") == second


def test_a_tenant_that_is_new_must_begin_at_version_zero(store: SettingsStore) -> None:
    with pytest.raises(Conflict):
        store.save(settings(version=3))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(settings(domains=()), id="no domain"),
        pytest.param(settings(routes=()), id="no route"),
        pytest.param(settings(tenant_id="Not A Tenant"), id="tenant id of another shape"),
        pytest.param(settings(tenant_id="a/b"), id="tenant id with a path"),
    ],
)
def test_settings_that_could_not_be_read_again_are_refused(store: SettingsStore, broken: TenantSettings) -> None:
    with pytest.raises(InvalidSettings):
        store.save(broken)
    assert store.tenants() == ()


def test_all_tenants_are_listed_in_order_by_their_present_version(store: SettingsStore) -> None:
    saved = {tenant_id: store.save(settings(tenant_id)) for tenant_id in ("b", "a-b", "a", "z9")}
    saved["a"] = store.save(msgspec.structs.replace(saved["a"], name="again"))
    assert store.tenants() == tuple(saved[tenant_id] for tenant_id in ("a", "a-b", "b", "z9"))


def test_a_save_shows_at_once_to_the_one_who_saved(store: SettingsStore) -> None:
    first = store.save(settings())
    assert store.tenants() == (first,)
    second = store.save(first)
    assert store.tenant("aozora") == second
    assert store.tenants() == (second,)


@pytest.mark.parametrize("present", [False, True], ids=["new tenant", "known tenant"])
def test_of_twenty_saves_of_one_version_exactly_one_wins(store: SettingsStore, present: bool) -> None:
    base = store.save(settings()) if present else settings()
    outcomes = at_once(20, lambda number: store.save(msgspec.structs.replace(base, name=f"saver {number}")))
    winners = [outcome for outcome in outcomes if isinstance(outcome, TenantSettings)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19
    assert store.tenant("aozora") == winners[0]
