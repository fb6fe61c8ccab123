"""What is particular to groups' and users' settings in Blob storage: the index, caches, crashes, storage that is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import pytest

from shared.adapters import settings_blob_scopes, settings_blob_versions
from shared.adapters.settings_blob import LONGEST_STALE_SECONDS, BlobSettingsStore
from shared.adapters.storage_clients import container_client
from shared.core.policy.tenant_settings import RuleAssignment
from shared.core.settings.change_note import ChangeNote
from shared.core.settings.scope import TENANT_SCOPE, group_scope, user_scope
from shared.core.settings.scope_settings import ScopeSettings
from shared.errors import Conflict, InvalidSettings, StorageUnavailable
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.settings import HANAKO, group_settings, tenant_settings, user_settings
from tests.support.storage_proxy import StorageProxy
from tests.support.threads import at_once

USER = user_scope(HANAKO)
SALES = group_scope("sales")
NOTE = ChangeNote("taro@aozora.example")


@dataclass
class Ticker:
    """A monotonic clock that stands still."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


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
    """Through the proxy, with a clock of its own; what changed is asked for every 5 seconds."""
    near = replace(process, storage=proxy.connection_string, storage_timeout=1.0)
    return BlobSettingsStore(near, container=container, monotonic=ticker)


@pytest.fixture
def elsewhere(process: ProcessSettings, container: str) -> BlobSettingsStore:
    """Another process, without a cache."""
    return BlobSettingsStore(replace(process, settings_cache_seconds=0.0), container=container)


def rules(*names: str) -> tuple[RuleAssignment, ...]:
    return tuple(RuleAssignment(id=name, rule="subject-blank") for name in names)


