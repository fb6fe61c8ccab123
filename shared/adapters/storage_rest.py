"""Blob storage's REST interface, asynchronous and as thin as it gets: signed requests over a plain HTTP client.

Used by the relay (stage receive), whose whole cost is one small PUT: the storage SDK spends several times as long on it
as storage itself. Requests and errors: learn.microsoft.com/rest/api/storageservices/blob-service-rest-api.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from shared.adapters.storage_account import StorageAccount, account_from, is_refusal
from shared.adapters.storage_http import HttpPool
from shared.adapters.storage_signatures import authorised
from shared.errors import PermanentError, StorageUnavailable

__all__ = ["Answer", "BlobRest", "account_from"]


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

    def __init__(self, account: StorageAccount, *, timeout_seconds: float, connections: int = 64) -> None:
        """``timeout_seconds`` bounds one request, the wait for a free connection included."""
        self._account = account
        self._token_wait: asyncio.Task[str] | None = None
        self._timeout = timeout_seconds
        parts = urlsplit(account.endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PermanentError("the storage connection string names no HTTP endpoint")
        if account.tokens is not None and parts.scheme != "https":
            raise PermanentError("bearer tokens go to storage over TLS only")
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

        Raises ``StorageUnavailable`` where no answer or no token came; every answer, also an error, is returned. A
        request whose token was refused was not carried out: it is sent once more with another one.
        """
        try:
            async with asyncio.timeout(self._timeout):
                token = await self._token()
                request = self.prepare(method, path, query=query, headers=headers, body=body, token=token)
                response = await self._pool.exchange(request, without_body=method == "HEAD")
                if token and is_refusal(response.status, response.headers.get("x-ms-error-code", "")):
                    other = await self._token(refused=token)
                    if other != token:
                        request = self.prepare(method, path, query=query, headers=headers, body=body, token=other)
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
        token: str = "",
    ) -> bytes:
        """The request as it goes over the wire, signed, or with a token."""
        place = f"{self._base_path}/{quote(path, safe='/')}"
        target, signed = authorised(self._account, method, place, query or {}, headers or {}, len(body), token=token)
        fields = "".join([f"{name}: {value}\r\n" for name, value in signed.items()])
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\n{fields}\r\n".encode("latin-1")
        return head + body if body else head

    async def close(self) -> None:
        """Let the connections go."""
        self._pool.close()

    async def _token(self, refused: str = "") -> str:
        """A token that is valid now, ``""`` where none is needed. Raises ``StorageUnavailable``.

        Mostly there is one at hand. Where there is not, one thread waits for it and never the event loop, and everybody
        waits for that thread.
        """
        tokens = self._account.tokens
        if tokens is None:
            return ""
        if refused:
            tokens.refused(refused)
        if token := tokens.current():
            return token
        if self._token_wait is None or self._token_wait.done():
            self._token_wait = asyncio.create_task(asyncio.to_thread(self._account.token))
            # Whoever waited may have given up: a failure that nobody asks for any more is no news.
            self._token_wait.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._token_wait)
