"""A real HTTP server on a loopback port that answers as a test says, badly too, and remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.certificates import CertificateFiles


@dataclass(frozen=True)
class Asked:
    """One request. Header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer. ``delay`` is waited before it; ``pause`` after each byte of the body; with ``cut`` the connection is
    closed after so many bytes of the body, though more were announced; ``silent``: closed without a word.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    pause: float = 0.0
    cut: int = -1
    silent: bool = False


@dataclass
class Server:
    """``asked`` are all requests so far; ``answer`` may be replaced at any time."""

    url: str
    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.partition("//")[2]


@contextmanager
def web_server(answer: Callable[[Asked], Reply], certificate: CertificateFiles | None = None) -> Iterator[Server]:
    """Serve until the block ends; over TLS with a certificate."""
    served: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        do_POST = do_PUT = do_GET

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.command, self.path, headers, body)
            served[0].asked.append(request)
            reply = served[0].answer(request)
            time.sleep(reply.delay)
            with suppress(OSError):
                self._write(reply)

        def _write(self, reply: Reply) -> None:
            if reply.silent:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.pause:
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(reply.pause)
                return
            if reply.cut < 0:
                self.wfile.write(reply.body)
                return
            self.wfile.write(reply.body[: reply.cut])
            self.wfile.flush()
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.cert, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    served.append(Server(f"{scheme}://127.0.0.1:{server.server_address[1]}", answer))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
