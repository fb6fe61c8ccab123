"""One storage service by its REST interface, as thin as it gets, for threads: signed requests over kept connections.

Used where the functions (stages 3 to 6) touch storage for every single message; there the SDK's pipelines cost several
times what storage itself takes (docs/adr/0066). Everything else keeps the SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from shared.adapters.storage_account import Service, StorageAccount, account_from, is_refusal
from shared.adapters.storage_http_answer import Response
from shared.adapters.storage_http_threads import ThreadedHttpPool
from shared.adapters.storage_signatures import authorised
from shared.errors import PermanentError
from shared.settings import ProcessSettings

_CONNECT_SECONDS = 3.0
_ERROR_BYTES = 2048
_CONNECTIONS = 64
"""More than a process has threads: PYTHON_THREADPOOL_THREAD_COUNT is 32 at most."""


class StorageService:
    """Requests to one service. Safe to use from several threads."""

    def __init__(self, account: StorageAccount, service: Service, timeout_seconds: float) -> None:
        """``timeout_seconds`` bounds one request, connecting included. No connection is made here."""
        parts = urlsplit(account.endpoint)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise PermanentError("the storage connection string names no HTTP endpoint")
        if account.tokens is not None and parts.scheme != "https":
            raise PermanentError("bearer tokens go to storage over TLS only")
        self.endpoint = account.endpoint
        self._account = account
        self._table = service == "table"
        self._timeout = timeout_seconds
        self._base_path = parts.path
        self._host = parts.netloc.rpartition("@")[2]
        tls = parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        self._pool = ThreadedHttpPool(
            parts.hostname, port, tls=tls, connections=_CONNECTIONS, connect_seconds=_CONNECT_SECONDS
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Response:
        """One request to ``path``, which begins with ``/`` and is encoded already; within the time bound.

        Every answer, also an error, is returned. Raises ``OSError`` where none came, ``StorageUnavailable`` where no
        token could be had. A request whose token was refused was not carried out: it is sent once more with another.
        """
        token = self._account.token()
        answer = self._send(method, path, query, headers, body, token)
        if token and is_refusal(answer.status, _error_code(answer)) and (other := self._other(token)):
            answer = self._send(method, path, query, headers, body, other)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        body: bytes,
        token: str,
    ) -> Response:
        place = self._base_path + path
        target, sent = authorised(
            self._account, method, place, query or {}, headers or {}, len(body), table=self._table, token=token
        )
        fields = "".join([f"{name}: {value}\r\n" for name, value in sent.items()])
        head = f"{method} {target} HTTP/1.1\r\nHost: {self._host}\r\n{fields}\r\n".encode("latin-1")
        return self._pool.exchange(head + body, self._timeout, without_body=method == "HEAD")

    def _other(self, refused: str) -> str:
        """Another token in place of one that was refused, ``""`` where there is no other."""
        assert self._account.tokens is not None
        self._account.tokens.refused(refused)
        token = self._account.token()
        return "" if token == refused else token


def _error_code(answer: Response) -> str:
    """Storage's word for an error; tables say it in the body."""
    code = answer.headers.get("x-ms-error-code", "")
    return code or ("AuthenticationFailed" if b"AuthenticationFailed" in answer.body[:_ERROR_BYTES] else "")


def storage_service(process: ProcessSettings, service: Service) -> StorageService:
    """The service of a process's storage account, made once, so that everybody shares its connections."""
    return _service(process.storage, process.storage_timeout, service)


@cache
def _service(connection_string: str, timeout_seconds: float, service: Service) -> StorageService:
    return StorageService(account_from(connection_string, service), service, timeout_seconds)
