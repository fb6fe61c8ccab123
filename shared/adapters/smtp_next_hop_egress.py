"""Connections by way of the relay, for where outbound port 25 is closed (product.md M2). Part of stage 4b (deliver).

The relay's egress proxy (``smtp_relay/egress.py``) is asked over TLS for a tunnel to the next hop (HTTP CONNECT, RFC 9110
section 9.3.6). It sees the bytes of the SMTP session and decides nothing about it: TLS to the next hop goes through.
"""

from __future__ import annotations

import os
import re
import ssl
import threading
import time

from shared.adapters.smtp_next_hop_connection import Budget, Connection, ConnectionFailed, kind_of
from shared.core.message.egress_token import NONCE_BYTES, PURPOSE, SCHEME, egress_token
from shared.errors import MattaError
from shared.ports import Secrets
from shared.settings import MisconfiguredProcess

_LONGEST_ANSWER = 8192
_ANSWER = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: [^\r\n]*)?")
_ADDRESS = re.compile(r"\[?([^\[\]\s/]+)\]?:([0-9]{1,5})")


class EgressProxy:
    """The proxy that the process settings name. Safe to use from several threads."""

    def __init__(self, address: str, ca: str, secrets: Secrets) -> None:
        """``address`` is ``host:port``, empty for none; ``ca`` is PEM or a file of it, empty for the public CAs.

        Raises ``MisconfiguredProcess``.
        """
        found = _ADDRESS.fullmatch(address)
        if address and found is None:
            raise MisconfiguredProcess("MATTA_EGRESS_PROXY must be host:port")
        self._host, self._port = (found[1], int(found[2])) if found else ("", 0)
        self._ca = ca
        self._secrets = secrets
        self._lock = threading.Lock()
        self._made: ssl.SSLContext | None = None

    def connect(self, host: str, port: int, budget: Budget) -> Connection:
        """A connection to a next hop, through the proxy. Raises ``ConnectionFailed``."""
        if not self._host:
            raise ConnectionFailed("this installation has no egress by way of the relay", "4.3.5")
        try:
            name = host.strip("[]").encode("idna").decode()
            key = self._secrets.signing_keys(PURPOSE)[0]
        except UnicodeError as error:
            raise ConnectionFailed("the name of the server cannot be resolved", "4.4.3") from error
        except MattaError as error:
            raise ConnectionFailed("the key for the relay's egress cannot be had", "4.3.5") from error
        token = egress_token(key, name, port, int(time.time()), os.urandom(NONCE_BYTES))
        target = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
        request = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: {SCHEME} {token}\r\n\r\n"
        connection = Connection.open(self._host, self._port, budget)
        try:
            connection.start_tls(self._context(), self._host)
            connection.send(request.encode())
            answer = _ANSWER.match(connection.head(_LONGEST_ANSWER))
            if answer is None or answer[1] != b"200":
                code = answer[1].decode() if answer else "no HTTP"
                raise ConnectionFailed(f"the relay opens no connection to the server: {code}", "4.4.1")
        except BaseException:
            connection.close()
            raise
        connection.tunnelled()
        return connection

    def _context(self) -> ssl.SSLContext:
        with self._lock:
            if self._made is None:
                try:
                    if self._ca.lstrip().startswith("-----BEGIN"):
                        self._made = ssl.create_default_context(cadata=self._ca)
                    else:
                        self._made = ssl.create_default_context(cafile=self._ca or None)
                except (OSError, ValueError) as error:
                    raise ConnectionFailed(f"MATTA_EGRESS_CA cannot be used: {kind_of(error)}", "4.3.5") from error
            return self._made
