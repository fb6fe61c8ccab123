"""Queue trigger: a message wants to be sent to its next hop (stage 4b), or has waited for its copies (stage 3)."""

import azure.functions as func

from shared import wiring

bp = func.Blueprint()


@bp.function_name("deliver")
@bp.queue_trigger(arg_name="item", queue_name="deliver", connection="MattaStorage")
def deliver(item: func.QueueMessage) -> None:
    """Do what this item stands for: try the message's pending recipients once, or judge it."""
    from shared.usecases.work_off import work_off  # with the first item: a cold start is waited for

    work_off(wiring.build(), item.get_body())
