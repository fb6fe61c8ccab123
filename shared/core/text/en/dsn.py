"""English texts of delivery status notifications."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "sender_name": "Matta Mail Delivery",
    "subject": "Undelivered: {subject}",
    "subject_blank": "(no subject)",
    "title": "Your message could not be delivered.",
    "title_some": "Your message could not be delivered to some recipients. Its other recipients are not affected.",
    "label.subject": "Subject",
    "label.sent": "Sent",
    "label.failed": "Recipients who did not get it",
    "more": "and {count} more (see the attached delivery status)",
    "answer": "The other server said",
    "technical": "Technical details are attached: the delivery status and the header of your message.",
    "automatic": "This mail was sent automatically.",
    "why.mailbox-unknown": "The address does not exist. Please check how it is spelled.",
    "why.domain-unknown": "Mail cannot be sent to this domain. Please check the part after the @ sign.",
    "why.mailbox-full": "The recipient's mailbox is full.",
    "why.mailbox-disabled": "The recipient's mailbox is not in use at present.",
    "why.too-large": "The message is too large for the recipient's server.",
    "why.time-over": "Delivery was tried again and again, and did not succeed in time.",
    "why.loop": "The message went round in a circle, so it was stopped. Please tell your administrator.",
    "why.refused": "The recipient's server refuses this message by its own policy.",
    "why.security": "No secure connection was possible, so the message was not sent. Please tell your administrator.",
    "why.other": "The recipient's server refused the message.",
}
