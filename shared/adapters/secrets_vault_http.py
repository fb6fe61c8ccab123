"""One bounded GET over TLS, with nothing but the standard library: the relay reads the vault too, and has no other client.

What a server sends is read up to a size and a time; redirects are not followed, no proxy is looked at: a token goes where
the caller says and nowhere else. Connections are not kept, since a vault is asked every few minutes. ``SSL_CERT_FILE``,
or ``REQUESTS_CA_BUNDLE``, names other certificates to trust than the system's.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from shared.errors import SecretsUnreadable

_BLOCK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer; ``headers`` have names in lower case. ``complete`` is false, and the body empty, where that
    broke off, was too slow or too large.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool


def get(url: str, token: str, *, seconds: float, most_bytes: int) -> Answer:
    """Ask an https address with a bearer token. Raises ``SecretsUnreadable`` where not even a status came."""
    import http.client

    parts = urlsplit(url)
    end = time.monotonic() + seconds
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=seconds, context=_trust())
    try:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Encoding": "identity"}
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        body = _read(answer, end, most_bytes)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise SecretsUnreadable(f"no answer from {parts.hostname}: {type(error).__name__}") from error
    finally:
        connection.close()
    names = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, names, body or b"", body is not None)


def _read(answer: object, end: float, most_bytes: int) -> bytes | None:
    import http.client

    assert isinstance(answer, http.client.HTTPResponse)
    content = bytearray()
    try:
        # read1 gives what is there: a server that sends a byte a second does not outlast the limit.
        while block := answer.read1(_BLOCK):
            content += block
            if len(content) > most_bytes or time.monotonic() > end:
                return None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    # Where the connection ended before what was announced had come, read1 only says that there is no more.
    return None if answer.length else bytes(content)


@cache
def _context(bundle: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=bundle or None)


def _trust() -> ssl.SSLContext:
    return _context(os.environ.get("REQUESTS_CA_BUNDLE", ""))
