"""English texts of what the bot says in Teams."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help": "I am Matta. When a message of yours is held, or somebody asks for your approval, I show it here, with buttons to decide. There is nothing that you need to write to me; what you write is not kept.",
    "welcome": "Matta: your held messages will be shown here",
    "summary": "Matta",
    "unknown-person": "Matta does not know you yet as a person of this organisation. Please ask your administrator.",
    "removed-person": "You cannot use Matta any more. Please ask your administrator if you think that this is wrong.",
    "unknown-organisation": "Matta is not set up for this organisation. Please ask your administrator.",
    "not-personal": "Matta shows messages only in the chat with each person.",
    "try-again": "That did not work just now. Please try again in a minute.",
    "unusable": "This button cannot be used any more.",
}
