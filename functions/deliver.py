"""Queue trigger: a message wants to be sent to its next hop (stage 4b)."""

import azure.functions as func

from shared import wiring
from shared.usecases.deliver_message import deliver_item

bp = func.Blueprint()


@bp.function_name("deliver")
@bp.queue_trigger(arg_name="item", queue_name="deliver", connection="MattaStorage")
def deliver(item: func.QueueMessage) -> None:
    """Try the message's pending recipients once."""
    deliver_item(wiring.build(), item.get_body())
