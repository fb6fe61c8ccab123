"""Queue trigger: somebody is to be told of something (stage 5)."""

import azure.functions as func

from shared import wiring
from shared.usecases.notify import notify_item

bp = func.Blueprint()


@bp.function_name("notify")
@bp.queue_trigger(arg_name="item", queue_name="notify", connection="MattaStorage")
def notify(item: func.QueueMessage) -> None:
    """Write the notice or DSN that this item stands for."""
    notify_item(wiring.build(), item.get_body())
