"""What host.json says that this host obeys; read once at start."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.errors import StartError

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?")
_DEFAULT_BODY_LIMIT = 100 * 1024 * 1024  # FUNCTIONS_REQUEST_BODY_SIZE_LIMIT on most plans


@dataclass(frozen=True)
class HostConfig:
    """Settings of host.json with Azure's defaults (extension bundle 4: host 4, storage extension 5).

    Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json and functions-bindings-storage-queue.
    """

    route_prefix: str = "api"
    body_limit: int = _DEFAULT_BODY_LIMIT
    queue_batch_size: int = 16
    queue_new_batch_threshold: int = 8
    queue_max_dequeue_count: int = 5
    queue_visibility_timeout: float = 0.0
    queue_base64: bool = True
    blob_concurrency: int = 16
    blob_tries: int = 5


def read_host_json(app_dir: Path) -> HostConfig:
    """The configuration in `app_dir/host.json`. Raises StartError for a missing or wrong file."""
    path = app_dir / "host.json"
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StartError(f"{path}: {error}") from error
    if not isinstance(content, dict) or content.get("version") != "2.0":
        raise StartError(f'{path}: "version": "2.0" is needed')
    extensions = content.get("extensions", {})
    http = extensions.get("http", {})
    queues = extensions.get("queues", {})
    blobs = extensions.get("blobs", {})
    encoding = str(queues.get("messageEncoding", "base64")).lower()
    if encoding not in ("base64", "none"):
        raise StartError(f"{path}: extensions.queues.messageEncoding must be base64 or none")
    default = HostConfig()
    batch_size = _whole(path, queues, "batchSize", default.queue_batch_size, 1, 32)
    return HostConfig(
        route_prefix=str(http.get("routePrefix", default.route_prefix)).strip("/"),
        queue_batch_size=batch_size,
        queue_new_batch_threshold=_whole(path, queues, "newBatchThreshold", batch_size // 2, 0, 1000),
        queue_max_dequeue_count=_whole(path, queues, "maxDequeueCount", default.queue_max_dequeue_count, 1, 1000),
        queue_visibility_timeout=parse_time_span(str(queues.get("visibilityTimeout", "00:00:00")), str(path)),
        queue_base64=encoding == "base64",
        blob_concurrency=_whole(path, blobs, "maxDegreeOfParallelism", default.blob_concurrency, 1, 1000),
        blob_tries=_whole(path, blobs, "poisonBlobThreshold", default.blob_tries, 1, 1000),
    )


def _whole(path: Path, section: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = section.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise StartError(f"{path}: {name} must be a whole number from {low} to {high}")
    return value


def parse_time_span(text: str, place: str) -> float:
    """Seconds of a .NET time span `[d.]hh:mm:ss[.fffffff]`. Raises StartError, naming `place`, for anything else."""
    match = _TIME_SPAN.fullmatch(text.strip())
    if match is None:
        raise StartError(f"{place}: {text!r} is not a time span hh:mm:ss")
    days, hours, minutes, seconds, fraction = match.groups()
    whole = int(days or 0) * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + int(seconds)
    return whole + float(f"0.{fraction or 0}")
