"""English: the lines of a message's history."""

TEXTS: dict[str, str] = {
    "held": "Held.",
    "delayed": "Delivery waits for the time that is set.",
    "passed": "Delivery started without a hold.",
    "rejected": "Delivery was refused.",
    "released": "Released.",
    "discarded": "Discarded.",
    "reminded": "Reminder {reminder} was sent.",
    "expired": "Nobody decided in time; the message was discarded.",
    "left": "Nobody decided in time; the message stays on hold.",
    "deferred": "Attempt {attempt}: recipients still to be reached: {pending}. Delivery will be tried again.",
    "bounced": "No recipient could be reached.",
    "partly-delivered": "Some recipients could not be reached.",
    "delivered": "Delivered to all recipients.",
}
