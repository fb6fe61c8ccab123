"""A proxy before a real Azurite that loses requests and answers on demand, as networks do.

with StorageProxy(azurite, "table") as proxy:
    settings = replace(process, storage=proxy.connection_string)
    proxy.lose_answer("$batch")      # the next request whose path holds the text is carried out, its answer is lost
    proxy.lose_request("$batch")     # … never reaches storage
    proxy.answer("$batch", 503)      # … is answered with a status by the proxy
    proxy.delay("$batch", 2.0)       # … is carried out, the answer comes late
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tests.support.azurite import Azurite


@dataclass(frozen=True)
class _Fault:
    kind: str
    path: str
    number: float = 0
    method: str = ""
    work: Callable[[], object] | None = None


class StorageProxy:
    """Listens on 127.0.0.1 on a free port while the ``with`` block lasts. Other services go past it."""

    def __init__(self, azurite: Azurite, service: str) -> None:
        self._upstream = azurite.ports[service]
        self._lock = threading.Lock()
        self._faults: list[_Fault] = []
        self.requests: list[str] = []
        """Method and path of every request that came, in order."""
        self.statuses: list[int] = []
        """Status of every answer that storage gave."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        endpoint = f"{service.capitalize()}Endpoint"
        self.connection_string = re.sub(
            rf"({endpoint}=http://127\.0\.0\.1):\d+", rf"\1:{port}", azurite.connection_string
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def lose_answer(self, path: str, *, times: int = 1) -> None:
        """Carry out, then cut the connection instead of answering."""
        self._arm(_Fault("lose-answer", path), times)

    def lose_request(self, path: str, *, times: int = 1) -> None:
        """Cut the connection without carrying out."""
        self._arm(_Fault("lose-request", path), times)

    def lose_put(self, path: str) -> None:
        """Carry out the next PUT, then cut the connection instead of answering; other methods pass."""
        self._arm(_Fault("lose-answer", path, method="PUT"), 1)

    def before_next(self, path: str, work: Callable[[], object]) -> None:
        """Do ``work`` before the next request goes to storage."""
        self._arm(_Fault("work", path, work=work), 1)

    def answer(self, path: str, status: int, *, times: int = 1) -> None:
        """Answer with ``status`` without carrying out."""
        self._arm(_Fault("answer", path, status), times)

    def delay(self, path: str, seconds: float, *, times: int = 1) -> None:
        """Carry out, wait, then answer."""
        self._arm(_Fault("delay", path, seconds), times)

    def recover(self) -> None:
        """No faults any more."""
        with self._lock:
            self._faults.clear()

    def _arm(self, fault: _Fault, times: int) -> None:
        with self._lock:
            self._faults += [fault] * times

    def _strike(self, method: str, path: str) -> _Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.path in path and fault.method in ("", method):
                    self._faults.remove(fault)
                    return fault
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                proxy.requests.append(f"{self.command} {self.path}")
                fault = proxy._strike(self.command, self.path)
                if fault is not None and fault.kind == "lose-request":
                    self.close_connection = True
                    return
                if fault is not None and fault.kind == "answer":
                    self.send_response(int(fault.number))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if fault is not None and fault.work is not None:
                    fault.work()
                upstream = http.client.HTTPConnection("127.0.0.1", proxy._upstream, timeout=30)
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                content = answer.read()
                proxy.statuses.append(answer.status)
                upstream.close()
                if fault is not None and fault.kind == "lose-answer":
                    self.close_connection = True
                    return
                if fault is not None and fault.kind == "delay":
                    time.sleep(fault.number)
                try:
                    self.send_response_only(answer.status, answer.reason)
                    for name, value in answer.getheaders():
                        if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive"):
                            self.send_header(name, value)
                    if self.command == "HEAD":
                        self.send_header("Content-Length", answer.getheader("Content-Length", "0"))
                    elif answer.status not in (204, 304):
                        self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # the client has given up

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        for method in ("GET", "PUT", "POST", "DELETE", "HEAD", "MERGE", "PATCH"):
            setattr(Handler, f"do_{method}", Handler.handle_any)
        return Handler

    def __enter__(self) -> StorageProxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
