"""Queue trigger: somebody is to be told of something (stage 5)."""

import azure.functions as func

from shared import wiring

bp = func.Blueprint()


@bp.function_name("notify")
@bp.queue_trigger(arg_name="item", queue_name="notify", connection="MattaStorage")
def notify(item: func.QueueMessage) -> None:
    """Do what this item stands for: write a notice or DSN, or bring cards up to date."""
    from shared.usecases.notify import notify_item  # with the first item: a cold start is waited for

    notify_item(wiring.build(), item.get_body())
