"""Blob trigger: a message was committed to the spool (stage 2). It takes the name; the use case reads the bytes."""

import azure.functions as func

from functions.blob_name import BlobName
from shared import wiring

bp = func.Blueprint()


@bp.function_name("evaluate")
@bp.blob_trigger(
    arg_name="spooled",
    path="spool/{hour}/{tenant}/{queue_id}.eml",
    connection="MattaStorage",
    source=func.BlobSource.EVENT_GRID,
)
def evaluate(spooled: BlobName) -> None:
    """Judge the message that this blob holds."""
    from shared.usecases.evaluate_message import evaluate_blob  # with the first blob: a cold start is waited for

    evaluate_blob(wiring.build(), spooled.name)
