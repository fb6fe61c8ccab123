"""English texts of the mail that tells a sender of a hold."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "sender_name": "Matta",
    # One set for each kind of notice
    "subject.first": "[Matta] On hold: {subject}",
    "subject.reminder": "[Matta] Please check (reminder {number}): {subject}",
    "subject.left": "[Matta] Still on hold: {subject}",
    "subject.released": "[Matta] Released, time ran out: {subject}",
    "subject.expired": "[Matta] Discarded, time ran out: {subject}",
    "title.first": "Please check before it is sent",
    "title.reminder": "Your message is still on hold",
    "title.left": "Your message stays on hold",
    "title.released": "Time ran out: your message was released",
    "title.expired": "Time ran out: your message was discarded",
    "lead.first": "A message of yours is being held before it goes to its recipients. Check it, then release or discard it.",
    "lead.reminder": "This message has not reached its recipients yet (reminder {number}). Check it, then release or discard it.",
    "lead.left": "This message has not reached its recipients. This is the last notice; the message waits until it is released or discarded.",
    "lead.released": "Nobody decided in time, so this message was released, as your organisation has set.",
    "lead.expired": "Nobody decided in time, so this message was discarded, as your organisation has set. It reached nobody.",
    "button.decide": "Review the message",
    "button.look": "See the record",
    # What the message is
    "label.subject": "Subject",
    "label.from": "From",
    "label.sent": "Sent",
    "label.recipients": "Recipients",
    "label.external": "External recipients",
    "label.internal": "Internal recipients",
    "label.attachments": "Attachments",
    "label.reasons": "What to check",
    "subject_blank": "(no subject)",
    "counts": "{total} [To({to}) / Cc({cc}) / Bcc({bcc})]",
    "people": "{count}",
    "none": "None",
    "more": "and {count} more",
    "more_domains": "and {count} more domains",
    "unnamed": "(no name)",
    # What happens next
    "end.discard": "If nobody decides, the message is discarded on {when}.",
    "end.release": "If nobody decides, the message is released on {when}.",
    "end.leave": "The message stays on hold, unsent, until somebody decides.",
    "link_end": "This link works until {when}",
    "link_own": "The link is for you alone; please do not forward it. Opening it neither releases nor discards anything.",
    "link_plain": "If the button does not work, open this address in a browser:",
    "automatic": "Matta sends this mail automatically. A reply neither releases nor discards the message.",
}
