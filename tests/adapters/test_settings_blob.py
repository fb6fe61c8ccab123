"""What is particular to settings in Blob storage: cache, history, lost answers, storage that is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import pytest

from shared.adapters import settings_blob
from shared.adapters.settings_blob import LONGEST_STALE_SECONDS, BlobSettingsStore
from shared.adapters.storage_clients import container_client
from shared.core.policy.tenant_settings import NextHopServer, Route, TenantSettings, read_settings
from shared.errors import Conflict, InvalidSettings, NotFound, StorageUnavailable
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.storage_proxy import StorageProxy
from tests.support.threads import at_once


@dataclass
class Ticker:
    """A monotonic clock that stands still."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def settings(tenant_id: str = "aozora", name: str = "", version: int = 0) -> TenantSettings:
    return TenantSettings(
        tenant_id=tenant_id,
        version=version,
        name=name,
        domains=("aozora.example",),
        routes=(Route(servers=(NextHopServer(host="mail.aozora.example"),)),),
    )


@pytest.fixture
def container(process: ProcessSettings, own_name: str) -> str:
    container_client(process, own_name).create_container()
    return own_name


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with StorageProxy(azurite, "blob") as running:
        yield running


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def store(process: ProcessSettings, container: str, proxy: StorageProxy, ticker: Ticker) -> BlobSettingsStore:
    """Through the proxy, with a clock of its own; settings are kept for 5 seconds."""
    near = replace(process, storage=proxy.connection_string, storage_timeout=1.0)
    return BlobSettingsStore(near, container=container, monotonic=ticker)


@pytest.fixture
def elsewhere(process: ProcessSettings, container: str) -> BlobSettingsStore:
    """Another process, without a cache."""
    return BlobSettingsStore(replace(process, settings_cache_seconds=0.0), container=container)


