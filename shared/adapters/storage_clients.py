"""Clients of the storage SDKs, made once for each process and account, with time-outs and without retries of their own.

The packages load when the first client is made. Clients are safe to use from several threads.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.adapters.storage_account import Service, StorageAccount, account_from
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
        connection_verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
    )


class _Credential:
    """An identity's tokens as the SDKs want them (``azure.core.credentials.TokenCredential``)."""

    def __init__(self, account: StorageAccount) -> None:
        self._account = account

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """A token that is valid now, for storage whatever the scope. Raises ``StorageUnavailable``."""
        from azure.core.credentials import AccessToken

        if self._account.tokens is not None and (options.get("tenant_id") or options.get("claims")):
            # Only after a 401 does the SDK say so much: storage did not take the token.
            self._account.tokens.refused(self._account.tokens.current())
        # The SDK would keep a token for as long as it lasts; ours are kept, renewed and refused in one place.
        return AccessToken(self._account.token(), 0)


def _by_identity(connection_string: str, service: Service) -> StorageAccount | None:
    """The service, where an identity is what gives the right to use it."""
    if "Identity=" not in connection_string:
        return None
    account = account_from(connection_string, service)
    return account if account.tokens is not None else None


@cache
def _table_client(connection_string: str, timeout_seconds: float, table: str) -> TableClient:
    from azure.data.tables import TableClient

    options: dict[str, Any] = {"transport": _transport(timeout_seconds), "retry_total": 0}
    if (account := _by_identity(connection_string, "table")) is not None:
        return TableClient(account.endpoint, table, credential=_Credential(account), **options)
    return TableClient.from_connection_string(connection_string, table, **options)


@cache
def _queue_client(connection_string: str, timeout_seconds: float, queue: str) -> QueueClient:
    from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy

    options: dict[str, Any] = {
        "transport": _transport(timeout_seconds),
        "retry_total": 0,
        "message_encode_policy": TextBase64EncodePolicy(),
        "message_decode_policy": TextBase64DecodePolicy(),
    }
    if (account := _by_identity(connection_string, "queue")) is not None:
        return QueueClient(account.endpoint, queue, credential=_Credential(account), **options)
    return QueueClient.from_connection_string(connection_string, queue, **options)


@cache
def _container_client(connection_string: str, timeout_seconds: float, container: str) -> ContainerClient:
    from azure.storage.blob import ContainerClient

    options: dict[str, Any] = {"transport": _transport(timeout_seconds), "retry_total": 0}
    if (account := _by_identity(connection_string, "blob")) is not None:
        return ContainerClient(account.endpoint, container, credential=_Credential(account), **options)
    return ContainerClient.from_connection_string(connection_string, container, **options)
