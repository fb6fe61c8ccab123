"""The pages of an approver, as HTML text (stage 6). They work without scripts and load nothing from anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from shared.core.hold.record import SYSTEM, Event, State
from shared.core.notice.approval_letter import who_text
from shared.core.notice.approval_parts import approval_parts
from shared.core.notice.approval_sheet import ApprovalSheet
from shared.core.notice.formats import moment_text
from shared.core.notice.hold_view import Preview
from shared.core.notice.pages import SHOWN_PEOPLE
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import HoldSheet
from shared.core.notice.templating import render_template, style_sheet, wording
from shared.core.text.approval import APPROVAL
from shared.core.text.events import render_event
from shared.core.text.language import Language
from shared.core.text.page import PAGE
from shared.core.text.words import WORDS

_TITLE_SUBJECT = 80
_TONES = {
    "approved": ("good", "check"),
    "denied": ("bad", "cross"),
    "withdrawn": ("", "bin"),
    "expired": ("", "clock"),
    "lapsed": ("warn", "clock"),
    "waiting": ("good", "check"),
}


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """An approver's look at a request. ``on_behalf_of`` is the person whose proxy they answer as, empty for themselves."""

    person: str
    on_behalf_of: str
    language: Language
    zone: tzinfo
    approval: ApprovalSheet
    preview: Preview
    history: tuple[Event, ...]

    @property
    def sheet(self) -> HoldSheet:
        """The message."""
        return self.approval.hold


def approval_page(view: ApprovalView, mark: str, comment: str = "") -> str:
    """The request with the message, and Approve and Deny. ``mark`` is the form's own field."""
    context = _about(view, APPROVAL.text("page.open.title", view.language))
    return render_template("approval.html", context | {"mark": mark, "comment": comment})


def approval_confirm_page(view: ApprovalView, verb: str, comment: str, mark: str) -> str:
    """The second question, before ``verb`` (``approve`` or ``deny``) is done."""
    context = _about(view, APPROVAL.text(f"confirm.{verb}.title", view.language))
    return render_template(
        "approval_confirm.html", context | {"verb": verb, "comment": comment, "mark": mark, "narrow": True}
    )


def approval_outcome_page(view: ApprovalView, *, done: str = "", before: bool = False) -> str:
    """What became of the request, for who cannot answer it any more.

    ``done`` is the verb that was carried out just now; ``before`` says that it had been answered before this request was.
    """
    language = view.language
    ended = _ended(view.approval)
    tone, picture = _TONES[ended]
    prefix = "page" if ended == "waiting" else "end"
    title = APPROVAL.text(f"{prefix}.{ended}.title", language)
    lines = [_lead(view, f"{prefix}.{ended}.lead")]
    if done:
        title = APPROVAL.text(f"done.{done}.title", language)
        lines.append(APPROVAL.text(f"done.{done}.lead", language))
    note = APPROVAL.text("before", language) if before else ""
    extra = {"tone": tone, "picture": picture, "heading": title, "note": note, "lines": lines, "narrow": True}
    return render_template("approval_outcome.html", _about(view, title) | extra)


def _ended(sheet: ApprovalSheet) -> str:
    if sheet.open:
        return "waiting"
    if sheet.answer is not None:
        return "approved" if sheet.answer else "denied"
    return {State.DISCARDED: "withdrawn", State.EXPIRED: "expired"}.get(sheet.hold.state, "lapsed")


def _lead(view: ApprovalView, key: str) -> str:
    outcome, values = view.sheet.outcome, {"who": "", "when": ""}
    if outcome is not None:
        values = {
            "who": who_text(outcome.actor, view.language),
            "when": moment_text(outcome.at, view.zone, view.language),
        }
    return APPROVAL.text(key, view.language, **values)


def _about(view: ApprovalView, title: str) -> dict[str, Any]:
    from markupsafe import Markup  # comes with jinja2, and loads as late

    language = view.language
    subject = one_line(view.sheet.subject, _TITLE_SUBJECT)
    return (
        wording(PAGE, language, view.zone)
        | approval_parts(view.approval, language, view.zone)
        | {
            "view": view,
            "title": f"{title}: {subject}" if subject else title,
            # The style sheet is a file of ours; escaping would break it and its hash.
            "css": Markup(style_sheet()),  # noqa: S704
            "footer": PAGE.text("footer", language),
            "narrow": False,
            "shown_people": SHOWN_PEOPLE,
            "event": lambda event: _event_text(view, event),
        }
    )


def _event_text(view: ApprovalView, event: Event) -> str:
    line = one_line(render_event(event.code, event.args, view.language))
    if event.actor == SYSTEM:
        return line
    channel = WORDS.text(f"channel.{event.actor.channel}", view.language)
    return line + PAGE.text("by", view.language, who=who_text(event.actor, view.language), channel=channel)
