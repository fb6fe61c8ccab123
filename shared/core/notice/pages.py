"""The web pages about a hold, as HTML text (stage 6). They work without scripts and load nothing from anywhere."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from shared.core.hold.record import SYSTEM, Actor, Event, State
from shared.core.notice.approval_parts import approval_parts
from shared.core.notice.formats import moment_text
from shared.core.notice.hold_view import NOTHING_YET, FilledIn, HoldView
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import LONGEST_ADDRESS, HoldEnd
from shared.core.notice.templating import render_template, style_hash, style_sheet, wording
from shared.core.text.approval import APPROVAL
from shared.core.text.events import render_event
from shared.core.text.language import Language
from shared.core.text.page import PAGE
from shared.core.text.words import WORDS

SHOWN_PEOPLE = 8
"""Recipients of one domain that show at once; the others are one click away."""
_TITLE_SUBJECT = 80
_TONES: dict[State, tuple[str, str]] = {
    State.HELD: ("warn", "pause"),
    State.DELAYED: ("warn", "clock"),
    State.AWAITING_APPROVAL: ("warn", "clock"),
    State.DENIED: ("bad", "cross"),
    State.DELIVERING: ("good", "send"),
    State.DELIVERED: ("good", "check"),
    State.PARTLY_DELIVERED: ("warn", "alert"),
    State.BOUNCED: ("bad", "cross"),
    State.DISCARDED: ("", "bin"),
    State.EXPIRED: ("", "clock"),
}
_UNCERTAIN = frozenset({"busy"})
"""Errors after which something may have been done all the same."""


def content_security_policy() -> str:
    """What a browser may load for these pages: the one style sheet and data URLs in it, nothing else."""
    return (
        f"default-src 'none'; style-src {style_hash()}; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


def hold_page(view: HoldView, mark: str, filled: FilledIn = NOTHING_YET) -> str:
    """The held message with its reasons to tick, and Release and Discard.

    ``mark`` is the form's own field. An error summary names reasons that should have been ticked, or the problem.
    """
    context = _about(view, PAGE.text(f"state.{view.sheet.state}.title", view.language))
    dropped = {one_line(address, LONGEST_ADDRESS) for address in filled.dropped}
    more = {"mark": mark, "filled": filled, "dropped": dropped, "choosing": True}
    return render_template("hold.html", context | more)


def confirm_page(view: HoldView, verb: str, mark: str, filled: FilledIn) -> str:
    """The second question, before ``verb`` (``release`` or ``discard``) is done."""
    wording_of = "recall" if verb == "discard" and view.sheet.state is State.DELAYED else verb
    context = _about(view, PAGE.text(f"confirm.{wording_of}.title", view.language))
    dropped = [one_line(address, LONGEST_ADDRESS) for address in filled.dropped]
    files = [file.name for file in view.sheet.attachments if file.part in filled.dropped_files]
    more = {"verb": verb, "said": wording_of, "mark": mark, "filled": filled, "ticked": sorted(filled.ticked)}
    more |= {"dropped": dropped, "dropped_names": files, "narrow": True}
    return render_template("confirm.html", context | more)


def outcome_page(view: HoldView, *, done: str = "", before: bool = False, withdraw_mark: str = "") -> str:
    """What became of the message. ``done`` is the verb that was carried out just now; ``before`` says that somebody
    had decided before this request did. With ``withdraw_mark``, a form's own field, a request can be taken back."""
    language = view.language
    tone, picture = _TONES[view.sheet.state]
    title = PAGE.text(f"state.{view.sheet.state}.title", language)
    lead = ""
    if done:
        waits = view.sheet.state is State.AWAITING_APPROVAL
        tone, picture = (tone, picture) if waits else ("good", "send") if done == "release" else ("", "bin")
        said = "asked" if waits else done
        title, lead = PAGE.text(f"done.{said}.title", language), PAGE.text(f"done.{said}.lead", language)
    note = PAGE.text("decided.before", language) if before else ""
    extra = {"tone": tone, "picture": picture, "title": title, "note": note, "lead": lead}
    extra["withdraw_mark"] = withdraw_mark if view.sheet.state is State.AWAITING_APPROVAL else ""
    return render_template("outcome.html", _about(view, title) | extra)


