"""Cold start: importing the function app in a fresh interpreter ÷ importing azure.storage.blob."""

from __future__ import annotations

import statistics
import subprocess
import sys

from bench.rounds import interleave
from bench.rows import Row
from local.tools import ROOT

_TIMED = "import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"


_FIRST_MESSAGE = "function_app, shared.usecases.evaluate_message, shared.app, shared.adapters.message_store_table"


def _import_seconds(module: str) -> float:
    command = [sys.executable, "-c", _TIMED.format(module=module)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return float(result.stdout.split()[-1])


def run(quick: bool = False) -> list[Row]:
    """Two rows. The interpreter's own start is not counted; byte code is there already, as it is in a deployed app."""
    for module in ("function_app", "azure.storage.blob"):
        _import_seconds(module)
    result = interleave(
        lambda: _import_seconds("function_app"), lambda: _import_seconds("azure.storage.blob"), 5 if quick else 15
    )
    first = interleave(
        lambda: _import_seconds(_FIRST_MESSAGE), lambda: _import_seconds("azure.storage.blob"), 5 if quick else 15
    )
    return [
        Row(
            "cold start, and all that the first message loads ÷ import azure.storage.blob",
            f"{statistics.median(first.ours) * 1000:.0f} ms",
            f"{statistics.median(first.baseline) * 1000:.0f} ms",
            first.ratio,
            first.spread,
            "",
            "what the goal's row leaves for later",
        ),
        Row(
            "cold start: import of the function app ÷ import azure.storage.blob",
            f"{statistics.median(result.ours) * 1000:.0f} ms",
            f"{statistics.median(result.baseline) * 1000:.0f} ms",
            result.ratio,
            result.spread,
            "<= 1",
            "fresh interpreters, warm file cache",
        ),
    ]
