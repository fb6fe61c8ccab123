"""The dialogue of the hold page (stage 6): look, tick, choose, be asked again, act; one step for each request.

GET shows and changes nothing. A form is believed only with the mark that the page before put into it: it names the
link and the step, so another site cannot make one up, and the second question cannot be skipped.
"""

from __future__ import annotations

from collections.abc import Collection

from shared.app import App
from shared.core.hold.actor import Channel
from shared.core.hold.link import sign_step, step_is_ours
from shared.core.hold.partial_release import CannotDrop, drop
from shared.core.hold.record import State
from shared.core.notice.hold_view import FilledIn, HoldView
from shared.core.notice.pages import confirm_page, hold_page, outcome_page, withdraw_page
from shared.usecases.act_on_hold import WHOLE, Parting, act_on_hold
from shared.usecases.approval_seats import NobodyToApprove
from shared.usecases.decide_hold import (
    Acted,
    AlreadyActed,
    Asker,
    NotAcknowledged,
    RecipientsJoined,
    Verb,
    missing_reasons,
)
from shared.usecases.hold_form import HoldForm, first_step_of, parting_of, step_of
from shared.usecases.link_dialogue import Visit, plain_page, safely
from shared.usecases.note_look import note_look, note_refusal
from shared.usecases.open_link import LinkForeign, open_link
from shared.usecases.view_hold import view_hold
from shared.usecases.web_page import Answer, Page, web_page
from shared.usecases.withdraw_request import withdraw_request

WITHDRAW = "withdraw"
"""The form's word for taking a request for approval back; also the name of its first step."""


def visit_hold(app: App, visit: Visit) -> Page:
    """The next page of the dialogue. Never raises: what goes wrong is a plain page too, and a line in the log."""

    def step() -> Page:
        try:
            return _step(app, visit, visit.form)
        except LinkForeign as foreign:
            _note_foreign(app, visit, foreign)
            raise

    return safely(visit, step)


def _step(app: App, visit: Visit, form: HoldForm | None) -> Page:
    opened = open_link(app, visit.token)
    if form is None:
        return _look(app, visit)
    if form.action == WITHDRAW:
        return _withdraw(app, visit, form)
    try:
        verb = Verb(form.action)
    except ValueError:
        return plain_page(Answer.UNREADABLE, visit)
    record = opened.stored.record
    if not record.state.awaits_decision:
        return _decided(app, visit)
    parting = parting_of(record, form) if verb is Verb.RELEASE else WHOLE
    step = _step_of(verb, form, parting)
    if not step_is_ours(form.mark, visit.token, step, app.secrets.signing_keys("link")):
        return plain_page(Answer.STALE, visit)
    try:
        if not form.confirmed:
            missing = missing_reasons(record, form.acknowledged) if verb is Verb.RELEASE else ()
            if missing:
                return _again(app, visit, form, parting, missing)
            drop(record, parting.recipients, parting.attachments, app.clock.now())
            return _ask_again(app, visit, verb, form, parting)
        result = act_on_hold(app, visit.token, verb, form.acknowledged, visit.peer, parting, form.shown)
    except CannotDrop as refused:
        return _again(app, visit, form, parting, problem=refused.why)
    except NobodyToApprove as refused:
        return _again(app, visit, form, parting, problem=refused.code)
    match result:
        case Acted():
            view = _view(app, visit)
            return web_page(Answer.SHOWN, _outcome(app, visit, view, done=verb), view.language)
        case AlreadyActed():
            return _decided(app, visit)
        case NotAcknowledged(numbers):
            return _again(app, visit, form, parting, numbers)
        case RecipientsJoined():
            return _again(app, visit, form, parting, problem=_JOINED)


def _step_of(verb: Verb, form: HoldForm, parting: Parting) -> str:
    return step_of(verb, form.acknowledged, parting, form.shown) if form.confirmed else first_step_of(form.shown)


