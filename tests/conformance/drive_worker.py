"""Drives Microsoft's Python runtime as Azure's Functions host does: start, list, load, invoke. Runs in Python 3.13.

    python drive_worker.py PLAN.json RESULT.json

PLAN: `{"app_dir": …, "invocations": [{"function": …, "http" | "blob" | "queue" | "timer": {…}}, …]}`. RESULT: what
`tests/conformance/worker.py` reads. The app's settings are the environment. The exit status is 0 when the runtime
answered every request, whatever the answers were.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import messages
from azure_functions_runtime import handle_event


def _request(**content: Any) -> Any:
    """What the worker's dispatcher passes on: the message, and where the host and the message classes are."""
    return SimpleNamespace(
        request=messages.StreamingMessage(request_id=str(uuid.uuid4()), **content),
        properties={"host": "127.0.0.1", "protos": messages},
    )


def _failure(result: Any) -> str | None:
    if result.status == messages.StatusResult.Success:  # type: ignore[attr-defined]
        return None
    return f"{result.exception.message}\n{result.exception.stack_trace}" if result.exception else "failed"


def _json(value: object) -> Any:
    return messages.TypedData(json=json.dumps(value))


def _text(value: str) -> Any:
    return messages.TypedData(string=value)


def _http(content: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    http = messages.RpcHttp(
        method=content.get("method", "GET"),
        url=content["url"],
        headers=content.get("headers", {}),
        params=content.get("params", {}),
        query=content.get("query", {}),
        body=messages.TypedData(bytes=content.get("body", "").encode()),
    )
    return messages.TypedData(http=http), {}


def _blob(content: dict[str, Any], binding: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Azure's host sends an SDK type parameter the place of the blob, and anything else the blob's bytes."""
    place = {"Connection": content["connection"], "ContainerName": content["container"], "BlobName": content["name"]}
    metadata = {
        "BlobTrigger": _text(f"{content['container']}/{content['name']}"),
        "Uri": _text(f"https://account.example/{content['container']}/{content['name']}"),
        "Properties": _json({"ETag": '"0x1"', "Length": 10}),
        "Metadata": _json({}),
    }
    if binding.get("properties", {}).get("SupportsDeferredBinding"):
        data = messages.ModelBindingData(
            version="1.0",
            source="AzureStorageBlobs",
            content_type="application/json",
            content=json.dumps(place).encode(),
        )
        return messages.TypedData(model_binding_data=data), metadata
    return messages.TypedData(bytes=b"content"), metadata


def _queue(content: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    now = datetime.now(UTC)
    metadata = {
        "Id": _text(content.get("id", str(uuid.uuid4()))),
        "DequeueCount": _json(content.get("dequeue_count", 1)),
        "InsertionTime": _json(now.isoformat(timespec="seconds")),
        "ExpirationTime": _json((now + timedelta(days=7)).isoformat(timespec="seconds")),
        "NextVisibleTime": _json((now + timedelta(minutes=10)).isoformat(timespec="seconds")),
        "PopReceipt": _text("receipt"),
    }
    return _text(content["body"]), metadata


def _timer(content: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    value = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {"Last": now, "Next": now, "LastUpdated": now},
        "IsPastDue": content.get("past_due", False),
    }
    return _json(value), {}


def _input(plan: dict[str, Any], trigger: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    if "http" in plan:
        return _http(plan["http"])
    if "blob" in plan:
        return _blob(plan["blob"], trigger)
    if "queue" in plan:
        return _queue(plan["queue"])
    return _timer(plan["timer"])


async def _invoke(plan: dict[str, Any], functions: dict[str, Any]) -> dict[str, Any]:
    function = functions[plan["function"]]
    bindings = [json.loads(raw) for raw in function.raw_bindings]
    trigger = next(binding for binding in bindings if binding["type"].lower().endswith("trigger"))
    data, metadata = _input(plan, trigger)
    response = await handle_event.invocation_request(
        _request(
            invocation_request=messages.InvocationRequest(
                invocation_id=str(uuid.uuid4()),
                function_id=function.function_id,
                input_data=[messages.ParameterBinding(name=trigger["name"], data=data)],
                trigger_metadata=metadata,
                trace_context=messages.RpcTraceContext(trace_parent="", trace_state="", attributes={}),
                retry_context=messages.RetryContext(retry_count=0, max_retry_count=0),
            )
        )
    )
    return {
        "function": plan["function"],
        "failure": _failure(response.result),
        "returned": _returned(response.return_value),
    }


def _returned(value: Any) -> Any:
    """A function's return value, for JSON."""
    kind = value.WhichOneof("data") if value is not None else None
    if kind is None:
        return None
    if kind != "http":
        content = getattr(value, kind)
        return base64.b64encode(content).decode() if isinstance(content, bytes) else content
    http = value.http
    body = http.body.bytes or (http.body.string or "").encode()
    return {
        "status": int(http.status_code),
        "headers": dict(http.headers),
        "cookies": [cookie.name for cookie in http.cookies or ()],
        "body": base64.b64encode(body).decode(),
    }


async def _drive(plan: dict[str, Any]) -> dict[str, Any]:
    app_dir = plan["app_dir"]
    init = await handle_event.worker_init_request(
        _request(
            worker_init_request=messages.WorkerInitRequest(
                host_version="4.1000.0", capabilities={}, worker_directory=app_dir, function_app_directory=app_dir
            )
        )
    )
    failure = _failure(init.result)
    if failure is not None:
        return {"load_failure": failure, "functions": {}, "results": []}
    listed = await handle_event.functions_metadata_request(
        _request(functions_metadata_request=messages.FunctionsMetadataRequest(function_app_directory=app_dir))
    )
    failure = _failure(listed.result)
    functions = {function.name: function for function in listed.function_metadata_results or ()}
    for function in functions.values():
        loaded = await handle_event.function_load_request(
            _request(
                function_load_request=messages.FunctionLoadRequest(function_id=function.function_id, metadata=function)
            )
        )
        failure = failure or _failure(loaded.result)
    return {
        "load_failure": failure,
        "functions": {name: [json.loads(raw) for raw in entry.raw_bindings] for name, entry in functions.items()},
        "results": [await _invoke(invocation, functions) for invocation in plan["invocations"]],
    }


def main() -> None:
    """Read the plan, drive the runtime, write the result."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.insert(0, plan["app_dir"])
    result = asyncio.run(_drive(plan))
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
