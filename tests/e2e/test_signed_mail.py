"""Mail from storage to a real server, its keys looked up in a real name server: what arrives holds for dkimpy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.adapters.storage_setup import prepare_storage
from shared.app import App
from shared.core.hold.record import State
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.policy.tenant_settings import DkimKey, NextHopServer, Route, Signing, TenantSettings
from shared.core.signing.body_hash import hash_body
from shared.core.signing.dkim_sign import dkim_signature
from shared.core.signing.head import read_fields, split
from shared.ports_relay import Spooled
from shared.settings import ProcessSettings
from shared.usecases.deliver_message import deliver_message
from shared.usecases.evaluate_message import evaluate_message
from shared.wiring import connect
from tests.support.app import OUTSIDE, SENDER
from tests.support.azurite import Azurite
from tests.support.dns_server import DnsServer
from tests.support.next_hop_server import NextHopServer as Server
from tests.support.records import make_reception
from tests.support.signing import arc_result, dkim_results, record, rsa_pem, signer

NAMES = {"m365": "m365._domainkey.aozora.example", "s1": "s1._domainkey.aozora.example"}
PUBLISHED = {name: record(rsa_pem(key)) for key, name in NAMES.items()}
HEAD = (
    f"From: Hanako <{SENDER}>\r\nTo: {OUTSIDE}\r\nSubject: Estimate\r\n"
    "Message-ID: <1@aozora.example>\r\nDate: Sat, 21 Nov 2026 18:00:00 +0900\r\n\r\n"
).encode()


class Site:
    """One tenant that signs and seals, on Azurite, with a next hop and a name server."""

    def __init__(self, azurite: Azurite, directory: Path, hop: Server, dns: DnsServer) -> None:
        keys = directory / "keys.json"
        secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"
        keys.write_text(json.dumps({"trace": [{"kid": "1", "secret": secret}]}))
        secrets = directory / "secrets.json"
        secrets.write_text(json.dumps({"dkim": rsa_pem("s1")}))
        for file in (keys, secrets):
            file.chmod(0o600)
        self.process = ProcessSettings(
            storage=azurite.connection_string,
            keys_file=str(keys),
            secrets_file=str(secrets),
            next_hop_networks="127.0.0.0/8",
            dns_servers=dns.address,
        )
        prepare_storage(self.process)
        self.app: App = connect(self.process)
        self.hop = hop
        self.tenant = f"t{uuid4().hex}"
        self.app.settings.save(
            TenantSettings(
                tenant_id=self.tenant,
                domains=("aozora.example",),
                routes=(Route(servers=(NextHopServer(host="127.0.0.1", port=hop.port, starttls="none"),)),),
                rules=(),
                signing=Signing(dkim=(DkimKey(domain="aozora.example", selector="s1", secret="dkim"),), arc=True),
            )
        )

    def send(self, message: bytes) -> bytes:
        """Through spool, decision and delivery; what the next hop has."""
        ref = MessageRef(self.tenant, new_queue_id(datetime.now(UTC), uuid4().bytes[:10]))
        spooled = Spooled(ref, Envelope(SENDER, (OUTSIDE,)), make_reception(size=len(message), at=datetime.now(UTC)))

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(message), 100_000):
                yield message[start : start + 100_000]

        async def spool() -> None:
            writer = BlobSpoolWriter(self.process.storage, timeout_seconds=60)
            await writer.write(spooled, chunks())
            await writer.close()

        asyncio.run(spool())
        assert evaluate_message(self.app, ref)
        deliver_message(self.app, ref)
        stored = self.app.messages.load(ref)
        assert stored is not None
        assert stored.record.state is State.DELIVERED
        assert stored.record.variants[0].signed
        return self.hop.messages[-1].data


@pytest.fixture
def site(azurite: Azurite, tmp_path: Path) -> Iterator[Site]:
    """The whole of it, the keys published."""
    with Server() as hop, DnsServer() as dns:
        for name, text in PUBLISHED.items():
            dns.put(name, "TXT", text)
        yield Site(azurite, tmp_path, hop, dns)


def by_m365(message: bytes) -> bytes:
    """The message as Exchange Online hands it over."""
    head, body = split([message])
    by = signer(rsa_pem("m365"), "aozora.example", "m365")
    return dkim_signature(read_fields(head), hash_body(body), by, datetime.now(UTC)) + message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Hello.\r\n..\r\n.dots\r\n \r\n\r\n",
        b"bare\nline\n ends",
        "こんにちは \t\r\n".encode() * 1000,
        b"word  word \r\n" * 500_000,
    ],
    ids=["empty", "dots", "bare-lf", "8-bit", "large"],
)
def test_what_arrives_holds(site: Site, body: bytes) -> None:
    message = by_m365(HEAD + body)
    arrived = site.send(message)
    assert arrived.startswith(b"ARC-Seal: i=1; ")
    assert dkim_results(arrived, PUBLISHED) == [True, True]
    assert arc_result(arrived, PUBLISHED) == "pass"
    assert b"ARC-Authentication-Results: i=1; matta.localhost;\r\n\tdkim=pass header.d=aozora.example" in arrived
    assert message in arrived or not message.endswith(b"\r\n")


def test_a_sealed_message_that_comes_again_is_sealed_again(site: Site) -> None:
    first = site.send(by_m365(HEAD + b"Hello.\r\n"))
    cut = first.index(b"X-Matta-Trace:")
    second = site.send(first[:cut] + first[first.index(b"DKIM-Signature:", cut) :])  # another pass, not a loop
    assert second.startswith(b"ARC-Seal: i=2; ")
    assert arc_result(second, PUBLISHED) == "pass"
    assert dkim_results(second, PUBLISHED) == [True, True, True]
