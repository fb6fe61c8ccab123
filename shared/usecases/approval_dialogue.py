"""The dialogue of an approver's page (stage 6): look, choose with a comment, be asked again, answer; one step each.

GET shows and changes nothing. A form is believed only with the mark that the page before put into it: it names the link,
the step and the comment, so another site cannot make one up, and the second question cannot be skipped.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from shared.app import App
from shared.core.hold.actor import Channel
from shared.core.hold.approval_standing import answerable_seats, approver_standing
from shared.core.hold.approval_state import LONGEST_COMMENT
from shared.core.hold.entitlement import Standing, sender_of
from shared.core.hold.link import LinkClaims, LinkForged, Purpose, read_link, sign_step, step_is_ours
from shared.core.hold.record import MessageRecord
from shared.core.notice.approval_pages import (
    ApprovalView,
    approval_confirm_page,
    approval_outcome_page,
    approval_page,
)
from shared.core.notice.approval_sheet import make_approval_sheet
from shared.core.notice.formats import zone_of
from shared.core.notice.safe_text import many_lines
from shared.usecases.answer_approval import Answered, answer_approval, approval_people
from shared.usecases.decide_hold import Asker
from shared.usecases.effective_settings import settings_for
from shared.usecases.link_dialogue import Visit, plain_page, safely
from shared.usecases.note_look import note_look, note_refusal
from shared.usecases.open_link import LinkForeign
from shared.usecases.view_hold import message_preview, page_language
from shared.usecases.web_page import Answer, Page, web_page

VERBS = {"approve": True, "deny": False}
_FIRST_STEP = "choose"


@dataclass(frozen=True, slots=True)
class ApprovalForm:
    """What a form on the page sent. ``confirmed`` on the second question."""

    action: str
    comment: str
    mark: str
    confirmed: bool


def visit_approval(app: App, visit: Visit, form: ApprovalForm | None = None) -> Page:
    """The next page of the dialogue. Never raises: what goes wrong is a plain page too, and a line in the log."""
    return safely(visit, lambda: _Step(app, visit).answer(form))


class _Step:
    """One request, with what its link leads to."""

    def __init__(self, app: App, visit: Visit) -> None:
        self._app, self._visit = app, visit
        self._claims, self._record, self._standing = self._open()
        self._asker = Asker(self._claims.person, Channel.LINK, visit.peer)

    def answer(self, form: ApprovalForm | None) -> Page:
        seats = self._seats(self._record)
        if form is None:
            if not seats:
                view = self._view(self._record)
                return web_page(Answer.SHOWN, approval_outcome_page(view), view.language)
            return self._ask(self._record, "")
        if form.action not in VERBS:
            return plain_page(Answer.UNREADABLE, self._visit)
        comment = many_lines(form.comment, LONGEST_COMMENT)[0].strip()
        step = _confirm_step(form.action, comment) if form.confirmed else _FIRST_STEP
        if not step_is_ours(form.mark, self._visit.token, step, self._app.secrets.signing_keys("link")):
            return plain_page(Answer.STALE, self._visit)
        if not seats:
            return self._before(self._record)
        if not form.confirmed:
            return self._ask_again(form.action, comment)
        done = answer_approval(self._app, self._record.ref, self._asker, VERBS[form.action], comment)
        if not isinstance(done, Answered):
            return self._before(done.record)
        view = self._view(done.record)
        return web_page(Answer.SHOWN, approval_outcome_page(view, done=form.action), view.language)

    def _open(self) -> tuple[LinkClaims, MessageRecord, Standing]:
        app = self._app
        claims = read_link(self._visit.token, app.secrets.signing_keys("link"), app.clock.now())
        if claims.purpose is not Purpose.APPROVAL:
            raise LinkForged("made for another purpose")
        stored = app.messages.load(claims.ref)
        if stored is None or stored.record.own or stored.record.approval is None:
            raise LinkForged("no such request")
        people = approval_people(app, stored.record, claims.person)
        found = approver_standing(stored.record, claims.person, people, app.clock.now())
        if found is None:
            asker = Asker(claims.person, Channel.LINK, self._visit.peer)
            note_refusal(app, claims.ref.tenant_id, claims.ref, asker, "approval.page")
            raise LinkForeign("the person is no approver of this message")
        return claims, stored.record, found[1]

    def _seats(self, record: MessageRecord) -> tuple[tuple[str, Standing], ...]:
        people = approval_people(self._app, record, self._claims.person)
        return answerable_seats(record, self._claims.person, people, self._app.clock.now())

    def _ask(self, record: MessageRecord, comment: str) -> Page:
        view = self._view(record)
        return web_page(Answer.SHOWN, approval_page(view, self._mark(_FIRST_STEP), comment), view.language)

    def _ask_again(self, verb: str, comment: str) -> Page:
        view = self._view(self._record)
        mark = self._mark(_confirm_step(verb, comment))
        return web_page(Answer.SHOWN, approval_confirm_page(view, verb, comment, mark), view.language)

    def _before(self, record: MessageRecord) -> Page:
        view = self._view(record)
        return web_page(Answer.DECIDED_BEFORE, approval_outcome_page(view, before=True), view.language)

    def _view(self, record: MessageRecord) -> ApprovalView:
        """What is shown, which is a look at the message and recorded as one."""
        note_look(self._app, record.ref, self._standing, self._asker, "approval-page")
        app, visit, person = self._app, self._visit, self._claims.person
        settings = settings_for(app, record.ref.tenant_id, sender_of(record))
        seats = self._seats(record)
        standing = seats[0][1] if seats else self._standing
        return ApprovalView(
            person=person,
            on_behalf_of=standing.on_behalf_of,
            language=page_language(
                app,
                record.ref.tenant_id,
                person,
                visit.chosen_language,
                visit.accepted_languages,
                settings.notices.language,
            ),
            zone=zone_of(settings.time_zone),
            approval=make_approval_sheet(record, settings.internal_domains, tuple(seat for seat, _ in seats)),
            preview=message_preview(app, record),
            history=app.messages.events(record.ref),
        )

    def _mark(self, step: str) -> str:
        return sign_step(self._visit.token, step, self._app.secrets.signing_keys("link")[0])


def _confirm_step(verb: str, comment: str) -> str:
    return f"confirm {verb} {hashlib.sha256(comment.encode()).hexdigest()}"
