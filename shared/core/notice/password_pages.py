"""The pages about password notices, as HTML text (stage 6). No page holds a password but the answer to asking for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from shared.core.hold.password_notice import NoticeVerb
from shared.core.hold.record import SYSTEM, Event
from shared.core.notice.receipt_letter import lead_of
from shared.core.notice.receipt_sheet import ReceiptSheet, ShownEncryption
from shared.core.notice.safe_text import one_line
from shared.core.notice.templating import render_template, style_sheet, wording
from shared.core.text.events import render_event
from shared.core.text.language import Language
from shared.core.text.password import PASSWORD
from shared.core.text.words import WORDS

ASKED_TWICE = frozenset({NoticeVerb.SEND, NoticeVerb.DELETE})
"""What cannot be undone is asked about once more."""
SHOWN_PEOPLE = 8
_TITLE_SUBJECT = 80
_PICTURES = {"send": "send", "pause": "pause", "resume": "clock", "delete": "bin"}


@dataclass(frozen=True, slots=True)
class PasswordView:
    """One person's look at a message's encrypted files; ``sheet`` holds no password."""

    person: str
    language: Language
    zone: tzinfo
    sheet: ReceiptSheet
    history: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the request before this page did: ``said`` is the key of its sentence; ``password`` belongs to ``variant``."""

    said: str = ""
    is_bad: bool = False
    variant: str = ""
    password: str = field(default="", repr=False)


def password_page(view: PasswordView, mark: str, version: str, outcome: Outcome = Outcome()) -> str:
    """How the notices stand, with what can be done. ``mark`` and ``version`` are the form's own fields."""
    context = _about(view, PASSWORD.text("page.title", view.language))
    return render_template("password.html", context | {"mark": mark, "version": version, "outcome": outcome})


def password_confirm_page(view: PasswordView, shown: ShownEncryption, verb: NoticeVerb, mark: str, version: str) -> str:
    """The second question before a notice is sent or deleted."""
    context = _about(view, PASSWORD.text(f"confirm.{verb}.title", view.language))
    return render_template(
        "password_confirm.html",
        context | {"mark": mark, "version": version, "shown": shown, "verb": verb},
    )


def _about(view: PasswordView, title: str) -> dict[str, Any]:
    from markupsafe import Markup  # comes with jinja2, and loads as late

    subject = one_line(view.sheet.hold.subject, _TITLE_SUBJECT)
    context = wording(PASSWORD, view.language, view.zone)
    return context | {
        "view": view,
        "sheet": view.sheet,
        "title": f"{title}: {subject}" if subject else title,
        # The style sheet is a file of ours; escaping would break it and its hash.
        "css": Markup(style_sheet()),  # noqa: S704
        "footer": PASSWORD.text("footer", view.language),
        "narrow": True,
        "shown_people": SHOWN_PEOPLE,
        "lead_text": lambda shown: lead_of(shown, view.language, view.zone),
        "picture": _PICTURES.__getitem__,
        "event": lambda event: _event_text(view, event),
    }


def _event_text(view: PasswordView, event: Event) -> str:
    line = one_line(render_event(event.code, event.args, view.language))
    if event.actor == SYSTEM:
        return line
    who = one_line(event.actor.name)
    channel = WORDS.text(f"channel.{event.actor.channel}", view.language)
    if event.actor.on_behalf_of:
        who = PASSWORD.text("by.for", view.language, who=who, principal=one_line(event.actor.on_behalf_of))
    return line + PASSWORD.text("by", view.language, who=who, channel=channel)
