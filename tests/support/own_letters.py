"""What Matta itself wrote to people, as the next hop took it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.support.app import World


def letters(world: World) -> list[EmailMessage]:
    """What the next hop took of Matta's own mail, oldest first."""
    found = []
    for one in world.next_hop.transactions:
        if one.accepted and b"Auto-Submitted: auto-generated" in one.data:
            message = message_from_bytes(one.data, policy=policy.default)
            assert isinstance(message, EmailMessage)
            found.append(message)
    return found


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def token_in(world: World, message: EmailMessage) -> str:
    found = re.search(rf"{re.escape(world.app.process.public_url)}/h/(\S+)", text_of(message))
    assert found is not None
    return found.group(1)


def recipients(world: World) -> list[str]:
    """To whom Matta's own mail went, in order."""
    return [one.recipients[0] for one in world.next_hop.transactions if one.reverse_path == ""]
