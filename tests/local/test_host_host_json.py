"""host.json: Azure's defaults, our values, wrong values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.host.errors import StartError
from local.host.host_json import HostConfig, parse_time_span, read_host_json


def _read(folder: Path, extensions: object) -> HostConfig:
    (folder / "host.json").write_text(json.dumps({"version": "2.0", "extensions": extensions}))
    return read_host_json(folder)


def test_nothing_said_means_azures_defaults(tmp_path: Path) -> None:
    config = _read(tmp_path, {})
    assert (config.route_prefix, config.queue_batch_size, config.queue_new_batch_threshold) == ("api", 16, 8)
    assert (config.queue_max_dequeue_count, config.queue_base64, config.blob_tries) == (5, True, 5)


def test_values_are_obeyed(tmp_path: Path) -> None:
    queues = {"batchSize": 4, "maxDequeueCount": 3, "visibilityTimeout": "00:01:30", "messageEncoding": "none"}
    config = _read(tmp_path, {"http": {"routePrefix": ""}, "queues": queues, "blobs": {"poisonBlobThreshold": 2}})
    assert config == HostConfig(
        route_prefix="",
        queue_batch_size=4,
        queue_new_batch_threshold=2,
        queue_max_dequeue_count=3,
        queue_visibility_timeout=90.0,
        queue_base64=False,
        blob_tries=2,
    )


@pytest.mark.parametrize(
    "queues",
    [{"batchSize": 0}, {"batchSize": 33}, {"batchSize": "4"}, {"messageEncoding": "hex"}, {"visibilityTimeout": "5"}],
)
def test_wrong_values_stop_the_start(tmp_path: Path, queues: object) -> None:
    with pytest.raises(StartError):
        _read(tmp_path, {"queues": queues})


@pytest.mark.parametrize(("text", "seconds"), [("00:00:01.5", 1.5), ("1.02:00:00", 93600.0), ("10:00:00", 36000.0)])
def test_time_spans(text: str, seconds: float) -> None:
    assert parse_time_span(text, "here") == seconds
