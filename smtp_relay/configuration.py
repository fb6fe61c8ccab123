"""What the relay is told by its environment: where it listens, its certificate, its limits. Stage receive.

docs/OPERATIONS.md lists the variables; each field here is ``MATTA_RELAY_<NAME>``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from shared.adapters.spool_blob_format import LONGEST_TRANSFER
from shared.settings import MisconfiguredProcess, ProcessSettings, read_process_settings

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True, slots=True)
class RelayConfiguration:
    """All that an operator can set. Times are in seconds, sizes in bytes; port 0 means any free one."""

    process: ProcessSettings
    host: str = "127.0.0.1"
    port: int = 2525
    health_host: str = "127.0.0.1"
    health_port: int = -1
    """Port of ``GET /healthz``; below 0 there is none."""
    egress_host: str = "127.0.0.1"
    egress_port: int = -1
    """Port of the egress proxy; below 0 there is none."""
    egress_targets: str = "25,465,587"
    """Ports of next hops that the proxy connects to, with commas between."""
    egress_connections: int = 200
    egress_seconds: float = 300.0
    """How long one of its connections may be silent."""
    cert: str = ""
    """PEM file with the relay's certificate and chain; without one there is no STARTTLS."""
    key: str = ""
    """PEM file with its private key; empty where ``cert`` holds it, too."""
    client_ca: str = ""
    """PEM file with the client certificates (or their issuers) that may be shown; without it none is asked for."""
    exchange_peers: str = ""
    """Ranges of Exchange Online's shared servers, with commas between: what comes from there is no tenant's by address."""
    exchange_names: str = ""
    """Names, with commas between, of which one (or one below it) in a client certificate from a public authority shows
    such a server where addresses are hidden (``mail.protection.outlook.com``)."""
    proxy_peers: str = ""
    """Ranges of proxies before the relay, with commas between: an address of these says nothing about the client."""
    proxy_protocol: bool = False
    """Whether those proxies begin each connection with a PROXY header that names the client."""
    proxy_seconds: float = 10.0
    """Longest wait for that header."""
    events_url: str = ""
    """Where commits are told as Event Grid tells them (``http://127.0.0.1:7071/runtime/webhooks/blobs``): for one machine,
    whose storage raises no events. Empty on Azure."""
    size: int = 150 * 1024 * 1024
    """Largest message."""
    recipients: int = 1000
    connections: int = 300
    connections_per_peer: int = 100
    connections_per_tenant: int = 150
    """Connections of one tenant at a time, so that one cannot shut the others out."""
    stranger_connections: int = 50
    """Connections at a time of peers whose tenant is not known yet."""
    stranger_connections_per_peer: int = 10
    """The same of one such peer, so that one cannot shut the others out."""
    bad_commands: int = 10
    """Mistakes after which a session ends."""
    command_seconds: float = 300.0
    """Longest wait for a command (RFC 5321 section 4.5.3.2.7 asks for 5 minutes)."""
    stranger_seconds: float = 30.0
    """The same while the tenant is not known."""
    session_seconds: float = 3600.0
    """Longest life of a session; a message on its way is finished first."""
    data_seconds: float = 1800.0
    """Longest time for one message's content."""
    data_pause_seconds: float = 180.0
    """Content must grow by ``data_progress`` in this time (RFC 5321 section 4.5.3.2.5 asks for 3 minutes)."""
    data_progress: int = 4096
    memory: int = 256 * 1024 * 1024
    """Bytes of messages that may be held at a time; a further message waits, then gets 452."""
    memory_wait_seconds: float = 30.0
    """How long it waits before DATA is answered."""
    slow_backlog_seconds: float = 120.0
    """Age of the oldest unjudged message from which each transaction is slowed down."""
    defer_backlog_seconds: float = 900.0
    """Age from which new transactions are deferred, a trickle apart."""
    slow_pause_seconds: float = 5.0
    """Pause before the reply to MAIL when the backlog is about to be deferred; it grows up to there."""
    trickle_seconds: float = 2.0
    """While transactions are deferred, one in this time is let through."""
    blind_defer_seconds: float = 3600.0
    """How long transactions are deferred on a backlog that nobody has measured anew."""
    storage_failures: int = 5
    """Failures of storage in a row after which transactions are deferred before their content is sent."""
    storage_pause_seconds: float = 1.0
    """Pause before the first message that tries storage again; it doubles up to 30 seconds."""
    commit_seconds: float = 20.0
    """Longest time from the end of a message to the reply."""
    stop_seconds: float = 30.0
    """How long messages on their way may take when the relay is told to stop."""
    rules_seconds: float = 5.0
    """Pause between looks at the tenants' settings."""
    auth_failures: int = 5
    """Wrong passwords of one peer, in ``auth_window_seconds``, after which it is shut out."""
    auth_window_seconds: float = 600.0
    shut_out_seconds: float = 900.0
    auth_delay_seconds: float = 1.0
    """Pause after a first wrong password; it doubles with each further one."""
    auth_without_tls_on_loopback: bool = False
    """Lets a client on this machine authenticate without TLS."""


