"""A whole Matta for end-to-end tests: the instance that `./dev up` runs, what people see of it, and its stored state.

Times are shorter than in service, so that a claim that died with its worker is taken over within a test's patience.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from local.demo.desk import Arrival, Desk
from local.demo_tenant import TENANT
from local.instance import Instance
from local.layout import Layout, Ports
from local.mailbox.store import MailStore, StoredMessage
from shared.app import App
from shared.core.hold import state
from shared.core.hold.record import Actor, Channel, MessageRecord, Role
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import Delivery, TenantSettings
from shared.ports import SpoolEntry
from shared.settings import read_process_settings
from shared.usecases.commit import commit
from shared.wiring import connect

Result = TypeVar("Result")
SHORT_TIMES = {"MATTA_LEASE_SECONDS": "8", "MATTA_WATCH_SECONDS": "3", "MATTA_SETTINGS_CACHE_SECONDS": "1"}


class Running:
    """One running instance. Use it in a ``with`` block, in the main thread."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.instance = Instance(Layout(directory), Ports.free(), {**SHORT_TIMES, **(environment or {})})
        self._app: App | None = None

    def __enter__(self) -> Running:
        self.instance.__enter__()
        self.desk = Desk(self.instance.endpoints)
        self.change_settings(
            delivery=Delivery(first_pause_seconds=1, longest_pause_seconds=3, deadline_hours=1),
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.instance.__exit__(kind, error, trace)

    @property
    def app(self) -> App:
        """Ports on the instance's storage, to look at what it has stored."""
        if self._app is None:
            self._app = connect(read_process_settings(self.instance.environment))
        return self._app

    @property
    def smtp_port(self) -> int:
        """The relay's port."""
        return self.instance.ports.smtp

    def change_settings(self, **changes: object) -> TenantSettings:
        """Store the demo tenant's settings with these fields changed."""
        present = self.app.settings.tenant(TENANT)
        return self.app.settings.save(msgspec.structs.replace(present, **changes))

    def spooled(self) -> Sequence[SpoolEntry]:
        """Every message that the relay has committed."""
        now = datetime.now(UTC)
        return list(self.app.spool.committed_since(now - timedelta(days=1), now + timedelta(seconds=2)))

    def all_records(self) -> Sequence[MessageRecord]:
        """State of every message that the relay has committed and that was judged, oldest first."""
        refs = sorted(entry.ref for entry in self.spooled())
        with ThreadPoolExecutor(4) as threads:
            return [stored.record for stored in threads.map(self.app.messages.load, refs) if stored is not None]

    def records(self) -> dict[str, MessageRecord]:
        """The same by Message-ID as it stands in the message."""
        return {record.summary.message_id: record for record in self.all_records()}

    def record(self, ref: MessageRef) -> MessageRecord:
        """State of one message."""
        stored = self.app.messages.load(ref)
        assert stored is not None
        return stored.record

    def release(self, record: MessageRecord) -> None:
        """Let a held message go, as its sender."""
        stored = self.app.messages.load(record.ref)
        assert stored is not None
        actor = Actor(Role.SENDER, record.envelope.reverse_path, Channel.LINK)
        commit(self.app, stored, state.release(stored.record, actor, self.app.clock.now()))

    def received(self) -> Sequence[StoredMessage]:
        """Everything that the mailbox has taken, in order, read from its files."""
        return MailStore(self.instance.layout.part("mailbox")).messages()

    def kill(self, name: str) -> None:
        """End a part as a crash would (SIGKILL)."""
        child = self.instance.children[name]
        child.signal(signal.SIGKILL)
        child.process.wait()

    def wait_arrival(self, person: str, fits: Callable[[Arrival], bool], *, seconds: float = 120.0) -> Arrival:
        """The first message to ``person`` that fits."""
        return wait_for(
            lambda: next((arrival for arrival in self.desk.arrivals(person) if fits(arrival)), None), seconds=seconds
        )


def wait_for(look: Callable[[], Result | None], *, seconds: float = 120.0) -> Result:
    """Look again and again until there is something. Raises ``TimeoutError``."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing within {seconds} s")
        time.sleep(0.1)
