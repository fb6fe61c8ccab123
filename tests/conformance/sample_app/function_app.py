"""A function of each kind that the product uses, in the form in which it declares them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import azure.functions as func

from functions.blob_name import BlobName

bp = func.Blueprint()


def _record(*what: object) -> None:
    with Path(os.environ["SAMPLE_EVENTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


@bp.function_name("page")
@bp.route(route="hold/{id}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def page(req: func.HttpRequest) -> func.HttpResponse:
    seen = [req.method, req.route_params["id"], req.params.get("t"), req.form.get("decision")]
    response = func.HttpResponse(json.dumps(seen), mimetype="application/json", status_code=202)
    response.headers.add("Set-Cookie", "session=1; HttpOnly")
    return response


@bp.function_name("evaluate")
@bp.blob_trigger(
    arg_name="spooled",
    path="spool/{hour}/{tenant}/{queue_id}.eml",
    connection="SampleStorage",
    source=func.BlobSource.EVENT_GRID,
)
async def evaluate(spooled: BlobName) -> None:
    _record("blob", spooled.connection, spooled.container, spooled.name)


@bp.function_name("deliver")
@bp.queue_trigger(arg_name="message", queue_name="deliver", connection="SampleStorage")
def deliver(message: func.QueueMessage) -> None:
    _record("queue", message.get_json(), message.dequeue_count, message.insertion_time is not None)


@bp.function_name("sweep")
@bp.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
def sweep(timer: func.TimerRequest) -> None:
    _record("timer", timer.past_due)


@bp.function_name("broken")
@bp.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
def broken(timer: func.TimerRequest) -> None:
    raise RuntimeError("on purpose")


app = func.FunctionApp()
app.register_functions(bp)
