"""Where a storage account's services are and by what right they are used, read from a connection string.

Source: learn.microsoft.com/azure/storage/common/storage-configure-connection-string
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from shared.errors import PermanentError

Service = Literal["blob", "queue", "table"]
_DEVELOPMENT = {
    # Account name and key of the storage emulator are public: learn.microsoft.com/azure/storage/common/storage-connect-azurite
    "AccountName": "devstoreaccount1",
    "AccountKey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "BlobEndpoint": "http://127.0.0.1:10000/devstoreaccount1",
    "QueueEndpoint": "http://127.0.0.1:10001/devstoreaccount1",
    "TableEndpoint": "http://127.0.0.1:10002/devstoreaccount1",
}


@dataclass(frozen=True, slots=True)
class StorageAccount:
    """One service of a storage account and the means to authorise requests: a key, a shared access signature or tokens.

    ``token`` gives a bearer token that is valid now; it may take a while and raises ``StorageUnavailable``.
    """

    endpoint: str
    name: str
    key: bytes = field(default=b"", repr=False)
    signature: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)


def account_from(connection_string: str, service: Service = "blob") -> StorageAccount:
    """The service that a storage connection string names. Raises ``PermanentError``; never shows the string."""
    parts: dict[str, str] = {}
    for piece in connection_string.split(";"):
        name, equals, value = piece.strip().partition("=")
        if equals:
            parts[name] = value
    if parts.get("UseDevelopmentStorage", "").lower() == "true":
        parts = {**_DEVELOPMENT, **parts}
    name = parts.get("AccountName", "")
    endpoint = parts.get(f"{service.capitalize()}Endpoint", "")
    if not endpoint and name:
        protocol = parts.get("DefaultEndpointsProtocol", "https")
        endpoint = f"{protocol}://{name}.{service}.{parts.get('EndpointSuffix', 'core.windows.net')}"
    try:
        key = base64.b64decode(parts.get("AccountKey", ""), validate=True)
    except ValueError:
        raise PermanentError("the storage connection string holds an account key that is not base64") from None
    signature = parts.get("SharedAccessSignature", "").lstrip("?")
    if not endpoint or not ((name and key) or signature):
        raise PermanentError(
            f"the storage connection string must name the {service} service and an account key or signature"
        )
    return StorageAccount(endpoint.rstrip("/"), name, key, signature)
