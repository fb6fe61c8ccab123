"""``python -m smtp_relay``: the relay as a process. Stage receive."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable

from shared.adapters.backlog_blob import BlobBacklogSource
from shared.adapters.ingress_blob import BlobIngressSource
from shared.adapters.reachable_networks import ReachableNetworks
from shared.adapters.secrets_source import secrets_of
from shared.adapters.spool_blob_writer import BlobSpoolWriter
from shared.errors import MattaError
from shared.settings import VERSION
from smtp_relay.configuration import RelayConfiguration, read_configuration
from smtp_relay.egress import EgressProxy
from smtp_relay.events import CommitEvents
from smtp_relay.logs import EventLog, route_library_logs
from smtp_relay.relay import Relay
from smtp_relay.server import RelayServer
from smtp_relay.tls import TlsFiles


async def run(configuration: RelayConfiguration, log: EventLog) -> None:
    """Run until SIGTERM or SIGINT; then stop in order."""
    storage = configuration.process.storage
    timeout = configuration.process.storage_timeout
    tls = (
        TlsFiles(
            configuration.cert,
            configuration.key,
            configuration.client_ca,
            public_clients=bool(configuration.exchange_names),
        )
        if configuration.cert
        else None
    )
    events = CommitEvents(configuration.events_url) if configuration.events_url else None
    writer = BlobSpoolWriter(storage, timeout_seconds=timeout, on_commit=events.committed if events else None)
    source = BlobIngressSource(storage, timeout_seconds=timeout)
    backlog = BlobBacklogSource(storage, timeout_seconds=timeout)
    server = RelayServer(Relay(configuration, writer, source, backlog, tls=tls, log=log))
    egress = _egress(configuration, log)
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    starting = asyncio.create_task(server.start())
    stopping = asyncio.create_task(told_to_stop.wait())
    telling = asyncio.create_task(events.run()) if events else None
    await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        await starting
        if egress is not None:
            await egress.start()
        egress_port = -1 if egress is None else egress.port
        log.write(
            "ready",
            version=VERSION,
            host=configuration.host,
            port=server.port,
            health_port=server.health_port,
            egress_port=egress_port if egress_port >= 0 else None,
        )
        await stopping
        log.write("stopping")
    starting.cancel()
    if egress is not None:
        await asyncio.gather(server.stop(), egress.stop(configuration.stop_seconds))
    else:
        await server.stop()
    if events is not None and telling is not None:
        telling.cancel()
        events.close()
    await writer.close()
    await source.close()
    await backlog.close()
    log.write("stopped")


def _egress(configuration: RelayConfiguration, log: EventLog) -> EgressProxy | None:
    if configuration.egress_port < 0:
        return None
    process = configuration.process
    return EgressProxy(configuration, secrets_of(process), ReachableNetworks(process.next_hop_networks), log)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows; asyncio's own loop does the same, slower
        return None
    return uvloop.new_event_loop


def main() -> int:
    """Entry point; returns the exit code. ``--version`` prints the version and nothing is started."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"matta smtp_relay {VERSION}\n")
        return 0
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
