"""Blob storage's REST interface, asynchronous and as thin as it gets: signed requests over a plain HTTP client.

Used by the relay (stage receive), whose whole cost is one small PUT: the storage SDK spends several times as long on it
as storage itself. Requests and errors: learn.microsoft.com/rest/api/storageservices/blob-service-rest-api.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import quote, urlsplit

from shared.adapters.storage_http import HttpPool
from shared.errors import PermanentError, StorageUnavailable

_VERSION = "2021-12-02"
_DEVELOPMENT = {
    # Account name and key of the storage emulator are public: learn.microsoft.com/azure/storage/common/storage-connect-azurite
    "AccountName": "devstoreaccount1",
    "AccountKey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "BlobEndpoint": "http://127.0.0.1:10000/devstoreaccount1",
}


@dataclass(frozen=True, slots=True)
class BlobAccount:
    """A storage account's blob service and the means to sign requests to it: a key, or a shared access signature."""

    endpoint: str
    name: str
    key: bytes = field(default=b"", repr=False)
    signature: str = field(default="", repr=False)


def account_from(connection_string: str) -> BlobAccount:
    """The blob service that a storage connection string names. Raises ``PermanentError``; never shows the string."""
    parts: dict[str, str] = {}
    for piece in connection_string.split(";"):
        name, equals, value = piece.strip().partition("=")
        if equals:
            parts[name] = value
    if parts.get("UseDevelopmentStorage", "").lower() == "true":
        parts = {**_DEVELOPMENT, **parts}
    name = parts.get("AccountName", "")
    endpoint = parts.get("BlobEndpoint", "")
    if not endpoint and name:
        protocol = parts.get("DefaultEndpointsProtocol", "https")
        endpoint = f"{protocol}://{name}.blob.{parts.get('EndpointSuffix', 'core.windows.net')}"
    try:
        key = base64.b64decode(parts.get("AccountKey", ""), validate=True)
    except ValueError:
        raise PermanentError("the storage connection string holds an account key that is not base64") from None
    signature = parts.get("SharedAccessSignature", "").lstrip("?")
    if not endpoint or not ((name and key) or signature):
        raise PermanentError("the storage connection string must name the blob service and an account key or signature")
    return BlobAccount(endpoint.rstrip("/"), name, key, signature)


@dataclass(frozen=True, slots=True)
class Answer:
    """What storage answered. ``headers`` have names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """Storage's error code, or an empty string."""
        return self.headers.get("x-ms-error-code", "")

    def unexpected(self, what: str) -> StorageUnavailable:
        """The error to raise where this answer means failure."""
        return StorageUnavailable(f"{what}: HTTP {self.status} {self.error}".rstrip())


class BlobRest:
    """Requests to one account over kept connections. Belongs to one event loop; ``close`` it there."""

    def __init__(self, account: BlobAccount, *, timeout_seconds: float, connections: int = 64) -> None:
        """``timeout_seconds`` bounds one request, the wait for a free connection included."""
        self._account = account
        self._timeout = timeout_seconds
        parts = urlsplit(account.endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PermanentError("the storage connection string names no HTTP endpoint")
        self._base_path = parts.path
        self._host = parts.netloc.rpartition("@")[2]
        tls = parts.scheme == "https"
        self._pool = HttpPool(parts.hostname, parts.port or (443 if tls else 80), tls=tls, connections=connections)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """One request to ``path`` (``container`` or ``container/blob``), within the time bound.

        Raises ``StorageUnavailable`` where no answer came; every answer, also an error, is returned.
        """
        request = self.prepare(method, path, query=query, headers=headers, body=body)
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._pool.exchange(request, without_body=method == "HEAD")
        except TimeoutError as error:
            raise StorageUnavailable(f"storage gave no answer within {self._timeout} seconds") from error
        except OSError as error:
            raise StorageUnavailable(f"storage cannot be reached: {type(error).__name__}: {error}") from error
        return Answer(response.status, response.headers, response.body)

    def prepare(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> bytes:
        """The request as it goes over the wire, signed."""
        target, signed = self._sign(method, path, query or {}, headers or {}, len(body))
        fields = "".join([f"{name}: {value}\r\n" for name, value in signed.items()])
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\n{fields}\r\n".encode("latin-1")
        return head + body if body else head

    async def close(self) -> None:
        """Let the connections go."""
        self._pool.close()

    def _sign(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], length: int
    ) -> tuple[str, dict[str, str]]:
        """Request target and headers of a request, authorised.

        Shared Key: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
        """
        encoded = quote(path, safe="/")
        sent = {
            **headers,
            "x-ms-date": formatdate(usegmt=True),
            "x-ms-version": _VERSION,
            "Content-Length": str(length),
        }
        arguments = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items())
        if not self._account.key:
            arguments = f"{arguments}&{self._account.signature}" if arguments else self._account.signature
        else:
            lower = {name.lower(): value for name, value in sent.items()}
            text = "\n".join(
                (
                    method,
                    "",
                    "",
                    str(length) if length else "",
                    lower.get("content-md5", ""),
                    lower.get("content-type", ""),
                    "",
                    lower.get("if-modified-since", ""),
                    lower.get("if-match", ""),
                    lower.get("if-none-match", ""),
                    lower.get("if-unmodified-since", ""),
                    lower.get("range", ""),
                    *(f"{name}:{lower[name]}" for name in sorted(lower) if name.startswith("x-ms-")),
                    f"/{self._account.name}{self._base_path}/{encoded}",
                    *(f"{name}:{query[name]}" for name in sorted(query)),
                )
            )
            digest = hmac.digest(self._account.key, text.encode(), hashlib.sha256)
            sent["Authorization"] = f"SharedKey {self._account.name}:{base64.b64encode(digest).decode('ascii')}"
        target = f"{self._base_path}/{encoded}"
        return (f"{target}?{arguments}" if arguments else target), sent
