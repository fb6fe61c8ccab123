"""One bounded HTTP exchange: for signing keys, for the bot's own token, and for the Bot Connector (stages 5 and 6).

What a server sends is read up to a size and a time; redirects are not followed, no proxy and no ``.netrc`` is looked at:
a token goes where the caller says and nowhere else. Plain http is for this machine alone. ``REQUESTS_CA_BUNDLE`` names
other certificates to trust than the usual ones, as everywhere in Python.
"""

from __future__ import annotations

import ipaddress
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.errors import TemporaryError

if TYPE_CHECKING:
    import requests

_BLOCK = 16 * 1024


class NoAnswer(TemporaryError):
    """The server could not be reached, was too slow, broke off, or said more than anybody wants to read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer. ``headers`` have names in lower case. ``complete`` is false where the body broke off, was too
    slow or too large; ``body`` is then empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True


def is_safe_url(url: str) -> bool:
    """Whether a URL is https, or http on this machine, and has a host, no user, no fragment."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by its looks; nothing is resolved."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class BoundedHttp:
    """Exchanges with a limit on size and time. Safe to use from several threads; connections are kept for each thread."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        """``seconds`` bound connecting, each wait for data, and reading the body; ``most_bytes`` bound the body."""
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._local = threading.local()

    def exchange(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send a request to a URL that ``is_safe_url``. Raises ``NoAnswer`` where not even a status came."""
        import requests

        if not is_safe_url(url):
            raise NoAnswer("an address that is neither https nor on this machine")
        try:
            response = self._session().request(
                method,
                url,
                data=body,
                headers={"Accept": "application/json", "Accept-Encoding": "identity", **headers},
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, OSError, ValueError) as error:
            raise NoAnswer(f"no answer from {urlsplit(url).hostname}: {type(error).__name__}") from error
        try:
            content, complete = self._read(response)
        finally:
            response.close()
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, content, complete)

    def _read(self, response: requests.Response) -> tuple[bytes, bool]:
        end = time.monotonic() + self._seconds
        content = bytearray()
        try:
            # read1 gives what is there: a server that sends a byte a second does not outlast the limit.
            while block := response.raw.read1(_BLOCK):
                content += block
                if len(content) > self._most_bytes or time.monotonic() > end:
                    return b"", False
        except Exception:  # urllib3 has many ways to say that a body broke off
            return b"", False
        return bytes(content), True

    def _session(self) -> requests.Session:
        import requests

        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
            self._local.session = session
        return session
