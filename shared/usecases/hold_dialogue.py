"""The dialogue of the hold page (stage 6): look, tick, choose, be asked again, act; one step for each request.

GET shows and changes nothing. A form is believed only with the mark that the page before put into it: it names the
link and the step, so another site cannot make one up, and the second question cannot be skipped.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared import log
from shared.app import App
from shared.core.hold.link import LinkExpired, LinkForged, sign_step, step_is_ours
from shared.core.notice.hold_view import HoldView
from shared.core.notice.pages import confirm_page, error_page, hold_page, outcome_page
from shared.core.text.language import choose_language
from shared.usecases.act_on_hold import Acted, AlreadyActed, NotAcknowledged, Verb, act_on_hold, missing_reasons
from shared.usecases.open_link import LinkForeign, open_link
from shared.usecases.view_hold import view_hold
from shared.usecases.web_page import Answer, Page, web_page


@dataclass(frozen=True, slots=True)
class HoldForm:
    """What a form on the page sent. ``confirmed`` on the second question."""

    action: str
    acknowledged: frozenset[int]
    mark: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the page. ``form`` is ``None`` when it only looks. ``peer`` is the network address that asks."""

    token: str
    chosen_language: str = ""
    accepted_languages: tuple[str, ...] = ()
    peer: str = ""
    form: HoldForm | None = None


def visit_hold(app: App, visit: Visit) -> Page:
    """The next page of the dialogue. Never raises: what goes wrong is a plain page too, and a line in the log."""
    try:
        return _step(app, visit, visit.form)
    except LinkForged:
        return plain_page(Answer.UNKNOWN, visit)
    except LinkExpired:
        return plain_page(Answer.EXPIRED, visit)
    except LinkForeign:
        return plain_page(Answer.FOREIGN, visit)
    except Exception as error:  # a visitor learns nothing of what is wrong inside
        log.trouble("page", None, error)
        return plain_page(Answer.BUSY, visit)


def plain_page(answer: Answer, visit: Visit) -> Page:
    """The page for a visit that leads to no message."""
    language = choose_language(visit.chosen_language, *visit.accepted_languages)
    return web_page(answer, error_page(answer.value, language), language)


def _step(app: App, visit: Visit, form: HoldForm | None) -> Page:
    opened = open_link(app, visit.token)
    if form is None:
        return _look(app, visit)
    try:
        verb = Verb(form.action)
    except ValueError:
        return plain_page(Answer.UNREADABLE, visit)
    record = opened.stored.record
    if not record.state.awaits_decision:
        return _decided(app, visit)
    step = _confirm_step(verb, form.acknowledged) if form.confirmed else _FIRST_STEP
    if not step_is_ours(form.mark, visit.token, step, app.secrets.signing_keys("link")):
        return plain_page(Answer.STALE, visit)
    if not form.confirmed:
        missing = missing_reasons(record, form.acknowledged) if verb is Verb.RELEASE else ()
        return _incomplete(app, visit, form, missing) if missing else _ask_again(app, visit, verb, form)
    result = act_on_hold(app, visit.token, verb, form.acknowledged, visit.peer)
    match result:
        case Acted():
            view = _view(app, visit)
            return web_page(Answer.SHOWN, outcome_page(view, done=verb), view.language)
        case AlreadyActed():
            return _decided(app, visit)
        case NotAcknowledged(numbers):
            return _incomplete(app, visit, form, numbers)


def _look(app: App, visit: Visit) -> Page:
    view = _view(app, visit)
    if view.sheet.state.awaits_decision:
        return web_page(Answer.SHOWN, hold_page(view, _mark(app, visit, _FIRST_STEP)), view.language)
    return web_page(Answer.SHOWN, outcome_page(view), view.language)


def _incomplete(app: App, visit: Visit, form: HoldForm, missing: Collection[int]) -> Page:
    view = _view(app, visit)
    html = hold_page(view, _mark(app, visit, _FIRST_STEP), form.acknowledged, missing)
    return web_page(Answer.INCOMPLETE, html, view.language)


def _ask_again(app: App, visit: Visit, verb: Verb, form: HoldForm) -> Page:
    view = _view(app, visit)
    ticked = form.acknowledged & view.sheet.numbers()
    mark = _mark(app, visit, _confirm_step(verb, ticked))
    return web_page(Answer.SHOWN, confirm_page(view, verb, mark, ticked), view.language)


def _decided(app: App, visit: Visit) -> Page:
    view = _view(app, visit)
    return web_page(Answer.DECIDED_BEFORE, outcome_page(view, before=True), view.language)


def _view(app: App, visit: Visit) -> HoldView:
    return view_hold(app, open_link(app, visit.token), visit.chosen_language, visit.accepted_languages)


_FIRST_STEP = "choose"


def _confirm_step(verb: Verb, acknowledged: Collection[int]) -> str:
    return f"confirm {verb} {sorted(acknowledged)}"


def _mark(app: App, visit: Visit, step: str) -> str:
    return sign_step(visit.token, step, app.secrets.signing_keys("link")[0])