def read_configuration(environment: Mapping[str, str] | None = None) -> RelayConfiguration:
    """The configuration that the environment gives. Raises ``MisconfiguredProcess`` that names the variable."""
    source = os.environ if environment is None else environment
    values: dict[str, object] = {"process": read_process_settings(source)}
    for item in fields(RelayConfiguration):
        variable = f"MATTA_RELAY_{item.name.upper()}"
        if item.name != "process" and variable in source:
            values[item.name] = _convert(variable, str(item.type), source[variable])
    configuration = RelayConfiguration(**values)  # type: ignore[arg-type]  # converted by field type just above
    _check(configuration)
    return configuration


def _convert(variable: str, kind: str, text: str) -> object:
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError as error:
        raise MisconfiguredProcess(f"{variable} must be a number") from error
    if kind == "bool":
        if text.lower() not in _TRUE | _FALSE:
            raise MisconfiguredProcess(f"{variable} must be 1 or 0")
        return text.lower() in _TRUE
    return text


def _check(configuration: RelayConfiguration) -> None:
    for item in fields(RelayConfiguration):
        value = getattr(configuration, item.name)
        if item.name not in {"port", "health_port", "egress_port"} and item.type in {"int", "float"} and not value > 0:
            raise MisconfiguredProcess(f"MATTA_RELAY_{item.name.upper()} must be above 0")
    for name in ("port", "health_port", "egress_port"):
        if getattr(configuration, name) > 65535:
            raise MisconfiguredProcess(f"MATTA_RELAY_{name.upper()} must be a port number")
    if configuration.port < 0:
        raise MisconfiguredProcess("MATTA_RELAY_PORT must be a port number")
    if configuration.data_seconds + configuration.commit_seconds > LONGEST_TRANSFER.total_seconds():
        # The sweeper looks for a message in the folder of its queue id's hour and this much later.
        raise MisconfiguredProcess(
            "MATTA_RELAY_DATA_SECONDS and MATTA_RELAY_COMMIT_SECONDS together must be within an hour"
        )
    if configuration.egress_port >= 0 and not configuration.cert:
        raise MisconfiguredProcess("MATTA_RELAY_EGRESS_PORT needs MATTA_RELAY_CERT")
    if configuration.client_ca and not configuration.cert:
        raise MisconfiguredProcess(
            "MATTA_RELAY_CLIENT_CA needs MATTA_RELAY_CERT: without TLS there are no certificates"
        )
    if configuration.exchange_names and not configuration.cert:
        raise MisconfiguredProcess("MATTA_RELAY_EXCHANGE_NAMES needs MATTA_RELAY_CERT")
    if configuration.proxy_protocol and not configuration.proxy_peers:
        raise MisconfiguredProcess("MATTA_RELAY_PROXY_PROTOCOL needs MATTA_RELAY_PROXY_PEERS: whose word is taken")
    if configuration.defer_backlog_seconds < configuration.slow_backlog_seconds:
        raise MisconfiguredProcess("MATTA_RELAY_DEFER_BACKLOG_SECONDS must not be below that of slowing down")
    if configuration.key and not configuration.cert:
        raise MisconfiguredProcess("MATTA_RELAY_KEY needs MATTA_RELAY_CERT")
