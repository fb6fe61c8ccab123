"""One table by the REST interface of Table storage, for what happens to every message (stages 3 to 6).

Errors are those that ``storage_errors.py`` knows: ``RefusedRequest`` for an answer that is an error, ``OSError`` for none.
Nothing is repeated here. Source: learn.microsoft.com/rest/api/storageservices/table-service-rest-api
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from shared.adapters.storage_errors import RefusedRequest, Verdict, verdict
from shared.adapters.storage_http_answer import BrokenConnection, Response
from shared.adapters.storage_service import StorageService, storage_service
from shared.adapters.storage_table_batch import (
    Operation,
    Row,
    error_code_in,
    header_safe,
    read_batch,
    row_path,
    write_batch,
)
from shared.adapters.storage_table_row import StoredRow, read_row, write_row
from shared.settings import ProcessSettings

_HEADERS = {"Accept": "application/json;odata=minimalmetadata", "DataServiceVersion": "3.0"}
_JSON = {**_HEADERS, "Content-Type": "application/json"}
_NEXT = ("NextPartitionKey", "NextRowKey")

Mark = Mapping[str, str]
"""Where the next page of a query begins: learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination."""


class StorageTable:
    """Requests to one table. Safe to use from several threads."""

    def __init__(self, service: StorageService, name: str) -> None:
        """``name`` is letters and digits. No connection is made here."""
        self._service = service
        self._name = name

    def insert(self, row: Row) -> None:
        """Add a row. Refused with ``EntityAlreadyExists`` where it is there."""
        headers = {**_JSON, "Prefer": "return-no-content"}
        self._ask("POST", f"/{self._name}", headers=headers, body=write_row(row))

    def replace(self, row: Row, etag: str) -> None:
        """Write a row in place of the one that has the ETag; ``UpdateConditionNotSatisfied`` where it has another."""
        headers = {**_JSON, "If-Match": header_safe(etag)}
        self._ask("PUT", row_path(self._name, row["PartitionKey"], row["RowKey"]), headers=headers, body=write_row(row))

    def put(self, row: Row) -> None:
        """Write a row, whatever is there or is not."""
        self._ask("PUT", row_path(self._name, row["PartitionKey"], row["RowKey"]), headers=_JSON, body=write_row(row))

    def remove(self, partition: str, key: str) -> None:
        """Take a row away. No error where there is none; one where there is no table."""
        try:
            self._ask("DELETE", row_path(self._name, partition, key), headers={**_HEADERS, "If-Match": "*"})
        except RefusedRequest as error:
            if verdict(error) is not Verdict.MISSING:
                raise

    def get(self, partition: str, key: str, *, select: Sequence[str] = ()) -> StoredRow | None:
        """One row, or some of its columns; ``None`` where there is none."""
        query = {"$select": ",".join(select)} if select else None
        try:
            answer = self._ask("GET", row_path(self._name, partition, key), query=query)
        except RefusedRequest as error:
            if verdict(error) is not Verdict.MISSING:
                raise
            return None
        with _readable():
            return read_row(msgspec.json.decode(answer.body), answer.headers.get("etag", ""))

    def page(
        self, wanted: str, *, select: Sequence[str] = (), most: int = 0, mark: Mark | None = None
    ) -> tuple[list[StoredRow], Mark | None]:
        """The rows of one answer to a query, which may be none, and where the rest begins; ``None``: there is no more.

        ``most`` bounds the rows of the answer; 1,000 and 4 MiB do so in any case.
        """
        query = {"$filter": wanted}
        if select:
            query["$select"] = ",".join(select)
        if most:
            query["$top"] = str(most)
        answer = self._ask("GET", f"/{self._name}()", query={**query, **(mark or {})})
        with _readable():
            rows = [read_row(item) for item in msgspec.json.decode(answer.body)["value"]]
        following = {name: answer.headers.get(f"x-ms-continuation-{name.lower()}", "") for name in _NEXT}
        rest = {name: value for name, value in following.items() if value}
        return rows, rest or None

    def rows(self, wanted: str, *, select: Sequence[str] = (), most: int = 0) -> Iterator[StoredRow]:
        """All rows that a query finds, page by page as they are asked for; ``most`` is of a page."""
        mark: Mark | None = None
        while True:
            found, mark = self.page(wanted, select=select, most=most, mark=mark)
            yield from found
            if mark is None:
                return

    def transact(self, operations: Sequence[Operation]) -> list[str]:
        """Carry out all operations, which are on one partition, or none. The ETags that they left."""
        kind, body = write_batch(self._service.endpoint, self._name, operations)
        headers = {**_HEADERS, "Content-Type": kind}
        answer = self._ask("POST", "/$batch", headers=headers, body=body)
        with _readable():
            return read_batch(answer.headers.get("content-type", ""), answer.body, len(operations))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = _HEADERS,
        body: bytes = b"",
    ) -> Response:
        answer = self._service.request(method, path, query=query, headers=headers, body=body)
        if not 200 <= answer.status < 300:
            code = error_code_in(answer.body) or answer.headers.get("x-ms-error-code", "")
            raise RefusedRequest(answer.status, code)
        return answer


@contextmanager
def _readable() -> Iterator[None]:
    """An answer that cannot be read is none. Raises ``BrokenConnection`` for it."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenConnection(f"storage's answer cannot be read: {type(error).__name__}") from error


def storage_table(process: ProcessSettings, name: str) -> StorageTable:
    """A table of a process's storage account."""
    return StorageTable(storage_service(process, "table"), name)
