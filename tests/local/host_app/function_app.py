"""An app with one function of each kind that the functions host runs; what they do is written to a file for the test."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from pathlib import Path
from typing import Any

import azure.functions as func

from functions.blob_name import BlobName

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
_EVENTS = Path(os.environ["SAMPLE_EVENTS"])


def _record(**event: Any) -> None:
    with _EVENTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**event, "at": time.time()}) + "\n")


def _count(**like: Any) -> int:
    events = [json.loads(line) for line in _EVENTS.read_text(encoding="utf-8").splitlines()]
    return sum(all(event.get(name) == value for name, value in like.items()) for event in events)


@app.route(route="echo/{name?}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "params": dict(req.params),
        "route_params": dict(req.route_params),
        "form": dict(req.form),
        "header": req.headers.get("X-Sample"),
        "forwarded": req.headers.get("X-Forwarded-For"),
        "length": len(req.get_body()),
        "function": context.function_name,
    }
    response = func.HttpResponse(json.dumps(seen), mimetype="application/json", status_code=201)
    response.headers.add("X-Twice", "a")
    response.headers.add("Set-Cookie", "one=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "two=2; Secure; SameSite=Strict")
    return response


@app.route(route="numbers/{number:int}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def numbers(req: func.HttpRequest) -> str:
    await asyncio.sleep(0)
    return f"number {req.route_params['number']}"


@app.route(route="files/{*rest}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def files(req: func.HttpRequest) -> str:
    return req.route_params.get("rest", "(none)")


@app.route(route="guarded")
def guarded(req: func.HttpRequest) -> str:
    return "open"


@app.route(route="administration", auth_level=func.AuthLevel.ADMIN)
def administration(req: func.HttpRequest) -> str:
    return "open"


@app.route(route="broken", auth_level=func.AuthLevel.ANONYMOUS)
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("internal detail")


@app.route(route="exits", auth_level=func.AuthLevel.ANONYMOUS)
def exits(req: func.HttpRequest) -> func.HttpResponse:
    raise SystemExit(3)


@app.route(route="nothing", auth_level=func.AuthLevel.ANONYMOUS)
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]  # what a careless function does


@app.route(route="slow/{seconds}", auth_level=func.AuthLevel.ANONYMOUS)
def slow(req: func.HttpRequest) -> str:
    _record(kind="http", name="slow")
    time.sleep(float(req.route_params["seconds"]))
    return "done"


@app.route(route="settings/{name}", auth_level=func.AuthLevel.ANONYMOUS)
def settings(req: func.HttpRequest) -> str:
    logging.getLogger("sample").info("looked up a setting", extra={"queue_id": "q1"})
    return os.environ.get(req.route_params["name"], "(none)")


@app.function_name("on_blob")
@app.blob_trigger(
    arg_name="spooled",
    path="%SampleName%/{hour}/{tenant}/{queue_id}.eml",
    connection="SampleStorage",
    source=func.BlobSource.EVENT_GRID,
)
async def on_blob(spooled: BlobName) -> None:
    name = spooled.name.rpartition("/")[2]
    _record(kind="blob", name=name, container=spooled.container, path=spooled.name, pid=os.getpid())
    if name.startswith("slow"):
        await asyncio.sleep(2)
    if name.startswith("fail") or (name.startswith("twice") and _count(kind="blob", name=name) < 3):
        raise RuntimeError("on purpose")
    _record(kind="blob-done", name=name)


@app.function_name("on_message")
@app.queue_trigger(arg_name="message", queue_name="%SampleName%", connection="SampleStorage")
def on_message(message: func.QueueMessage) -> None:
    order = message.get_json()
    _record(
        kind="queue",
        name=order["name"],
        id=message.id,
        dequeue_count=message.dequeue_count,
        inserted=message.insertion_time.isoformat() if message.insertion_time else None,
        has_receipt=bool(message.pop_receipt),
        pid=os.getpid(),
    )
    time.sleep(order.get("sleep", 0))
    if order["name"].startswith("fail"):
        raise RuntimeError("on purpose")
    _record(kind="queue-done", name=order["name"])


@app.function_name("on_time")
@app.timer_trigger(arg_name="timer", schedule="%SampleSchedule%", use_monitor=True)
def on_time(timer: func.TimerRequest) -> None:
    running = _count(kind="timer-start") - _count(kind="timer-end")
    _record(kind="timer-start", past_due=timer.past_due, overlaps=running > 0)
    time.sleep(float(os.environ.get("SAMPLE_TIMER_SECONDS", "0")))
    _record(kind="timer-end")
