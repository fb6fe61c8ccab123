"""The relay's rules as read from the tenants' settings documents."""

from __future__ import annotations

import asyncio
import json

import pytest

from shared.adapters.ingress_blob import BlobIngressSource
from shared.adapters.storage_clients import container_client
from shared.core.policy.tenant_settings import Ingress, NextHopServer, Route, SmtpUser, TenantSettings, write_settings
from shared.errors import StorageUnavailable
from shared.ports_relay import IngressRule, IngressUser
from shared.settings import ProcessSettings
from tests.support.azurite import Azurite
from tests.support.storage_proxy import StorageProxy

FINGERPRINT = "ab" * 32
DIRECTORY = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def container(process: ProcessSettings, own_name: str) -> str:
    """An empty settings container."""
    container_client(process, own_name).create_container()
    return own_name


def put(process: ProcessSettings, container: str, name: str, document: bytes) -> None:
    container_client(process, container).upload_blob(name, document, overwrite=True)


def document(tenant: str, **ingress: object) -> bytes:
    return json.dumps({"tenant_id": tenant, "ingress": ingress}).encode()


def read(storage: str, container: str, timeout: float = 5.0) -> tuple[IngressRule, ...]:
    async def run() -> tuple[IngressRule, ...]:
        source = BlobIngressSource(storage, timeout_seconds=timeout, container=container)
        try:
            return await source.rules()
        finally:
            await source.close()

    return asyncio.run(run())


def test_rules_are_those_of_the_settings_model(process: ProcessSettings, container: str) -> None:
    settings = TenantSettings(
        tenant_id="acme",
        domains=("acme.example",),
        routes=(Route(servers=(NextHopServer(host="mx.example"),)),),
        ingress=Ingress(
            peers=("192.0.2.0/24",),
            certificates=(FINGERPRINT,),
            users=(SmtpUser(name="名前", password_hash="h"),),
            exchange_tenant=DIRECTORY,
            hosts=("acme.relay.example",),
        ),
    )
    put(process, container, "acme.json", write_settings(settings))
    assert read(process.storage, container) == (
        IngressRule(
            "acme",
            ("192.0.2.0/24",),
            (FINGERPRINT,),
            (IngressUser("名前", "h"),),
            exchange_tenant=DIRECTORY,
            hosts=("acme.relay.example",),
            domains=("acme.example",),
        ),
    )


def test_a_suspended_tenant_is_told(process: ProcessSettings, container: str) -> None:
    put(process, container, "acme.json", b'{"tenant_id": "acme", "domains": ["acme.example"], "suspended": true}')
    assert read(process.storage, container) == (IngressRule("acme", suspended=True, domains=("acme.example",)),)


def test_tenant_without_ingress_has_an_empty_rule(process: ProcessSettings, container: str) -> None:
    put(process, container, "acme.json", b'{"tenant_id": "acme", "domains": ["acme.example"]}')
    assert read(process.storage, container) == (IngressRule("acme", domains=("acme.example",)),)


def test_no_settings_are_no_rules(process: ProcessSettings, container: str) -> None:
    assert read(process.storage, container) == ()


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"{",
        b"[]",
        b'{"tenant_id": 1}',
        document("other"),
        document("acme", peers=[1]),
        b"\xff\xfe",
        b'{"x":' + b"[" * 100_000,
    ],
    ids=["empty", "half", "no object", "wrong type", "another tenant", "wrong type inside", "not UTF-8", "very deep"],
)
def test_broken_document_takes_nothing_from_the_others(process: ProcessSettings, container: str, broken: bytes) -> None:
    put(process, container, "acme.json", broken)
    put(process, container, "good.json", document("good", peers=["192.0.2.1"]))
    assert read(process.storage, container) == (IngressRule("good", ("192.0.2.1",)),)


def test_only_documents_that_changed_are_fetched_and_a_broken_one_keeps_the_last_good(
    process: ProcessSettings, container: str, azurite: Azurite
) -> None:
    put(process, container, "a.json", document("a", peers=["192.0.2.1"]))
    put(process, container, "b.json", document("b", peers=["192.0.2.2"]))
    put(process, container, "history/a.json", document("a", peers=["192.0.2.9"]))

    async def run(proxy: StorageProxy) -> None:
        source = BlobIngressSource(proxy.connection_string, timeout_seconds=5, container=container)
        try:
            assert [rule.tenant_id for rule in await source.rules()] == ["a", "b"]
            before = len(proxy.requests)
            assert [rule.tenant_id for rule in await source.rules()] == ["a", "b"]
            assert len(proxy.requests) - before == 1, "one listing"
            put(process, container, "a.json", document("a", peers=["192.0.2.3"]))
            put(process, container, "b.json", b"broken")
            assert await source.rules() == (IngressRule("a", ("192.0.2.3",)), IngressRule("b", ("192.0.2.2",)))
            container_client(process, container).delete_blob("b.json")
            assert await source.rules() == (IngressRule("a", ("192.0.2.3",)),)
        finally:
            await source.close()

    with StorageProxy(azurite, "blob") as proxy:
        asyncio.run(run(proxy))


def test_storage_that_fails_is_unavailable(process: ProcessSettings, azurite: Azurite, container: str) -> None:
    put(process, container, "a.json", document("a"))
    with StorageProxy(azurite, "blob") as proxy:
        proxy.answer("comp=list", 503)
        with pytest.raises(StorageUnavailable):
            read(proxy.connection_string, container)
        proxy.answer("a.json", 503)
        with pytest.raises(StorageUnavailable):
            read(proxy.connection_string, container)
    with pytest.raises(StorageUnavailable):
        read(process.storage, "t-nothing-here")


def test_many_tenants_come_in_pages(process: ProcessSettings, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        put(process, container, f"t{number}.json", document(f"t{number}"))
    monkeypatch.setattr("shared.adapters.ingress_blob.PAGE", "3")
    assert len(read(process.storage, container)) == 7
