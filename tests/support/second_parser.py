"""A second mail parser: what Matta writes has to be read alike by software that shares no code with Python's ``email``.

It is postal-mime (pinned in ``tests/support/node``), run by the Node.js that local runs use. One process serves a whole
test session and ends with it.
"""

from __future__ import annotations

import base64
import json
import struct
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.tools import node_modules, node_path

_SOURCES = Path(__file__).parent / "node"


class SecondParserRefused(ValueError):
    """The parser refuses this message altogether (too deep, header too large)."""


@dataclass(frozen=True)
class ParsedAttachment:
    """One attachment; ``name`` is ``""`` where none is given. A message/rfc822 part counts as one."""

    name: str
    content_type: str
    content: bytes
    disposition: str


@dataclass(frozen=True)
class Parsed:
    """A message as the second parser sees it. Addresses are as written, groups opened; of repeated fields all."""

    subject: str
    from_: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply_to: tuple[str, ...]
    names: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[ParsedAttachment, ...]

    def header(self, name: str) -> tuple[str, ...]:
        """The unfolded, not decoded values of a field."""
        return tuple(value for key, value in self.headers if key == name.lower())


def second_parse(data: bytes) -> Parsed:
    """Parse a message. Raises ``SecondParserRefused``."""
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(struct.pack(">I", len(data)) + data)
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise AssertionError(f"the second parser ended with {process.wait(10)}")
    answer = json.loads(line)
    if "error" in answer:
        raise SecondParserRefused(answer["error"])
    return _parsed(answer["email"])


@cache
def _process() -> subprocess.Popen[bytes]:
    package = node_modules(_SOURCES) / "postal-mime"
    command = [str(node_path()), str(_SOURCES / "parse.cjs"), str(package)]
    # It reads from this process and ends when this process does, however that ends.
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _parsed(email: dict[str, Any]) -> Parsed:
    sender = [email["from"]] if "from" in email else []
    return Parsed(
        subject=email.get("subject", ""),
        from_=_addresses(sender),
        to=_addresses(email.get("to", [])),
        cc=_addresses(email.get("cc", [])),
        bcc=_addresses(email.get("bcc", [])),
        reply_to=_addresses(email.get("replyTo", [])),
        names=tuple(item["name"] for item in [*_flat(email.get("to", [])), *_flat(email.get("cc", []))]),
        headers=tuple((header["key"], header["value"]) for header in email["headers"]),
        text=email.get("text", ""),
        html=email.get("html", ""),
        attachments=tuple(
            ParsedAttachment(
                item["filename"] or "",
                item["mimeType"],
                base64.b64decode(item["content"]),
                item["disposition"] or "",
            )
            for item in email["attachments"]
        ),
    )


def _flat(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [member for item in items for member in item.get("group", [item])]


def _addresses(items: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(item["address"] for item in _flat(items) if item.get("address"))
