"""The egress proxy: tunnels to next hops, for functions that run where outbound port 25 is closed. Stage deliver (4b).

HTTP CONNECT (RFC 9110 section 9.3.6) over TLS. A tunnel is opened for a token that only this installation's functions can
make (``core/message/egress_token.py``), to the ports of SMTP and to the addresses that next hops may have. The relay sees
the bytes and decides nothing about them: all of SMTP, and TLS up to the next hop, is the functions'.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass

from shared.core.message.egress_token import PURPOSE, SCHEME, WINDOW, check_egress_token
from shared.errors import MattaError
from shared.ports_relay import Secrets
from shared.settings import MisconfiguredProcess
from smtp_relay.configuration import RelayConfiguration
from smtp_relay.egress_tunnel import Tunnel
from smtp_relay.logs import EventLog
from smtp_relay.tls import TlsFiles, server_context

_LONGEST_HEAD = 4096
_HEAD_SECONDS = 10.0
"""Longest time for the TLS handshake, and again for the request."""
_CONNECT_SECONDS = 20.0
_MOST_STRANGERS = 50
"""Connections at a time that have not shown a token yet."""
_MOST_NONCES = 100_000
_REQUEST = re.compile(rb"CONNECT (?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,255})):([0-9]{1,5}) HTTP/1\.[01]\r\n")
_TOKEN = re.compile(rb"\r\nProxy-Authorization:[ \t]*" + SCHEME.encode() + rb"[ \t]+([!-~]{1,300})[ \t]*\r\n", re.I)
_WORDS = {
    400: "Bad Request",
    403: "Forbidden",
    407: "Proxy Authentication Required",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


class _Refused(Exception):
    """No tunnel. ``code`` is what the client is told, ``why`` what the log is."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True)
class _Target:
    host: str
    port: int


class EgressProxy:
    """A proxy that listens. ``start`` and ``stop`` belong to one event loop."""

    def __init__(
        self, configuration: RelayConfiguration, secrets: Secrets, reachable: Container[str], log: EventLog
    ) -> None:
        """``reachable`` are the addresses that may be connected to. Raises ``MisconfiguredProcess``."""
        self._configuration = configuration
        self._secrets = secrets
        self._reachable = reachable
        self._log = log
        self._targets = egress_targets(configuration.egress_targets)
        self._files = TlsFiles(configuration.cert, configuration.key, "")
        self._nonces: dict[str, int] = {}
        self._strangers = 0
        self._tunnels = 0
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens; -1 where it does not."""
        return -1 if self._server is None else int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen; with a negative port do nothing."""
        configuration = self._configuration
        if configuration.egress_port < 0:
            return
        context = server_context(configuration.cert, configuration.key, "")
        context.sni_callback = self._use_present_certificate
        self._server = await asyncio.start_server(
            self._accept,
            configuration.egress_host,
            configuration.egress_port,
            limit=_LONGEST_HEAD,
            ssl=context,
            ssl_handshake_timeout=_HEAD_SECONDS,
        )

    async def stop(self, seconds: float) -> None:
        """Take no more; what is open may go on for so long."""
        if self._server is None:
            return
        self._server.close()
        if self._serving:
            await asyncio.wait(self._serving, timeout=seconds)
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def _use_present_certificate(
        self, session: ssl.SSLSocket | ssl.SSLObject, name: str | None, context: ssl.SSLContext
    ) -> None:
        try:
            self._files.refresh()
        except MisconfiguredProcess as error:
            self._log.write("tls", outcome="kept", cause=str(error))
        session.context = self._files.context

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, ssl.SSLError, TimeoutError, asyncio.CancelledError):
            pass  # the client is gone, or the relay stops
        finally:
            self._serving.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        target: _Target | None = None
        try:
            target = await self._request(reader)
            if self._tunnels >= self._configuration.egress_connections:
                raise _Refused(503, "too many connections")
            self._tunnels += 1
            try:
                await self._carry(target, peer, reader, writer)
            finally:
                self._tunnels -= 1
        except _Refused as refused:
            self._log.write(
                "egress",
                outcome="refused",
                code=refused.code,
                cause=refused.why,
                peer=peer,
                host=target.host if target else None,
                port=target.port if target else None,
            )
            # Nothing but the code: whoever may not pass learns nothing of what is behind.
            writer.write(f"HTTP/1.1 {refused.code} {_WORDS[refused.code]}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()

    async def _carry(
        self, target: _Target, peer: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect, say so, and hand bytes on until one side ends."""
        began = time.monotonic()
        out_reader, out_writer = await self._connect(target)
        tunnel = Tunnel((reader, writer), (out_reader, out_writer), self._configuration.egress_seconds)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await tunnel.run()
        finally:
            out_writer.close()
            self._log.write(
                "egress",
                outcome="ended",
                peer=peer,
                host=target.host,
                port=target.port,
                sent=tunnel.sent,
                received=tunnel.received,
                ms=round((time.monotonic() - began) * 1000),
            )

    async def _request(self, reader: asyncio.StreamReader) -> _Target:
        """What is asked for, by whoever may ask."""
        self._strangers += 1
        try:
            if self._strangers > _MOST_STRANGERS:
                raise _Refused(503, "too many strangers")
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError) as error:
            raise _Refused(400, "no request") from error
        finally:
            self._strangers -= 1
        found = _REQUEST.match(head)
        if found is None:
            raise _Refused(400, "not CONNECT")
        target = _Target((found[1] or found[2]).decode(), int(found[3]))
        await self._check_token(head, target)
        if target.port not in self._targets:
            raise _Refused(403, "port")
        return target

    async def _check_token(self, head: bytes, target: _Target) -> None:
        shown = _TOKEN.search(head)
        if shown is None:
            raise _Refused(407, "no token")
        try:
            keys = await asyncio.to_thread(self._secrets.signing_keys, PURPOSE)
        except MattaError as error:
            raise _Refused(503, "no keys") from error
        now = int(time.time())
        nonce = check_egress_token(shown[1].decode(), keys, target.host, target.port, now)
        if not nonce:
            raise _Refused(407, "wrong token")
        if len(self._nonces) >= _MOST_NONCES:
            self._nonces = {kept: end for kept, end in self._nonces.items() if end >= now}
        if nonce in self._nonces or len(self._nonces) >= _MOST_NONCES:
            raise _Refused(407, "used token")
        self._nonces[nonce] = now + 2 * WINDOW

    async def _connect(self, target: _Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first of the host's addresses that answers. The addresses that were looked at are the ones used."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
                addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
                allowed = [address for address in addresses if address in self._reachable]
                if not allowed:
                    raise _Refused(403, "address")
                return await _first(allowed, target.port)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise _Refused(502, f"no connection: {type(error).__name__}") from error


async def _first(addresses: Sequence[str], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    cause: OSError | None = None
    for address in addresses:
        try:
            return await asyncio.open_connection(address, port)
        except OSError as error:
            cause = error
    assert cause is not None
    raise cause


def egress_targets(text: str) -> frozenset[int]:
    """The ports that a list with commas names. Raises ``MisconfiguredProcess``."""
    try:
        ports = frozenset(int(one) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise MisconfiguredProcess("MATTA_RELAY_EGRESS_TARGETS must be port numbers") from error
    if not ports or not all(0 < port < 65536 for port in ports):
        raise MisconfiguredProcess("MATTA_RELAY_EGRESS_TARGETS must be port numbers")
    return ports
