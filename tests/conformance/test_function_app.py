"""The product's own app in Microsoft's runtime: every function loads, and a message goes its way through them.

What the local host calls and what Azure would call is the same code, by the same metadata.
"""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azure.storage.queue import QueueServiceClient

from local.demo_tenant import COLLEAGUE, CUSTOMER, SENDER, TENANT
from local.host.metadata import read_functions
from local.private_files import ensure_keys, ensure_secrets
from local.tools import ROOT
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.ports_relay import Spooled
from tests.conformance.worker import Report, run_in_runtime
from tests.support.azurite import Azurite
from tests.support.next_hop import NextHop
from tests.support.registered_functions import registered_functions

_MESSAGE = b"From: %s\r\nTo: %s\r\nSubject: conformance\r\nMessage-ID: <c@aozora.example>\r\n\r\nhello\r\n"


@dataclass(frozen=True)
class _Installation:
    """A seeded storage of its own (names in it are the product's, so it can't be shared) and a next hop."""

    settings: dict[str, str]
    next_hop: NextHop
    directory: Path


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Installation]:
    directory = tmp_path_factory.mktemp("conformance")
    ensure_keys(directory / "keys.json")
    ensure_secrets(directory / "secrets.json")
    storage = Azurite(directory)
    storage.start()
    try:
        with NextHop(directory / "mail") as hop:
            settings = {
                "MattaStorage": storage.connection_string,
                "AzureWebJobsStorage": storage.connection_string,
                "MATTA_KEYS_FILE": str(directory / "keys.json"),
                "MATTA_SECRETS_FILE": str(directory / "secrets.json"),
                "MATTA_DEMO_NEXT_HOP": f"127.0.0.1:{hop.port}",
                "MATTA_NEXT_HOP_NETWORKS": "127.0.0.0/8",
            }
            seed = [sys.executable, "-m", "local.seed"]
            subprocess.run(seed, cwd=ROOT, env={**os.environ, **settings}, timeout=60, check=True)
            yield _Installation(settings, hop, directory)
    finally:
        storage.stop()


def _spool(installation: _Installation, recipient: str) -> tuple[str, bytes]:
    """Commit a message as the relay does; returns the blob's name and the message."""
    now = datetime.now(UTC)
    message = _MESSAGE % (SENDER.encode(), recipient.encode())
    spooled = Spooled(
        MessageRef(TENANT, new_queue_id(now, secrets.token_bytes(RANDOM_BYTES))),
        Envelope(SENDER, (recipient,)),
        Reception(now, "127.0.0.1", "client.example", "ESMTPS", "", "peer", "relay.example", "s1", len(message)),
    )

    async def chunks() -> AsyncIterator[bytes]:
        yield message

    async def write() -> None:
        writer = BlobSpoolWriter(installation.settings["MattaStorage"], timeout_seconds=10)
        await writer.write(spooled, chunks())
        await writer.close()

    asyncio.run(write())
    return spooled.ref.blob_name, message


def _blob(name: str) -> dict[str, object]:
    return {"function": "evaluate", "blob": {"connection": "MattaStorage", "container": "spool", "name": name}}


def _get(function: str, path: str) -> dict[str, object]:
    return {"function": function, "http": {"method": "GET", "url": f"http://127.0.0.1:17000{path}"}}


def _waiting(installation: _Installation, queue: str) -> list[str]:
    """What waits in a queue, decoded as Azure's host does it; the queue is empty afterwards."""
    service = QueueServiceClient.from_connection_string(installation.settings["MattaStorage"])
    with service.get_queue_client(queue) as client:
        return [base64.b64decode(message.content).decode() for message in client.receive_messages()]


def _run(installation: _Installation, invocations: list[dict[str, object]]) -> Report:
    report = run_in_runtime(ROOT, invocations, installation.settings, installation.directory)
    assert report.load_failure is None
    for result in report.results:
        assert result.failure is None, f"{result.function}: {result.failure}"
    return report


def test_every_function_loads_as_the_local_host_reads_it(installation: _Installation) -> None:
    report = _run(installation, [])
    local = {spec.name: spec.trigger["type"] for spec in read_functions(registered_functions())}
    assert report.triggers() == local


def test_pages_and_timers_run(installation: _Installation) -> None:
    report = _run(
        installation,
        [
            _get("health", "/api/health"),
            _get("front_page", "/"),
            {"function": "run_due", "timer": {"past_due": True}},
            {"function": "sweep_spool", "timer": {}},
        ],
    )
    health, front = report.results[:2]
    assert health.returned["status"] == 200, health.body
    assert front.returned["status"] == 200
    assert "<html" in front.body


def test_a_message_is_judged_and_delivered(installation: _Installation) -> None:
    name, message = _spool(installation, COLLEAGUE)
    _run(installation, [_blob(name), _blob(name)])  # a trigger may fire twice
    (arrived,) = installation.next_hop.wait_for(1, person=COLLEAGUE)
    assert arrived.raw.endswith(message)


def test_a_held_message_is_told_to_its_sender(installation: _Installation) -> None:
    name, _ = _spool(installation, CUSTOMER)
    _run(installation, [_blob(name), _blob(name)])  # a trigger may fire twice
    notices = _waiting(installation, "notify")
    assert len(notices) == 1
    _run(installation, [{"function": "notify", "queue": {"body": notice}} for notice in notices])
    mail = _waiting(installation, "deliver")
    _run(installation, [{"function": "deliver", "queue": {"body": item}} for item in mail])
    told = [mail for mail in installation.next_hop.messages if mail.envelope.recipients == (SENDER,)]
    assert len(told) == 1
    assert CUSTOMER not in [address for mail in installation.next_hop.messages for address in mail.envelope.recipients]
