"""A message's text and attachments for whoever may see them (stage 6); every look is written down before it is given.

What cannot be given, since it is not there or too large, was not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.message.attachments import attachment_name, find_attachments
from shared.core.message.body import attachment_content, body_texts
from shared.core.message.limits import Limits
from shared.core.message.parse import parse
from shared.core.notice.preview import preview_text
from shared.core.transform.archive.names import safe_name
from shared.errors import NotFound, PermanentError
from shared.usecases.note_look import note_look
from shared.usecases.reach_message import Reached, asker_of
from shared.usecases.view_hold import LONGEST_PREFIX, read_prefix
from shared.usecases.workspace import Workspace

LARGEST_FILE = 32 * 1024 * 1024
"""Bytes of an attachment that is given out; a larger one can only be seen after delivery."""
LONGEST_HTML = 400_000
_LIMITS = Limits(max_text_length=LONGEST_HTML)


class TooLargeToShow(PermanentError):
    """The attachment is larger than ``LARGEST_FILE``."""

    public = "This attachment is too large to be shown here."


class ContentDeleted(NotFound):
    """Retention has deleted the message's content."""

    public = "The content was deleted when its retention period ended. The record of the message is still here."


@dataclass(frozen=True, slots=True)
class Body:
    """``text`` is safe plain text. ``html`` is the stranger's own markup, to be shown in a sandboxed frame and nowhere
    else; empty where there is none. ``available`` is false where the bytes are gone or cannot be read; ``deleted_at`` is
    when retention took them.
    """

    text: str
    html: str
    cut: bool
    available: bool
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: its bytes, and its name fit to be written anywhere, whatever the sender called it."""

    name: str
    data: bytes


def read_body(app: App, who: Principal, reached: Reached, peer: str) -> Body:
    """The body. Raises ``NotFound`` where the person may not see it, ``TemporaryError``."""
    _may_look(reached)
    if reached.record.body_deleted_at is not None:
        return Body("", "", cut=False, available=False, deleted_at=reached.record.body_deleted_at)
    try:
        content = app.spool.content("spool", reached.record.ref)
        prefix = read_prefix(content, LONGEST_PREFIX)
    except PermanentError:  # the bytes are gone: retention took them
        return Body("", "", cut=False, available=False)
    _note(app, who, reached, peer, "body")
    preview = preview_text(prefix, complete=content.size <= len(prefix))
    html = next((text for text in body_texts(parse(prefix, _LIMITS), _LIMITS) if text.is_html), None)
    cut = preview.cut or (html is not None and html.truncated)
    return Body(preview.text, html.text if html else "", cut, preview.available)


def read_attachment(app: App, who: Principal, reached: Reached, peer: str, part: str) -> File:
    """The attachment with that part number. Raises ``ContentDeleted``, ``NotFound``, ``TooLargeToShow``, ``TemporaryError``."""
    _may_look(reached)
    if reached.record.body_deleted_at is not None:
        raise ContentDeleted("retention took it")
    with Workspace() as workspace:
        tree = parse(workspace.put(app.spool.content("spool", reached.record.ref).chunks()))
        found = next((item for item in find_attachments(tree) if item.part == part), None)
        content = attachment_content(tree, part) if found is not None else None
        node = tree.part(part)
        if found is None or content is None or node is None:
            raise NotFound("no such attachment")
        if found.size > LARGEST_FILE:
            raise TooLargeToShow(f"{found.size} bytes")
        data = b"".join(content)
    _note(app, who, reached, peer, f"attachment {found.part}")
    return File(safe_name(attachment_name(tree, node), "attachment"), data)


def _may_look(reached: Reached) -> None:
    if not reached.content:
        raise NotFound("may not see the content")


def _note(app: App, who: Principal, reached: Reached, peer: str, what: str) -> None:
    note_look(app, reached.record.ref, reached.standing, asker_of(who, peer), what)
