"""Reading texts out of messages with Python's own ``email`` and ``html.parser``, to check what was inserted where."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser

from shared.core.message.parse import parse
from shared.core.transform.insert_text import InsertText, insert_text
from shared.core.transform.splice import apply

_SILENT = frozenset({"script", "style", "title"})


@dataclass(frozen=True)
class ReadLeaf:
    """A leaf as ``email`` sees it: type, charset label, transfer encoding, decoded bytes, and the text with ``\\n``."""

    kind: str
    charset: str
    encoding: str
    content: bytes

    @property
    def text(self) -> str:
        """The content by the charset that the part names; fails where it is not in it."""
        return self.content.decode(self.charset or "us-ascii").replace("\r\n", "\n")


def inserted(data: bytes, arguments: InsertText) -> bytes:
    """The message with the text in it."""
    return b"".join(apply(data, insert_text(parse(data), arguments).splices))


def read_leaves(data: bytes) -> list[ReadLeaf]:
    """The leaves of the message itself in order; an attached message is one."""
    found: list[ReadLeaf] = []
    _walk(email.message_from_bytes(data, policy=email.policy.compat32), found)
    return found


def outline(data: bytes) -> list[str]:
    """Types of all parts, parents first."""
    return [part.get_content_type() for part in email.message_from_bytes(data, policy=email.policy.compat32).walk()]


def visible(markup: str) -> str:
    """The text of an HTML document that is shown, white space collapsed."""
    reader = _Visible()
    reader.feed(markup)
    reader.close()
    return " ".join("".join(reader.shown).split())


def _walk(part: Message, found: list[ReadLeaf]) -> None:
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in part.get_payload():
            assert isinstance(child, Message)
            _walk(child, found)
        return
    content = part.get_payload(decode=True)
    charset = part.get_param("charset", "")
    found.append(
        ReadLeaf(
            part.get_content_type(),
            charset.lower() if isinstance(charset, str) else str(charset[2]).lower(),
            str(part.get("content-transfer-encoding", "7bit")).lower(),
            content if isinstance(content, bytes) else part.as_bytes(),
        )
    )


class _Visible(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        self.shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT
        self.shown.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.shown.append(data)