class TestCache:
    def test_a_change_elsewhere_shows_within_its_time_and_not_by_asking_all_the_time(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        assert store.scopes("demo") == {}
        elsewhere.save_scope(user_settings())
        proxy.requests.clear()
        ticker.seconds += 4.9
        for _ in range(100):
            assert store.scopes("demo") == {}
        assert proxy.requests == []
        ticker.seconds += 0.2
        assert store.scopes("demo") == {USER: 1}
        assert len(proxy.requests) == 1

    def test_one_conditional_look_tells_that_nothing_changed_for_anybody(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        for number in range(10):
            elsewhere.save_scope(user_settings(f"p{number}@aozora.example"))
        known = store.scopes("demo")
        documents = [store.version("demo", scope, number) for scope, number in known.items()]
        proxy.requests.clear()
        ticker.seconds += 60
        assert store.scopes("demo") is known
        assert [store.version("demo", scope, 1) for scope in known] == documents
        assert len(proxy.requests) == 1
        assert proxy.statuses[-1] == 304

    def test_a_version_is_fetched_once_however_old_it_gets(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        elsewhere.save_scope(user_settings())
        first = store.version("demo", USER, 1)
        proxy.requests.clear()
        ticker.seconds += 100_000
        assert store.version("demo", USER, 1) is first
        assert proxy.requests == []

    def test_tenants_without_groups_and_users_cost_one_look_for_each_time(
        self, store: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        for _ in range(50):
            store.scopes("demo")
        assert len(proxy.requests) == 1
        ticker.seconds += 6
        store.scopes("demo")
        assert len(proxy.requests) == 2

    def test_many_threads_ask_once(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        elsewhere.save_scope(user_settings())
        store.scopes("demo")
        ticker.seconds += 60
        proxy.requests.clear()
        proxy.delay("index.json", 0.3)
        assert at_once(10, lambda _: store.scopes("demo")) == [{USER: 1}] * 10
        assert len(proxy.requests) == 1

    def test_who_saves_sees_it_at_once(self, store: BlobSettingsStore, proxy: StorageProxy) -> None:
        store.scopes("demo")
        saved = store.save_scope(user_settings(rules=rules("a")))
        assert store.scopes("demo") == {USER: 1}
        proxy.requests.clear()
        assert store.version("demo", USER, 1) == saved
        assert proxy.requests == []

    def test_memory_is_bounded_in_tenants_documents_and_bytes(
        self, store: BlobSettingsStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings_blob_scopes, "MOST_CACHED", 2)
        monkeypatch.setattr(settings_blob_versions, "MOST_CACHED", 5)
        for tenant_id in ("a", "b", "c"):
            for number in range(4):
                store.save_scope(user_settings(f"p{number}@x.example", tenant_id))
        assert len(store._scopes._cache) == 2
        assert len(store._versions._cache) == 5
        monkeypatch.setattr(settings_blob_versions, "MOST_BYTES", 3000)
        for number in range(5):
            store.save_scope(group_settings(f"g{number}", rules=rules(*(f"r{index}" for index in range(2)))))
        assert 0 < store._versions._bytes <= 3000
        assert store._versions._bytes == sum(kept.size for kept in store._versions._cache.values())


class TestStorageDown:
    def test_the_last_good_index_serves_for_a_while_and_no_longer(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, ticker: Ticker
    ) -> None:
        saved = elsewhere.save_scope(user_settings())
        assert store.scopes("demo") == {USER: 1}
        assert store.version("demo", USER, 1) == saved
        proxy.lose_request("/", times=1000)
        for pause in (6, LONGEST_STALE_SECONDS - 7):
            ticker.seconds += pause
            assert store.scopes("demo") == {USER: 1}
            assert store.version("demo", USER, 1) == saved
        ticker.seconds += 2
        with pytest.raises(StorageUnavailable):
            store.scopes("demo")

    def test_what_was_never_seen_is_temporarily_unknown_and_editors_are_told(
        self, store: BlobSettingsStore, proxy: StorageProxy
    ) -> None:
        proxy.lose_request("/", times=1000)
        for work in (
            lambda: store.scopes("demo"),
            lambda: store.version("demo", USER, 1),
            lambda: store.present("demo", USER),
            lambda: store.history("demo", USER),
            lambda: store.save_scope(user_settings()),
        ):
            with pytest.raises(StorageUnavailable):
                work()

    def test_editors_never_get_what_memory_holds(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, ticker: Ticker
    ) -> None:
        first = elsewhere.save(tenant_settings())
        store.tenant("demo")
        store.scopes("demo")
        second = elsewhere.save(first)
        saved = elsewhere.save_scope(user_settings())
        assert store.tenant("demo") == first
        assert store.present("demo", TENANT_SCOPE) == second
        assert store.present("demo", USER) == saved


def break_off_after_version(proxy: StorageProxy) -> None:
    """From the writing of version 1 on nothing reaches the index, as if the process had died there.

    The first request about the version is the look whether it is there, the second its writing.
    """

    def writing() -> None:
        proxy.lose_request("index", times=1000)

    proxy.before_next("v00000001.json", lambda: proxy.before_next("v00000001.json", writing))


class TestCrashes:
    def test_a_version_that_never_got_into_the_index_is_found_by_the_next_editor(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy
    ) -> None:
        edit = user_settings(rules=rules("a"))
        break_off_after_version(proxy)
        with pytest.raises(StorageUnavailable):
            store.save_scope(edit, NOTE)
        assert elsewhere.scopes("demo") == {}
        proxy.recover()
        found = elsewhere.present("demo", USER)
        assert found == msgspec.structs.replace(edit, version=1)
        assert elsewhere.scopes("demo") == {USER: 1}

    def test_second_run_of_a_save_that_broke_off_finishes_it(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy
    ) -> None:
        edit = user_settings(rules=rules("a"))
        break_off_after_version(proxy)
        with pytest.raises(StorageUnavailable):
            store.save_scope(edit, NOTE)
        proxy.recover()
        assert store.save_scope(edit, NOTE).version == 1
        assert elsewhere.scopes("demo") == {USER: 1}
        with pytest.raises(Conflict):
            store.save_scope(user_settings(rules=rules("b")), NOTE)

    @pytest.mark.parametrize("blob", ["v00000001.json", "index.json"])
    def test_a_save_whose_answer_was_lost_is_ours(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy, blob: str
    ) -> None:
        proxy.lose_put(blob)
        saved = store.save_scope(user_settings(), NOTE)
        assert elsewhere.present("demo", USER) == saved
        assert elsewhere.scopes("demo") == store.scopes("demo") == {USER: 1}

    def test_the_index_keeps_what_others_enter_at_the_same_time(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, proxy: StorageProxy
    ) -> None:
        elsewhere.save_scope(group_settings("sales"))
        # Between this process's look at the index and its write, another one changes it.
        reads = 2  # of the index before it is written: one to see what is newest, one to change it
        count = 0

        def on_read() -> None:
            nonlocal count
            count += 1
            if count == reads + 1:
                elsewhere.save_scope(user_settings("jiro@aozora.example"))
            else:
                proxy.before_next("index.json", on_read)

        proxy.before_next("index.json", on_read)
        store.save_scope(user_settings())
        assert count == reads + 1
        assert store.scopes("demo") == {SALES: 1, USER: 1, user_scope("jiro@aozora.example"): 1}


class TestDamage:
    def test_a_damaged_index_serves_nobody_but_keeps_what_is_known(
        self,
        store: BlobSettingsStore,
        elsewhere: BlobSettingsStore,
        process: ProcessSettings,
        container: str,
        ticker: Ticker,
    ) -> None:
        elsewhere.save_scope(user_settings())
        store.scopes("demo")
        container_client(process, container).upload_blob("demo/index.json", b"{", overwrite=True)
        ticker.seconds += 6
        assert store.scopes("demo") == {USER: 1}
        with pytest.raises(InvalidSettings):
            BlobSettingsStore(process, container=container).scopes("demo")

    def test_a_document_in_another_scopes_place_is_not_used(
        self, store: BlobSettingsStore, elsewhere: BlobSettingsStore, process: ProcessSettings, container: str
    ) -> None:
        elsewhere.save_scope(group_settings("sales"))
        blobs = container_client(process, container)
        document = blobs.download_blob("demo/groups/sales/v00000001.json").readall()
        blobs.upload_blob("demo/groups/other/v00000001.json", document)
        blobs.upload_blob("demo-2/groups/sales/v00000001.json", document)
        for tenant_id, scope in (("demo", group_scope("other")), ("demo-2", SALES)):
            with pytest.raises(InvalidSettings):
                store.version(tenant_id, scope, 1)

    def test_blobs_that_are_no_versions_are_not_in_the_history(
        self, store: BlobSettingsStore, process: ProcessSettings, container: str
    ) -> None:
        saved = store.save_scope(user_settings(), NOTE)
        assert isinstance(saved, ScopeSettings)
        blobs = container_client(process, container)
        for name in ("v1.json", "v00000002.json.bak", "vx.json"):
            blobs.upload_blob(f"demo/users/{HANAKO}/{name}", b"{}")
        assert [entry.version for entry in store.history("demo", USER)] == [1]
        blobs.upload_blob(f"demo/users/{HANAKO}/v00000003.json", b"{}", metadata={"change": "no base64!"})
        assert [(entry.version, entry.note.author) for entry in store.history("demo", USER)] == [
            (3, ""),
            (1, NOTE.author),
        ]