def withdraw_page(view: HoldView, mark: str) -> str:
    """The second question before a request for approval is taken back."""
    context = _about(view, APPROVAL.text("confirm.withdraw.title", view.language))
    return render_template("withdraw.html", context | {"mark": mark, "narrow": True})


def error_page(code: str, language: Language) -> str:
    """A plain page for a stable error code; it says nothing about any message."""
    title = PAGE.text(f"error.{code}.title", language)
    context = page_frame(language, title) | wording(PAGE, language, UTC)
    context |= {"code": code, "title": title, "nothing_done": code not in _UNCERTAIN, "narrow": True}
    return render_template("error.html", context)


def front_page(language: Language) -> str:
    """The page at the root: what this is, and where to find a held message."""
    context = page_frame(language, PAGE.text("front.title", language)) | wording(PAGE, language, UTC)
    return render_template("front.html", context)


def page_frame(language: Language, title: str) -> dict[str, Any]:
    """What the layout of every page wants."""
    from markupsafe import Markup  # comes with jinja2, and loads as late

    # The style sheet is a file of ours; escaping would break it and its hash.
    css = Markup(style_sheet())  # noqa: S704
    return {"title": title, "css": css, "narrow": False, "footer": PAGE.text("footer", language)}


def _about(view: HoldView, title: str) -> dict[str, Any]:
    subject = one_line(view.sheet.subject, _TITLE_SUBJECT)
    context = page_frame(view.language, f"{title}: {subject}" if subject else title)
    context |= wording(PAGE, view.language, view.zone)
    if view.approval is not None:
        context |= approval_parts(view.approval, view.language, view.zone)
    return context | {
        "view": view,
        "shown_people": SHOWN_PEOPLE,
        "end_text": lambda end: _end_text(view, end),
        "outcome_text": _outcome_text,
        "event": lambda event: _event_text(view, event),
        "narrow": not view.sheet.state.awaits_decision,
    }


def _end_text(view: HoldView, end: HoldEnd) -> str:
    when = moment_text(end.at, view.zone, view.language) if end.at else ""
    return PAGE.text(f"hold.end.{end.what}", view.language, when=when)


def _outcome_text(view: HoldView) -> str:
    outcome, language = view.sheet.outcome, view.language
    if outcome is None:
        return PAGE.text("outcome.not_held", language)
    when = moment_text(outcome.at, view.zone, language)
    verb = PAGE.text(f"verb.{outcome.verb}", language)
    if outcome.actor == SYSTEM:
        key = "outcome.by_policy" if view.sheet.by_policy else "outcome.by_system"
        return PAGE.text(key, language, when=when, verb=verb)
    key = "outcome.by_you" if outcome.actor.name.casefold() == view.person.casefold() else "outcome.by_other"
    channel = WORDS.text(f"channel.{outcome.actor.channel}", language)
    return PAGE.text(key, language, when=when, verb=verb, who=_who(outcome.actor, language), channel=channel)


def _event_text(view: HoldView, event: Event) -> str:
    line = one_line(render_event(event.code, event.args, view.language))
    if event.actor == SYSTEM:
        return line
    channel = WORDS.text(f"channel.{event.actor.channel}", view.language)
    return line + PAGE.text("by", view.language, who=_who(event.actor, view.language), channel=channel)


def _who(actor: Actor, language: Language) -> str:
    """Who acted, and for whom (product.md X2)."""
    name = one_line(actor.name)
    if not actor.on_behalf_of:
        return name
    return PAGE.text("who.for", language, who=name, whom=one_line(actor.on_behalf_of))
