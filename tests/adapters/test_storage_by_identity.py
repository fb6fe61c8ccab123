"""Storage reached by a managed identity and nothing else: the settings, the SDK, the REST clients, the relay.

Azurite speaks TLS here and takes bearer tokens (``--oauth basic``): it checks audience, issuer and times, no signature.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from shared.adapters.identity_tokens import identity_tokens
from shared.adapters.ingress_blob import BlobIngressSource
from shared.adapters.message_store_table import TableMessageStore
from shared.adapters.spool_blob import BlobSpool
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.adapters.storage_account import StorageAccount
from shared.adapters.storage_clients import _Credential, container_client, queue_client, table_client
from shared.adapters.storage_rest import BlobRest, account_from
from shared.adapters.storage_service import storage_service
from shared.adapters.storage_setup import QUEUES, TABLES, prepare_storage
from shared.adapters.storage_table import storage_table
from shared.adapters.storage_table_batch import Insert
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef, new_queue_id
from shared.errors import PermanentError, StorageUnavailable
from shared.ports_relay import Spooled
from shared.settings import MisconfiguredProcess, ProcessSettings, read_process_settings
from tests.support.azurite import Azurite
from tests.support.certificates import AUTHORITY, issued
from tests.support.identity_endpoint import IdentityEndpoint, identity_endpoint
from tests.support.records import make_reception
from tests.support.storage_tokens import GivenTokens
from tests.support.web_server import Asked, Reply, web_server

CLIENT = "33333333-3333-3333-3333-333333333333"
REF = MessageRef("demo", new_queue_id(datetime(2026, 11, 22, tzinfo=UTC), bytes(10)))


@dataclass(frozen=True)
class Installation:
    storage: Azurite
    identity: IdentityEndpoint
    process: ProcessSettings


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    directory = tmp_path_factory.mktemp("secured")
    instance = Azurite(directory, issued(directory, "127.0.0.1"))
    instance.start()
    AUTHORITY.cert_pem.write_to_path(str(directory / "ca.pem"))
    yield instance
    instance.stop()


@pytest.fixture(scope="module")
def installation(secured: Azurite) -> Iterator[Installation]:
    with identity_endpoint(CLIENT) as identity, pytest.MonkeyPatch.context() as patch:
        for name, value in identity.environment.items():
            patch.setenv(name, value)
        trusted = str(secured.directory / "ca.pem")
        patch.setenv("SSL_CERT_FILE", trusted)
        patch.setenv("REQUESTS_CA_BUNDLE", trusted)
        identity_tokens.cache_clear()
        process = read_process_settings(
            {
                "MattaStorage__credential": "managedidentity",
                "MattaStorage__clientId": CLIENT,
                "MattaStorage__blobServiceUri": f"{secured.blob_url}/",
                "MattaStorage__queueServiceUri": secured.queue_url,
                "MattaStorage__tableServiceUri": secured.table_url,
                "MATTA_STORAGE_TIMEOUT": "20",
            }
        )
        prepare_storage(process)
        yield Installation(secured, identity, process)
        identity_tokens.cache_clear()


class TestSettings:
    def test_the_variables_of_an_identity_based_connection_are_one_text(self) -> None:
        process = read_process_settings(
            {"MattaStorage__blobServiceUri": "https://b.example/", "MattaStorage__clientId": "id"}
        )
        account = account_from(process.storage)
        assert account.endpoint == "https://b.example"
        assert account.tokens is identity_tokens("https://storage.azure.com/", "id")
        assert not account.key
        with pytest.raises(PermanentError, match="queue"):
            account_from(process.storage, "queue")

    def test_the_name_of_an_account_stands_for_its_addresses(self) -> None:
        process = read_process_settings({"MattaStorage__accountName": "stmatta"})
        for service in ("blob", "queue", "table"):
            account = account_from(process.storage, service)
            assert account.endpoint == f"https://stmatta.{service}.core.windows.net"
            assert account.tokens is identity_tokens("https://storage.azure.com/", "")

    def test_a_connection_string_wins_over_the_others(self) -> None:
        # As in Azure Functions: an exact match of the name comes before a prefix.
        process = read_process_settings({"MattaStorage": "own", "MattaStorage__accountName": "stmatta"})
        assert process.storage == "own"

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            pytest.param({}, "MattaStorage__blobServiceUri", id="nothing"),
            pytest.param(
                {"MattaStorage__credential": "managedidentity"}, "MattaStorage__blobServiceUri", id="no place"
            ),
            pytest.param({"MattaStorage__blobServiceUri": "http://h/"}, "MattaStorage__blobServiceUri", id="no TLS"),
            pytest.param(
                {"MattaStorage__tableServiceUri": "https://h/;AccountKey=a2V5"},
                "MattaStorage__tableServiceUri",
                id="smuggled",
            ),
            pytest.param(
                {"MattaStorage__accountName": "a", "MattaStorage__credential": "workloadidentity"},
                "MattaStorage__credential",
                id="another way",
            ),
        ],
    )
    def test_what_cannot_be_used_is_named(self, given: dict[str, str], named: str) -> None:
        with pytest.raises(MisconfiguredProcess, match=named):
            read_process_settings(given)

    def test_tokens_never_go_over_an_open_line(self) -> None:
        with pytest.raises(PermanentError, match="TLS"):
            account_from("BlobEndpoint=http://h;Identity=managed;ClientId=")


class TestWholeServices:
    def test_the_sdks_work_by_token(self, installation: Installation) -> None:
        container = container_client(installation.process, "settings")
        container.upload_blob("sdk", b"content")
        assert container.download_blob("sdk").readall() == b"content"
        queue = queue_client(installation.process, QUEUES[0])
        queue.send_message("a")
        assert [message.content for message in queue.receive_messages()] == ["a"]
        table = table_client(installation.process, TABLES[0])
        table.create_entity({"PartitionKey": "sdk", "RowKey": "1", "Text": "待った"})
        assert table.get_entity("sdk", "1")["Text"] == "待った"

    def test_tables_work_by_token_over_our_own_client(self, installation: Installation) -> None:
        table = storage_table(installation.process, TABLES[0])
        table.insert({"PartitionKey": "own", "RowKey": "1", "Text": "待った"})
        etags = table.transact([Insert({"PartitionKey": "own", "RowKey": str(number)}) for number in range(2, 5)])
        assert len(etags) == 3
        assert len(list(table.rows("PartitionKey eq 'own'"))) == 4

    def test_queues_and_blobs_work_by_token_over_our_own_client(self, installation: Installation) -> None:
        body = b"<QueueMessage><MessageText>" + base64.b64encode(b"x") + b"</MessageText></QueueMessage>"
        sent = storage_service(installation.process, "queue").request("POST", f"/{QUEUES[0]}/messages", body=body)
        assert sent.status == 201
        put = storage_service(installation.process, "blob").request(
            "PUT", "/outgoing/own", headers={"x-ms-blob-type": "BlockBlob"}, body=b"content"
        )
        assert put.status == 201

    def test_the_relay_stores_and_the_functions_read(self, installation: Installation) -> None:
        spooled = Spooled(REF, Envelope("a@aozora.example", ("b@partner.example",)), make_reception())
        data = b"Subject: a\r\n\r\n" + bytes(3_000_000)

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(data), 65536):
                yield data[start : start + 65536]

        async def receive() -> None:
            writer = BlobSpoolWriter(installation.process.storage, timeout_seconds=20)
            source = BlobIngressSource(installation.process.storage, timeout_seconds=20)
            assert await writer.ready()
            assert await source.rules() == ()
            assert await writer.write(spooled, chunks()) == len(data)
            await writer.close()
            await source.close()

        asyncio.run(receive())
        opened = BlobSpool(installation.process).open(REF)
        assert opened is not None
        assert opened[0].envelope == spooled.envelope
        assert b"".join(opened[1].chunks()) == data

    def test_all_of_it_asked_for_one_token(self, installation: Installation) -> None:
        TableMessageStore(installation.process).load(REF)
        assert len(installation.identity.tokens) == 1
        assert installation.identity.resources == ["https://storage.azure.com/"]


class TestRefusals:
    def test_the_sdks_ask_for_another_token_where_storage_takes_the_first_no_more(self, tmp_path: Path) -> None:
        tokens = GivenTokens(["old", "new"])
        challenge = {
            "WWW-Authenticate": "Bearer authorization_uri=https://login.microsoftonline.com/t/oauth2/authorize"
            " resource_id=https://storage.azure.com"
        }

        def answer(asked: Asked) -> Reply:
            return Reply(201) if asked.headers["authorization"] == "Bearer new" else Reply(401, b"", challenge)

        with web_server(answer, issued(tmp_path, "127.0.0.1")) as server:
            account = StorageAccount(server.url, "a", tokens=tokens)
            trusted = tmp_path / "ca.pem"
            AUTHORITY.cert_pem.write_to_path(str(trusted))
            client = ContainerClient(server.url, "c", credential=_Credential(account), connection_verify=str(trusted))
            client.create_container()
        assert tokens.refusals == ["old"]

    def test_azurite_tells_a_bad_token_from_a_good_one(self, installation: Installation) -> None:
        """Else the tests above would prove nothing."""
        for service, path in (
            ("blob", "/settings?restype=container"),
            ("queue", f"/{QUEUES[0]}?comp=metadata"),
            ("table", "/Tables"),
        ):
            reached = storage_service(installation.process, service)  # type: ignore[arg-type]  # one of the three
            answer = reached._send("GET", path, None, {"Accept": "application/json"}, b"", "bad")
            assert answer.status in (401, 403), service

    def test_without_identity_the_relay_says_that_storage_is_away(
        self, installation: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lost = replace(installation.process, storage=installation.process.storage.replace(CLIENT, "nobody"))

        async def ask() -> list[object]:
            rest = BlobRest(account_from(lost.storage), timeout_seconds=5)
            asked = [rest.request("GET", "settings", query={"restype": "container"}) for _ in range(40)]
            outcomes: list[object] = list(await asyncio.gather(*asked, return_exceptions=True))
            await rest.close()
            return outcomes

        asked = len(installation.identity.tokens)
        outcomes = asyncio.run(ask())
        assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
        assert len(installation.identity.tokens) == asked

    def test_a_slow_identity_endpoint_does_not_stop_the_relays_loop(self, installation: Installation) -> None:
        identity_tokens.cache_clear()
        good, installation.identity.delay = installation.identity.delay, 0.6

        async def ask() -> tuple[int, int]:
            rest = BlobRest(account_from(installation.process.storage), timeout_seconds=20)
            ticks = 0

            async def tick() -> None:
                nonlocal ticks
                while True:
                    await asyncio.sleep(0.02)
                    ticks += 1

            ticking = asyncio.create_task(tick())
            answer = await rest.request("HEAD", "settings", query={"restype": "container"})
            ticking.cancel()
            await rest.close()
            return answer.status, ticks

        status, ticks = asyncio.run(ask())
        installation.identity.delay = good
        assert status == 200
        assert ticks > 10

    def test_the_endpoint_may_go_away_once_there_is_a_token(self, installation: Installation) -> None:
        installation.identity.reply = Reply(503)
        table = storage_table(installation.process, TABLES[0])
        table.put({"PartitionKey": "late", "RowKey": "1"})
        assert table.get("late", "1") is not None
        installation.identity.reply = None
