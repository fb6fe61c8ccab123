"""Entity group transactions on the wire: operations as one ``multipart/mixed`` request, and the answer to it.

Source: learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions. An answer is read strictly:
what is cut off or does not fit the request says nothing about what storage did.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from shared.adapters.storage_errors import RefusedRequest
from shared.adapters.storage_table_row import write_row

Row = Mapping[str, Any]
ANY = "*"
"""In place of an ETag: the row must be there, whatever it holds."""
_HEADERS = "DataServiceVersion: 3.0\r\nAccept: application/json;odata=minimalmetadata\r\n"


@dataclass(frozen=True, slots=True)
class Insert:
    """Add a row that is not there yet."""

    row: Row


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row, whatever is there or is not."""

    row: Row


@dataclass(frozen=True, slots=True)
class Replace:
    """Write a row in place of the one that has the ETag."""

    row: Row
    etag: str = ANY


@dataclass(frozen=True, slots=True)
class Remove:
    """Take away the row that has the ETag. Of ``row`` only the keys count."""

    row: Row
    etag: str = ANY


Operation = Insert | Put | Replace | Remove


def row_path(table: str, partition: str, key: str) -> str:
    """The path of a row under the endpoint, encoded."""
    pair = (quote(text.replace("'", "''"), safe="") for text in (partition, key))
    return "/{}(PartitionKey='{}',RowKey='{}')".format(table, *pair)


def write_batch(endpoint: str, table: str, operations: Sequence[Operation]) -> tuple[str, bytes]:
    """The content type and the body of a transaction's request. Raises what ``write_row`` raises."""
    name = secrets.token_hex(16)
    opening = f"--changeset_{name}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n".encode()
    pieces = [f"--batch_{name}\r\nContent-Type: multipart/mixed; boundary=changeset_{name}\r\n\r\n".encode()]
    for number, operation in enumerate(operations):
        match operation:
            case Insert(row):
                method, path, condition = "POST", f"/{table}", "Prefer: return-no-content\r\n"
            case Put(row):
                method, path, condition = "PUT", row_path(table, row["PartitionKey"], row["RowKey"]), ""
            case Replace(row, etag):
                method, path = "PUT", row_path(table, row["PartitionKey"], row["RowKey"])
                condition = f"If-Match: {header_safe(etag)}\r\n"
            case Remove(row, etag):
                method, path = "DELETE", row_path(table, row["PartitionKey"], row["RowKey"])
                condition = f"If-Match: {header_safe(etag)}\r\n"
        body = b"" if method == "DELETE" else write_row(row)
        content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        head = f"Content-ID: {number}\r\n\r\n{method} {endpoint}{path} HTTP/1.1\r\n{content}{_HEADERS}{condition}\r\n"
        pieces += (opening, head.encode(), body, b"\r\n")
    pieces.append(f"--changeset_{name}--\r\n\r\n--batch_{name}--\r\n".encode())
    return f"multipart/mixed; boundary=batch_{name}", b"".join(pieces)


def header_safe(value: str) -> str:
    """The value. Raises ``ValueError`` where it would be more than one header field."""
    if not value.isascii() or not value.isprintable():
        raise ValueError("an ETag holds characters that no header field may have")
    return value


def read_batch(content_type: str, body: bytes, count: int) -> list[str]:
    """The ETags that a transaction's operations left (``""`` for a removal), from the answer to it.

    Raises ``RefusedRequest`` where storage refused, and with it did nothing; ``ValueError`` where the answer does not say.
    """
    [changes] = _parts(content_type, body)
    headers, content = _split(changes)
    etags = []
    for part in _parts(headers.get("content-type", ""), content):
        kind, answer = _split(part)
        if kind.get("content-type", "").partition(";")[0].strip() != "application/http":
            raise ValueError("a part that is no answer")
        status_line, _, rest = answer.partition(b"\r\n")
        version, _, status_text = status_line.decode("latin-1").partition(" ")
        if not version.startswith("HTTP/1.") or not status_text[:3].isdecimal():
            raise ValueError("a part without a status")
        status = int(status_text[:3])
        fields, said = _split(rest)
        if not 200 <= status < 300:
            raise RefusedRequest(status, error_code_in(said) or fields.get("x-ms-error-code", ""))
        etags.append(fields.get("etag", ""))
    if len(etags) != count:
        raise ValueError(f"{len(etags)} answers to {count} operations")
    return etags


def error_code_in(body: bytes) -> str:
    """Storage's error code in the JSON of an answer, ``""`` where there is none.

    Source: learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
    """
    try:
        return str(msgspec.json.decode(body)["odata.error"]["code"])
    except (msgspec.DecodeError, KeyError, TypeError, RecursionError):
        return ""


def _parts(content_type: str, body: bytes) -> list[bytes]:
    """The parts of a multipart body, which must be whole. RFC 2046 section 5.1.1. Raises ``ValueError``."""
    kind, _, parameters = content_type.partition(";")
    name, _, boundary = parameters.partition(";")[0].strip().partition("=")
    boundary = boundary.strip().strip('"')
    if kind.strip().lower() != "multipart/mixed" or name.strip().lower() != "boundary" or not boundary:
        raise ValueError("the answer is no multipart/mixed")
    mark = b"\r\n--" + boundary.encode("latin-1")
    before, *parts = (b"\r\n" + body).split(mark)
    if len(parts) < 2 or not parts[-1].startswith(b"--") or before.strip():
        raise ValueError("a multipart answer that is not whole")
    found = []
    for part in parts[:-1]:
        rest = part.lstrip(b" \t")
        if not rest.startswith(b"\r\n"):
            raise ValueError("a boundary that goes on")
        found.append(rest[2:])
    return found


def _split(part: bytes) -> tuple[dict[str, str], bytes]:
    """Header fields with names in lower case, and what follows the empty line. Raises ``ValueError``."""
    if part.startswith(b"\r\n"):
        return {}, part[2:]
    head, empty, content = part.partition(b"\r\n\r\n")
    if part and not empty and not part.endswith(b"\r\n"):
        raise ValueError("a part without the end of its header")
    headers = {}
    for line in head.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
        elif line:
            raise ValueError("a malformed header field")
    return headers, content