class TestCache:
    def test_settings_are_not_asked_for_again_within_their_time(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        first = elsewhere.save(settings())
        assert store.tenant("aozora") == first
        proxy.requests.clear()
        second = elsewhere.save(first)
        ticker.seconds += 4.9
        assert store.tenant("aozora") == first
        assert proxy.requests == []
        ticker.seconds += 0.2
        assert store.tenant("aozora") == second

    def test_what_has_not_changed_is_not_sent_again(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        first = elsewhere.save(settings())
        assert store.tenant("aozora") == first
        ticker.seconds += 60
        proxy.requests.clear()
        assert store.tenant("aozora") is store.tenant("aozora")
        assert len(proxy.requests) == 1
        assert proxy.statuses[-1] == 304

    def test_many_threads_ask_once(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        first = elsewhere.save(settings())
        store.tenant("aozora")
        ticker.seconds += 60
        proxy.requests.clear()
        proxy.delay("aozora.json", 0.3)
        assert at_once(10, lambda _: store.tenant("aozora")) == [first] * 10
        assert len(proxy.requests) == 1

    def test_a_list_fetches_only_what_changed(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        saved = [elsewhere.save(settings(tenant_id)) for tenant_id in ("a", "b", "c")]
        assert store.tenants() == tuple(saved)
        saved[1] = elsewhere.save(saved[1])
        proxy.requests.clear()
        ticker.seconds += 4
        store.tenants()
        assert proxy.requests == []
        ticker.seconds += 2
        assert store.tenants() == tuple(saved)
        assert len(proxy.requests) == 2
        assert store.tenant("b") == saved[1]
        assert len(proxy.requests) == 2

    def test_memory_is_bounded(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings_blob, "MOST_CACHED", 2)
        for tenant_id in ("a", "b", "c"):
            elsewhere.save(settings(tenant_id))
            store.tenant(tenant_id)
        assert len(store._cache) == 2

    def test_a_tenant_that_was_removed_is_gone_when_its_time_is_over(
        self,
        store: BlobSettingsStore,
        elsewhere: BlobSettingsStore,
        process: ProcessSettings,
        container: str,
        ticker: Ticker,
    ) -> None:
        elsewhere.save(settings())
        store.tenant("aozora")
        container_client(process, container).delete_blob("aozora.json")
        ticker.seconds += 6
        for _ in range(2):
            with pytest.raises(NotFound):
                store.tenant("aozora")


class TestStorageDown:
    def test_the_last_good_settings_serve_for_a_while_and_no_longer(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        first = elsewhere.save(settings())
        assert store.tenant("aozora") == first
        assert store.tenants() == (first,)
        proxy.lose_request("/", times=1000)
        for pause in (6, LONGEST_STALE_SECONDS - 7):
            ticker.seconds += pause
            assert store.tenant("aozora") == first
            assert store.tenants() == (first,)
        ticker.seconds += 2
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                store.tenant("aozora")
            with pytest.raises(StorageUnavailable):
                store.tenants()

    def test_while_storage_is_down_it_is_not_asked_for_every_message(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        elsewhere.save(settings())
        store.tenant("aozora")
        proxy.lose_request("/", times=1000)
        ticker.seconds += 6
        store.tenant("aozora")
        proxy.requests.clear()
        for _ in range(5):
            store.tenant("aozora")
        assert proxy.requests == []

    def test_a_tenant_that_was_never_seen_is_temporarily_unknown(
        self, store: BlobSettingsStore, proxy: StorageProxy
    ) -> None:
        proxy.lose_request("/", times=1000)
        with pytest.raises(StorageUnavailable):
            store.tenant("aozora")
        with pytest.raises(StorageUnavailable):
            store.tenants()
        with pytest.raises(StorageUnavailable):
            store.save(settings())

    def test_a_missing_container_does_not_look_like_a_missing_tenant(self, process: ProcessSettings) -> None:
        missing = BlobSettingsStore(process, container="missing")
        with pytest.raises(StorageUnavailable):
            missing.tenant("aozora")
        with pytest.raises(StorageUnavailable):
            missing.tenants()


class TestDamagedDocuments:
    def test_one_damaged_document_takes_nothing_from_the_others(
        self,
        store: BlobSettingsStore,
        elsewhere: BlobSettingsStore,
        process: ProcessSettings,
        container: str,
        ticker: Ticker,
    ) -> None:
        good, later_bad = elsewhere.save(settings("good")), elsewhere.save(settings("later-bad"))
        container_client(process, container).upload_blob("bad.json", b'{"tenant_id": "bad"')
        container_client(process, container).upload_blob("lost+found.json", b"x")
        container_client(process, container).upload_blob("notes.txt", b"x")
        assert store.tenants() == (good, later_bad)
        container_client(process, container).upload_blob("later-bad.json", b"{}", overwrite=True)
        ticker.seconds += 6
        assert store.tenants() == (good, later_bad)
        with pytest.raises(InvalidSettings):
            store.tenant("bad")

    def test_a_document_under_another_tenants_name_is_not_used(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, process: ProcessSettings, container: str
    ) -> None:
        elsewhere.save(settings("a"))
        blobs = container_client(process, container)
        blobs.upload_blob("b.json", blobs.download_blob("a.json").readall())
        with pytest.raises(InvalidSettings):
            store.tenant("b")


class TestHistory:
    def names(self, process: ProcessSettings, container: str) -> list[str]:
        return sorted(container_client(process, container).list_blob_names())

    def test_every_version_is_kept(self, store: BlobSettingsStore, process: ProcessSettings, container: str) -> None:
        saved = settings()
        for number in range(3):
            saved = store.save(msgspec.structs.replace(saved, name=f"name {number}"))
        names = [f"aozora/v{version:08}.json" for version in (1, 2, 3)]
        assert self.names(process, container) == ["aozora.json", *names]
        blobs = container_client(process, container)
        kept = [read_settings(blobs.download_blob(name).readall()) for name in names]
        assert [(item.version, item.name) for item in kept] == [(1, "name 0"), (2, "name 1"), (3, "name 2")]

    def test_a_version_that_a_crash_left_out_is_written_by_the_next_save(
        self, store: BlobSettingsStore, process: ProcessSettings, container: str, proxy: StorageProxy
    ) -> None:
        proxy.lose_request("v00000001", times=3)
        first = store.save(settings(name="first"))
        assert self.names(process, container) == ["aozora.json"]
        store.save(first)
        kept = container_client(process, container).download_blob("aozora/v00000001.json").readall()
        assert read_settings(kept) == first


class TestAnswersThatAreLost:
    @pytest.mark.parametrize("present", [False, True], ids=["new tenant", "known tenant"])
    def test_a_save_whose_answer_was_lost_is_ours(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, present: bool
    ) -> None:
        base = elsewhere.save(settings()) if present else settings()
        proxy.lose_put("aozora.json")
        saved = store.save(msgspec.structs.replace(base, name="mine"))
        assert elsewhere.tenant("aozora") == saved
        assert store.tenant("aozora") == saved
        assert store.save(saved).version == saved.version + 1

    def test_somebody_elses_save_after_a_lost_request_is_a_conflict(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy
    ) -> None:
        proxy.lose_request("aozora.json")
        proxy.before_next("aozora.json", lambda: elsewhere.save(settings(name="theirs")))
        with pytest.raises(Conflict):
            store.save(settings(name="mine"))
        assert elsewhere.tenant("aozora").name == "theirs"
