"""An egress proxy for tests: the real one, in a thread, with the networks and keys that the test gives."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.adapters.reachable_networks import ReachableNetworks
from shared.ports import Secrets
from shared.settings import ProcessSettings
from smtp_relay.configuration import RelayConfiguration
from smtp_relay.egress import EgressProxy
from smtp_relay.logs import EventLog
from tests.fakes.secrets import FakeSecrets
from tests.support.certificates import issued


class RunningEgress:
    """``proxy`` and what it logged. ``loop`` is its thread's."""

    def __init__(self, proxy: EgressProxy, output: io.StringIO) -> None:
        self.proxy = proxy
        self._output = output

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.proxy.port

    @property
    def log(self) -> list[dict[str, Any]]:
        """What it logged so far."""
        return [json.loads(line) for line in self._output.getvalue().splitlines()]


@contextmanager
def running_egress(
    directory: Path, *, networks: str = "127.0.0.0/8", secrets: Secrets | None = None, **configuration: Any
) -> Iterator[RunningEgress]:
    """Listens on 127.0.0.1 while the block lasts. Keywords are fields of ``RelayConfiguration``."""
    certificate = issued(directory, "127.0.0.1")
    output = io.StringIO()
    values = {"egress_port": 0, "cert": str(certificate.cert), "key": str(certificate.key), **configuration}
    proxy = EgressProxy(
        RelayConfiguration(ProcessSettings(storage="unused"), **values),
        secrets or FakeSecrets(),
        ReachableNetworks(networks),
        EventLog(output),
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="egress", daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(30)
    try:
        yield RunningEgress(proxy, output)
    finally:
        asyncio.run_coroutine_threadsafe(proxy.stop(1.0), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
