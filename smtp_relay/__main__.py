"""``python -m smtp_relay``: the relay as a process. Stage receive."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable

from shared.adapters.ingress_blob import BlobIngressSource
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.errors import MattaError
from smtp_relay.configuration import RelayConfiguration, read_configuration
from smtp_relay.logs import EventLog, route_library_logs
from smtp_relay.relay import Relay
from smtp_relay.server import RelayServer
from smtp_relay.tls import TlsFiles


async def run(configuration: RelayConfiguration, log: EventLog) -> None:
    """Run until SIGTERM or SIGINT; then stop in order."""
    storage = configuration.process.storage
    timeout = configuration.process.storage_timeout
    tls = TlsFiles(configuration.cert, configuration.key, configuration.client_ca) if configuration.cert else None
    writer = BlobSpoolWriter(storage, timeout_seconds=timeout)
    source = BlobIngressSource(storage, timeout_seconds=timeout)
    server = RelayServer(Relay(configuration, writer, source, tls=tls, log=log))
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    starting = asyncio.create_task(server.start())
    stopping = asyncio.create_task(told_to_stop.wait())
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        await starting
        log.write("ready", host=configuration.host, port=server.port, health_port=server.health_port)
        await stopping
        log.write("stopping")
    starting.cancel()
    await server.stop()
    await writer.close()
    await source.close()
    log.write("stopped")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows; asyncio's own loop does the same, slower
        return None
    return uvloop.new_event_loop


def main() -> int:
    """Entry point; returns the exit code."""
    log = EventLog()
    route_library_logs(log)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run(read_configuration(), log))
    except (MattaError, OSError) as error:
        sys.stderr.write(f"smtp_relay: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
