"""A receiver of OTLP over HTTP, which reads requests by the protocol's own definitions (opentelemetry-proto)."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from tests.support.web_server import Asked, Reply, web_server


class OtlpReceiver:
    """Listens on a free port. ``requests`` are what came; ``status`` is what is answered; unreadable requests get 400."""

    def __init__(self) -> None:
        self.status = 200
        self.requests: list[Any] = []
        self.problems: list[str] = []
        self.came = threading.Event()
        self.endpoint = ""
        """For ``MATTA_OTLP_ENDPOINT``."""
        self._stack = ExitStack()

    def __enter__(self) -> OtlpReceiver:
        self.endpoint = self._stack.enter_context(web_server(self._answer)).url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _answer(self, asked: Asked) -> Reply:
        status = self.status
        try:
            assert (asked.method, asked.path) == ("POST", "/v1/metrics")
            assert asked.headers["content-type"] == "application/json"
            read = Parse(asked.body, ExportMetricsServiceRequest())  # type: ignore[no-untyped-call]  # has no types
            if status == 200:
                self.requests.append(read)
        except Exception as error:
            self.problems.append(repr(error))
            status = 400
        self.came.set()
        return Reply(status)

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
