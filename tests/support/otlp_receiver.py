"""A receiver of OTLP over HTTP, which reads requests by the protocol's own definitions (opentelemetry-proto)."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest


class OtlpReceiver:
    """Listens on a free port. ``requests`` are what came; ``status`` is what is answered; unreadable requests get 400."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[Any] = []
        self.problems: list[str] = []
        self.came = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.status
                try:
                    assert self.path == "/v1/metrics"
                    assert self.headers["Content-Type"] == "application/json"
                    read = Parse(body, ExportMetricsServiceRequest())  # type: ignore[no-untyped-call]  # has no types
                    if status == 200:
                        receiver.requests.append(read)
                except Exception as error:
                    receiver.problems.append(repr(error))
                    status = 400
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
                receiver.came.set()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def endpoint(self) -> str:
        """For ``MATTA_OTLP_ENDPOINT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> OtlpReceiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics of the last request, by name."""
        (resource,) = self.requests[-1].resource_metrics
        (scope,) = resource.scope_metrics
        return {metric.name: metric for metric in scope.metrics}

    @property
    def resource(self) -> dict[str, str]:
        """Who sent the last request."""
        return attributes(self.requests[-1].resource_metrics[0].resource)


def attributes(holder: Any) -> dict[str, str]:
    """The attributes of a resource or a data point."""
    return {pair.key: pair.value.string_value for pair in holder.attributes}
