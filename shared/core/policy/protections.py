"""What an action would break (product.md M8): a table of actions against seals and sealed kinds of mail. Decide stage.

Changes of the message's own header lie outside of what S/MIME (RFC 8551 section 3.1) and PGP/MIME (RFC 3156) sign or
encrypt, so they break nothing. Whatever changes the body breaks a signature, cannot reach into what is encrypted, and is
lost or harmful in TNEF and rights-managed mail, whose real content is one sealed part. A calendar item names its
attendees itself: hiding them in the header would say one thing and show another. A piece of a message (RFC 2046 section
5.2.2) holds parts of parts, and the parts of a report (RFC 6522) are what it says.
"""

from __future__ import annotations

from shared.core.message.facts import MailKind, MessageFacts
from shared.core.message.headers import parse_content_type
from shared.core.policy.actions import Action, BccConversion, InsertText, Link, Zip

CALENDAR = "calendar"
"""The word for a calendar item among the protections."""
PARTIAL = "partial"
"""The word for one piece of a message that was cut for sending."""
REPORT = "report"
"""The word for a report that is neither a DSN nor a receipt, and has the attachments of an ordinary mail."""
_CHANGE_BODY = (Zip, InsertText, Link)
_TAKE_PARTS = (Zip, Link)
_BREAK_CALENDAR = (*_CHANGE_BODY, BccConversion)


def broken_by(action: Action, facts: MessageFacts) -> tuple[str, ...]:
    """The protections of the message that the action would break, in a fixed order; empty where it may be carried out."""
    found = sorted(protection.value for protection in facts.protections) if isinstance(action, _CHANGE_BODY) else []
    if isinstance(action, _BREAK_CALENDAR) and facts.kind in (MailKind.CALENDAR, MailKind.CALENDAR_REPLY):
        found.append(CALENDAR)
    kind = _content_type(facts)
    if isinstance(action, _CHANGE_BODY) and kind == "message/partial":
        found.append(PARTIAL)
    if isinstance(action, _TAKE_PARTS) and kind == "multipart/report":
        found.append(REPORT)
    return tuple(found)


def _content_type(facts: MessageFacts) -> str:
    body = next((value for name, value in facts.headers if name.lower() == "content-type"), "")
    return parse_content_type(body.encode("utf-8", "replace")).value