def _withdraw(app: App, visit: Visit, form: HoldForm) -> Page:
    """The sender takes a request for approval back."""
    step = _CONFIRM_WITHDRAWAL if form.confirmed else WITHDRAW
    if not step_is_ours(form.mark, visit.token, step, app.secrets.signing_keys("link")):
        return plain_page(Answer.STALE, visit)
    opened = open_link(app, visit.token)
    if opened.stored.record.state is not State.AWAITING_APPROVAL:
        return _decided(app, visit)
    if not form.confirmed:
        view = _view(app, visit)
        return web_page(Answer.SHOWN, withdraw_page(view, _mark(app, visit, _CONFIRM_WITHDRAWAL)), view.language)
    asker = Asker(opened.claims.person, Channel.LINK, visit.peer)
    if isinstance(withdraw_request(app, opened.claims.ref, asker), AlreadyActed):
        return _decided(app, visit)
    view = _view(app, visit)
    return web_page(Answer.SHOWN, _outcome(app, visit, view, done=Verb.DISCARD), view.language)


def _outcome(app: App, visit: Visit, view: HoldView, *, done: str = "", before: bool = False) -> str:
    return outcome_page(view, done=done, before=before, withdraw_mark=_mark(app, visit, WITHDRAW))


def _look(app: App, visit: Visit) -> Page:
    view = _view(app, visit)
    if view.sheet.state.awaits_decision:
        return web_page(Answer.SHOWN, hold_page(view, _mark(app, visit, first_step_of(view.shown))), view.language)
    return web_page(Answer.SHOWN, _outcome(app, visit, view), view.language)


def _again(
    app: App, visit: Visit, form: HoldForm, parting: Parting, missing: Collection[int] = (), problem: str = ""
) -> Page:
    """The first page once more, as it was filled in, with what is wrong on top."""
    view = _view(app, visit)
    if not view.sheet.state.awaits_decision:  # decided between two looks
        return web_page(Answer.DECIDED_BEFORE, _outcome(app, visit, view, before=True), view.language)
    if not problem and view.shown != form.shown:
        problem = _JOINED
    mark = _mark(app, visit, first_step_of(view.shown))
    filled = FilledIn(form.acknowledged, missing, parting.recipients, parting.attachments, parting.comment, problem)
    return web_page(Answer.INCOMPLETE, hold_page(view, mark, filled), view.language)


def _ask_again(app: App, visit: Visit, verb: Verb, form: HoldForm, parting: Parting) -> Page:
    view = _view(app, visit)
    if not view.sheet.state.awaits_decision:
        return web_page(Answer.DECIDED_BEFORE, _outcome(app, visit, view, before=True), view.language)
    if verb is Verb.RELEASE and view.shown != form.shown:
        return _again(app, visit, form, parting, problem=_JOINED)
    ticked = form.acknowledged & view.sheet.numbers()
    mark = _mark(app, visit, step_of(verb, ticked, parting, view.shown))
    filled = FilledIn(ticked, (), parting.recipients, parting.attachments, parting.comment)
    return web_page(Answer.SHOWN, confirm_page(view, verb, mark, filled), view.language)


def _decided(app: App, visit: Visit) -> Page:
    view = _view(app, visit)
    return web_page(Answer.DECIDED_BEFORE, _outcome(app, visit, view, before=True), view.language)


def _view(app: App, visit: Visit) -> HoldView:
    """What is shown, which is a look at the message and recorded as one."""
    opened = open_link(app, visit.token)
    view = view_hold(app, opened, visit.chosen_language, visit.accepted_languages)
    asker = Asker(opened.claims.person, Channel.LINK, visit.peer)
    note_look(app, opened.claims.ref, opened.standing, asker, "page")
    return view


def _note_foreign(app: App, visit: Visit, foreign: LinkForeign) -> None:
    claims = foreign.claims
    if claims is not None:
        asker = Asker(claims.person, Channel.LINK, visit.peer)
        note_refusal(app, claims.ref.tenant_id, claims.ref, asker, "link-foreign")


_JOINED = "recipients-joined"
"""The page's word for recipients who joined after it was shown."""
_CONFIRM_WITHDRAWAL = "confirm withdraw"


def _mark(app: App, visit: Visit, step: str) -> str:
    return sign_step(visit.token, step, app.secrets.signing_keys("link")[0])
