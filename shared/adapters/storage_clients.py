"""Clients of the storage SDKs, made once for each process and account, with time-outs and without retries of their own.

The packages load when the first client is made. Clients are safe to use from several threads.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from shared.settings import ProcessSettings

if TYPE_CHECKING:
    from azure.core.pipeline.transport import RequestsTransport
    from azure.data.tables import TableClient
    from azure.storage.blob import ContainerClient
    from azure.storage.queue import QueueClient

_CONNECT_SECONDS = 3.0
_CONNECTIONS = 32
"""Idle connections kept to one service; more threads than that still work, with connections that are not kept."""


def table_client(process: ProcessSettings, table: str) -> TableClient:
    """The client of one table."""
    return _table_client(process.storage, process.storage_timeout, table)


def queue_client(process: ProcessSettings, queue: str) -> QueueClient:
    """The client of one queue, with messages in base64 as queue triggers read them."""
    return _queue_client(process.storage, process.storage_timeout, queue)


def container_client(process: ProcessSettings, container: str) -> ContainerClient:
    """The client of one blob container."""
    return _container_client(process.storage, process.storage_timeout, container)


@cache
def _transport(timeout_seconds: float) -> RequestsTransport:
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import HTTPAdapter

    # At INFO the SDK logs every URL, and with it people's addresses where they are keys.
    logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)
    session = requests.Session()
    # Proxies and .netrc from the environment cost a look at the disk for every single request.
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS, max_retries=0))
    return RequestsTransport(
        session=session,
        session_owner=False,
        use_env_settings=False,
        connection_timeout=min(_CONNECT_SECONDS, timeout_seconds),
        read_timeout=timeout_seconds,
    )


@cache
def _table_client(connection_string: str, timeout_seconds: float, table: str) -> TableClient:
    from azure.data.tables import TableClient

    return TableClient.from_connection_string(
        connection_string, table, transport=_transport(timeout_seconds), retry_total=0
    )


@cache
def _queue_client(connection_string: str, timeout_seconds: float, queue: str) -> QueueClient:
    from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy

    return QueueClient.from_connection_string(
        connection_string,
        queue,
        transport=_transport(timeout_seconds),
        retry_total=0,
        message_encode_policy=TextBase64EncodePolicy(),
        message_decode_policy=TextBase64DecodePolicy(),
    )


@cache
def _container_client(connection_string: str, timeout_seconds: float, container: str) -> ContainerClient:
    from azure.storage.blob import ContainerClient

    return ContainerClient.from_connection_string(
        connection_string, container, transport=_transport(timeout_seconds), retry_total=0
    )
