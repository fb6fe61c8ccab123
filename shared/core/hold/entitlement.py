"""Who may see and decide a message: the one place where that is said (stage 6)."""

from __future__ import annotations

from shared.core.hold.record import MessageRecord, Role
from shared.core.message.domains import normal_address


def sender_of(record: MessageRecord) -> str:
    """The address of the person whose message it is: the reverse-path, which the tenant's own server has checked.

    Empty for the null sender. The From field proves nothing: whoever writes the message writes it.
    """
    return record.envelope.reverse_path


def entitled(record: MessageRecord, person: str) -> Role | None:
    """As what ``person`` may see and decide the message; ``None`` when they may not.

    Mail that Matta wrote itself is nobody's to look at.
    """
    sender = sender_of(record)
    if record.own or not sender:
        return None
    return Role.SENDER if normal_address(person) == normal_address(sender) else None
