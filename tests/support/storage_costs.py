"""What storage charges for: every request that one message makes, on a real Azurite behind counting proxies.

The relay's writer, the functions' use cases and the next hop are the real ones; queue messages are carried to their
functions as the host would, and their receive and delete are counted by hand, since the host makes them.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from azure.storage.queue import QueueClient

from shared.adapters.secrets_file import create_keys_file
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.adapters.storage_setup import prepare_storage
from shared.app import App
from shared.core.hold import state
from shared.core.hold.record import Actor, Channel, Role, State
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.policy.tenant_settings import NextHopServer, Route, RuleAssignment, TenantSettings
from shared.ports_relay import Spooled
from shared.settings import ProcessSettings
from shared.usecases.commit import commit
from shared.usecases.evaluate_message import evaluate_blob
from shared.usecases.notify import notify_item
from shared.usecases.work_off import work_off
from shared.wiring import connect
from tests.support.azurite import Azurite
from tests.support.next_hop import NextHop
from tests.support.storage_proxy import StorageProxy

SENDER, INSIDE, OUTSIDE = "sato@aozora.example", "suzuki@aozora.example", "tanaka@hoshizora.example"
TENANT = "demo"
_WORK = {"deliver": work_off, "notify": notify_item}


@dataclass
class Counted:
    """Requests by service so far."""

    proxies: dict[str, StorageProxy]
    by_host: Counter[str] = field(default_factory=Counter)

    def take(self) -> Counter[str]:
        """``{"blob": …, "table": …, "queue": …}`` since the last time, those of the host among them."""
        found = self.by_host + Counter({name: len(proxy.requests) for name, proxy in self.proxies.items()})
        for proxy in self.proxies.values():
            proxy.requests.clear()
        self.by_host.clear()
        return found


@dataclass
class Installation:
    """A whole mail flow in this process."""

    app: App
    counted: Counted
    plain: ProcessSettings

    def send(self, to: str, data: bytes) -> MessageRef:
        """What the relay does with one message."""
        ref = MessageRef(TENANT, new_queue_id(datetime.now(UTC), self.app.random.token(RANDOM_BYTES)))
        reception = Reception(datetime.now(UTC), "127.0.0.1", "c", "ESMTP", "", "peer", "relay", "s", 0)

        async def chunks() -> AsyncIterator[bytes]:
            yield data

        async def write() -> None:
            writer = BlobSpoolWriter(self.app.process.storage, timeout_seconds=10)
            await writer.write(Spooled(ref, Envelope(SENDER, (to,)), reception), chunks())
            await writer.close()

        asyncio.run(write())
        return ref

    def judge(self, ref: MessageRef) -> None:
        """What the blob trigger does."""
        evaluate_blob(self.app, ref.blob_name)

    def release(self, ref: MessageRef) -> None:
        """What the sender's decision does, without the page that it is taken on."""
        stored = self.app.messages.load(ref)
        assert stored is not None
        actor = Actor(Role.SENDER, SENDER, Channel.LINK)
        commit(self.app, stored, state.release(stored.record, actor, self.app.clock.now()))

    def work(self) -> None:
        """Carry every queue message to its function: one receive and one delete for each."""
        while True:
            moved = 0
            for name, do in _WORK.items():
                with QueueClient.from_connection_string(self.plain.storage, name) as queue:
                    for item in queue.receive_messages():
                        do(self.app, base64.b64decode(item.content))
                        queue.delete_message(item)
                        self.counted.by_host["queue"] += 2
                        moved += 1
            if not moved:
                return

    def state(self, ref: MessageRef) -> State:
        """Where a message stands."""
        stored = self.app.messages.load(ref)
        assert stored is not None
        return stored.record.state


@contextmanager
def installation(directory: Path) -> Iterator[Installation]:
    """Storage, next hop and settings of a tenant that holds what goes outside."""
    with ExitStack() as stack:
        azurite = Azurite(directory / "azurite")
        azurite.start()
        stack.callback(azurite.stop)
        hop = stack.enter_context(NextHop(directory / "hop"))
        plain = ProcessSettings(storage=azurite.connection_string)
        prepare_storage(plain)
        proxies = {name: stack.enter_context(StorageProxy(azurite, name)) for name in ("blob", "queue", "table")}
        text = azurite.connection_string
        for name, proxy in proxies.items():
            endpoint = f"{name.capitalize()}Endpoint"
            found = re.search(rf"{endpoint}=([^;]+)", proxy.connection_string)
            assert found is not None
            text = re.sub(rf"{endpoint}=[^;]+", f"{endpoint}={found[1]}", text)
        keys = directory / "keys.json"
        create_keys_file(keys)
        process = ProcessSettings(
            storage=text, keys_file=str(keys), settings_cache_seconds=3600, next_hop_networks="127.0.0.0/8"
        )
        app = connect(process)
        app.settings.save(
            TenantSettings(
                tenant_id=TENANT,
                domains=("aozora.example",),
                routes=(Route(servers=(NextHopServer(host="127.0.0.1", port=hop.port, starttls="none"),)),),
                rules=(RuleAssignment(id="external", rule="recipient-external"),),
            )
        )
        counted = Counted(proxies)
        yield Installation(app, counted, plain)
