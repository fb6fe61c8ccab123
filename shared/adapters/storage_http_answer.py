"""Reading one HTTP/1.1 answer from bytes as they come in, without any input or output of its own. RFC 9112.

Used by the asynchronous client of the relay (``storage_http.py``) and the one that threads share
(``storage_http_threads.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_MOST_HEADER_BYTES = 64 * 1024
_MOST_BODY_BYTES = 64 * 1024 * 1024
_MOST_LINE_BYTES = 1024
"""Of a chunk's size, or of one trailer field."""
_NO_BODY = frozenset({204, 304})


class BrokenConnection(ConnectionError):
    """The connection ended, or the answer is no HTTP, before the answer was complete."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. ``headers`` have names in lower case; of a repeated one the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AnswerReader:
    """Reads the answer to one request. A new one for each."""

    __slots__ = ("_body", "_buffer", "_headers", "_status", "_without_body")

    def __init__(self, *, without_body: bool = False) -> None:
        """``without_body``: the request was a HEAD."""
        self._without_body = without_body
        self._buffer = bytearray()
        self._status = 0
        self._headers: dict[str, str] | None = None
        self._body = bytearray()

    @property
    def surplus(self) -> bool:
        """Whether bytes are left over: once the answer is complete, nobody asked for them."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Response | None:
        """Take bytes; the answer once it is complete. Raises ``ValueError`` where it is no HTTP."""
        self._buffer += data
        headers = self._headers
        if headers is None:
            headers = self._headers = self._read_head()
            if headers is None:
                return None
        if self._without_body or self._status in _NO_BODY:
            return Response(self._status, headers, b"")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return Response(self._status, headers, bytes(self._body)) if self._read_chunks() else None
        length = int(headers["content-length"]) if "content-length" in headers else 0
        if not 0 <= length <= _MOST_BODY_BYTES:
            raise ValueError("content length out of bounds")
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return Response(self._status, headers, body)

    def _read_head(self) -> dict[str, str] | None:
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > _MOST_HEADER_BYTES:
                    raise ValueError("header too long")
                return None
            first, *fields = self._buffer[:end].decode("latin-1").split("\r\n")
            del self._buffer[: end + 4]
            version, _, rest = first.partition(" ")
            if not version.startswith("HTTP/1."):
                raise ValueError("unknown version")
            self._status = int(rest[:3])
            if self._status >= 200:  # 1xx only announces the answer
                break
        headers = {}
        for field in fields:
            name, colon, value = field.partition(":")
            if not colon:
                raise ValueError("malformed header field")
            headers[name.lower()] = value.strip()
        return headers

    def _read_chunks(self) -> bool:
        """Take the chunks that are complete; whether that was all of them. RFC 9112 section 7.1."""
        buffer = self._buffer
        while True:
            line_end = buffer.find(b"\r\n", 0, _MOST_LINE_BYTES)
            if line_end < 0:
                if len(buffer) >= _MOST_LINE_BYTES:
                    raise ValueError("no chunk size")
                return False
            size = int(buffer[:line_end].partition(b";")[0], 16)
            if size < 0 or len(self._body) + size > _MOST_BODY_BYTES:
                raise ValueError("chunk out of bounds")
            start = line_end + 2
            if size == 0:
                return self._read_trailer(start)
            if len(buffer) < start + size + 2:
                return False
            if buffer[start + size : start + size + 2] != b"\r\n":
                raise ValueError("chunk longer than its size")
            self._body += memoryview(buffer)[start : start + size]
            del buffer[: start + size + 2]

    def _read_trailer(self, start: int) -> bool:
        """Skip trailer fields and the empty line after them, from the beginning each time; storage sends none."""
        while True:
            end = self._buffer.find(b"\r\n", start)
            if end < 0:
                if len(self._buffer) > _MOST_HEADER_BYTES:
                    raise ValueError("trailer too long")
                return False
            if end == start:
                del self._buffer[: end + 2]
                return True
            start = end + 2
