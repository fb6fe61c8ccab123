"""Queue trigger: somebody is to be told of something (stage 5)."""

import azure.functions as func

from shared import wiring
from shared.usecases.notify import notify_item

bp = func.Blueprint()


@bp.function_name("notify")
@bp.queue_trigger(arg_name="item", queue_name="notify", connection="MattaStorage")
def notify(item: func.QueueMessage) -> None:
    """Do what this item stands for: write a notice or DSN, or bring cards up to date."""
    notify_item(wiring.build(), item.get_body())
