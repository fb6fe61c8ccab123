"""What an action would break (product.md M8): a table of actions against seals and sealed kinds of mail. Decide stage.

Changes of the message's own header lie outside of what S/MIME (RFC 8551 section 3.1) and PGP/MIME (RFC 3156) sign or
encrypt, so they break nothing. Whatever changes the body breaks a signature, cannot reach into what is encrypted, and is
lost or harmful in TNEF and rights-managed mail, whose real content is one sealed part. A calendar item names its
attendees itself: hiding them in the header would say one thing and show another.
"""

from __future__ import annotations

from shared.core.message.facts import MailKind, MessageFacts
from shared.core.policy.actions import Action, BccConversion, InsertText, Link, Zip

CALENDAR = "calendar"
"""The word for a calendar item among the protections."""
_CHANGE_BODY = (Zip, InsertText, Link)
_BREAK_CALENDAR = (*_CHANGE_BODY, BccConversion)


def broken_by(action: Action, facts: MessageFacts) -> tuple[str, ...]:
    """The protections of the message that the action would break, in a fixed order; empty where it may be carried out."""
    found = sorted(protection.value for protection in facts.protections) if isinstance(action, _CHANGE_BODY) else []
    if isinstance(action, _BREAK_CALENDAR) and facts.kind in (MailKind.CALENDAR, MailKind.CALENDAR_REPLY):
        found.append(CALENDAR)
    return tuple(found)
