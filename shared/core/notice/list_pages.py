"""The web pages on which somebody decides several held messages at once, as HTML text (stage 6; product.md H8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from shared.core.hold.record import SYSTEM, Outcome
from shared.core.notice.formats import moment_text
from shared.core.notice.pages import page_frame
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import NumberedReason
from shared.core.notice.templating import render_template, wording
from shared.core.text.language import Language
from shared.core.text.page import PAGE
from shared.core.text.words import WORDS


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """One message as the list shows it; texts were made safe. ``number`` names it in the form.

    ``decidable`` is false for one that waits for approval. ``on_behalf_of`` is whose message it is, empty for one's own.
    ``reasons`` are there where they are asked about, ``missing`` those that should have been ticked.
    """

    number: str
    subject: str
    first_recipients: tuple[str, ...]
    recipients: int
    external: int
    attachments: int
    sent_at: datetime
    link: str
    on_behalf_of: str = ""
    decidable: bool = True
    rule_names: tuple[str, ...] = ()
    reasons: tuple[NumberedReason, ...] = ()
    ticked: frozenset[int] = frozenset()
    missing: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ToldResult:
    """What became of one message: ``result`` is a stable word (``BulkResult``), ``outcome`` who decided it and how.

    ``waits``: it was released and awaits approval.
    """

    subject: str
    link: str
    result: str
    outcome: Outcome | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ListView:
    """What everybody sees of a list: for whom, in which language and zone, and the way back to the list's beginning."""

    person: str
    language: Language
    zone: tzinfo
    home: str


def list_page(
    view: ListView, messages: tuple[ListedMessage, ...], mark: str, next_page: str = "", *, nothing_ticked: bool = False
) -> str:
    """The held messages with a box each, and Release and Discard. ``next_page`` is the address of the next ones."""
    more = {"messages": messages, "mark": mark, "next_page": next_page, "nothing_ticked": nothing_ticked}
    return render_template("list.html", _context(view, "list.title") | more)


def list_confirm_page(view: ListView, messages: tuple[ListedMessage, ...], verb: str, mark: str) -> str:
    """The second question: each message with its reasons; for a release each reason with a box to tick."""
    more = {"messages": messages, "mark": mark, "verb": verb, "missing": any(one.missing for one in messages)}
    return render_template("list-confirm.html", _context(view, f"list.confirm.{verb}.title") | more)


def list_result_page(view: ListView, results: tuple[ToldResult, ...], verb: str) -> str:
    """What became of each message."""
    more = {"results": results, "verb": verb, "told": lambda result: _told(view, result, verb)}
    return render_template("list-result.html", _context(view, "list.result.title") | more)


def _context(view: ListView, title: str) -> dict[str, Any]:
    context = page_frame(view.language, PAGE.text(title, view.language)) | wording(PAGE, view.language, view.zone)
    return context | {"view": view, "heading": PAGE.text(title, view.language)}


def _told(view: ListView, told: ToldResult, verb: str) -> str:
    language = view.language
    if told.result == "done":
        asked = verb == "release" and told.waits
        return PAGE.text("list.done.ask" if asked else f"list.done.{verb}", language)
    if told.result != "decided-before" or told.outcome is None:
        return PAGE.text(f"list.result.{told.result}", language)
    when = moment_text(told.outcome.at, view.zone, language)
    done = PAGE.text(f"verb.{told.outcome.verb}", language)
    actor = told.outcome.actor
    if actor == SYSTEM:
        return PAGE.text("outcome.by_system", language, when=when, verb=done)
    key = "outcome.by_you" if actor.name.casefold() == view.person.casefold() else "outcome.by_other"
    channel = WORDS.text(f"channel.{actor.channel}", language)
    return PAGE.text(key, language, when=when, verb=done, who=one_line(actor.name), channel=channel)
