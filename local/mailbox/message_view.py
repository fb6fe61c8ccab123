"""What the mailbox's pages show of a message: header lines, text, HTML, attachments. For looking only.

Read with Python's ``email`` package on purpose: it is a second opinion on what Matta's own message core has made.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value

from local.mailbox.store import display


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part with a file name, or one that is neither text nor a container."""

    index: int
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as people see it."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text_of(part: Message) -> str:
    content = _bytes_of(part)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _name_of(part: Message) -> str:
    name = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
    return display(collapse_rfc2231_value(name)) if name else ""


def _leaves(message: Message) -> list[Message]:
    """Parts that are no containers; a message inside a message counts as one attachment."""
    found: list[Message] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        children = part.get_payload() if part.get_content_maintype() == "multipart" else None
        if isinstance(children, list):
            waiting[:0] = [child for child in children if isinstance(child, Message)]
        else:
            found.append(part)
    return found


def view(raw: bytes) -> MessageView:
    """Read a message; odd ones show less, none raises."""
    message = BytesParser().parsebytes(raw)
    text, html = "", ""
    attachments = []
    for index, part in enumerate(_leaves(message)):
        name, kind = _name_of(part), part.get_content_type()
        if not name and part.get_content_disposition() != "attachment" and kind in ("text/plain", "text/html"):
            if kind == "text/plain":
                text += _text_of(part)
            else:
                html += _text_of(part)
        else:
            size = len(_bytes_of(part)) if kind != "message/rfc822" else len(part.as_bytes())
            attachments.append(Attachment(index, name or "(no name)", kind, size))
    headers = tuple((name, display(value)) for name, value in message.items())
    return MessageView(headers, text, html, tuple(attachments))


def attachment(raw: bytes, index: int) -> tuple[Attachment, bytes] | None:
    """One attachment with its decoded bytes, by the index that ``view`` gave it."""
    leaves = _leaves(BytesParser().parsebytes(raw))
    if not 0 <= index < len(leaves):
        return None
    part = leaves[index]
    content = _bytes_of(part) if part.get_content_type() != "message/rfc822" else part.as_bytes()
    return Attachment(index, _name_of(part) or "attachment", part.get_content_type(), len(content)), content
