"""Where a storage account's services are and by what right they are used, read from a connection string.

Besides Azure's forms (account key, shared access signature) there is one of our own for a managed identity, which
``shared/settings.py`` writes and nobody else needs to: ``BlobEndpoint=https://…;Identity=managed;ClientId=…``.

Source: learn.microsoft.com/azure/storage/common/storage-configure-connection-string
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from shared.adapters.identity_tokens import STORAGE, identity_tokens
from shared.errors import PermanentError, StorageUnavailable, TemporaryError

Service = Literal["blob", "queue", "table"]
_DEVELOPMENT = {
    # Account name and key of the storage emulator are public: learn.microsoft.com/azure/storage/common/storage-connect-azurite
    "AccountName": "devstoreaccount1",
    "AccountKey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "BlobEndpoint": "http://127.0.0.1:10000/devstoreaccount1",
    "QueueEndpoint": "http://127.0.0.1:10001/devstoreaccount1",
    "TableEndpoint": "http://127.0.0.1:10002/devstoreaccount1",
}


class TokenSource(Protocol):
    """Bearer tokens for storage."""

    def current(self) -> str:
        """A token that is valid now, without any waiting; ``""`` where there is none."""
        ...

    def value(self) -> str:
        """A token that is valid now; may take a while. Raises ``TemporaryError``."""
        ...

    def refused(self, token: str) -> None:
        """Storage did not take that token: the next one should be another."""
        ...


@dataclass(frozen=True, slots=True)
class StorageAccount:
    """One service of a storage account and the means to authorise requests: a key, a shared access signature or tokens."""

    endpoint: str
    name: str
    key: bytes = field(default=b"", repr=False)
    signature: str = field(default="", repr=False)
    tokens: TokenSource | None = field(default=None, repr=False)

    def token(self) -> str:
        """A token that is valid now, ``""`` where the account is not used by tokens. Raises ``StorageUnavailable``."""
        if self.tokens is None:
            return ""
        try:
            return self.tokens.value()
        except TemporaryError as error:
            raise StorageUnavailable(f"no token for storage: {error}") from error


def is_refusal(status: int, error_code: str) -> bool:
    """Whether an answer says that a token does not count, and not only that it does not suffice for something.

    learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes: what is wrong with a token is 401, in some
    services 403 with this code; a missing role is 403 with another one.
    """
    return status == 401 or (status == 403 and error_code == "AuthenticationFailed")


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
    if parts.get("Identity") == "managed" and endpoint:
        if urlsplit(endpoint).scheme != "https":
            raise PermanentError("an identity's tokens go to storage over TLS only: its addresses begin with https")
        tokens = identity_tokens(STORAGE, parts.get("ClientId", ""))
        return StorageAccount(endpoint.rstrip("/"), name, tokens=tokens)
    if not endpoint or not ((name and key) or signature):
        raise PermanentError(
            f"the storage connection string must name the {service} service and an account key or signature"
        )
    return StorageAccount(endpoint.rstrip("/"), name, key, signature)
