"""The dialogue of the page about password notices (stage 6): look, show the password, send, pause, resume, delete.

GET shows how things stand and never a password, since scanners open links. A form is believed only with the mark that the
page before put into it; it names the link, the step and how far the message's history had come, so that the second
question cannot be skipped and nobody acts on what they have not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.app import App
from shared.core.hold.actor import Channel
from shared.core.hold.link import Purpose, read_link, sign_step, step_is_ours
from shared.core.hold.password_notice import NoticeVerb
from shared.core.hold.record import MessageRecord
from shared.core.hold.sealed import CannotUnseal
from shared.core.notice.formats import zone_of
from shared.core.notice.password_pages import ASKED_TWICE, Outcome, PasswordView, password_confirm_page, password_page
from shared.core.notice.receipt_sheet import make_receipt_sheet
from shared.errors import NotFound
from shared.usecases.change_password_notice import NoticeChanged, change_password_notice
from shared.usecases.decide_hold import Asker
from shared.usecases.effective_settings import settings_for
from shared.usecases.link_dialogue import Visit, plain_page, safely
from shared.usecases.note_look import note_look, note_refusal
from shared.usecases.open_link import LinkForeign, OpenedLink, open_link
from shared.usecases.view_hold import page_language
from shared.usecases.view_password import view_password
from shared.usecases.web_page import Answer, Page, web_page

SHOW = "show"
"""The form's word for wanting to see the password."""
_NO_OUTCOME = Outcome()


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """What a form on the page sent. ``version`` is how far history had come; ``confirmed`` on the second question."""

    action: str
    variant: str
    version: str
    mark: str
    confirmed: bool


def visit_passwords(app: App, visit: Visit, form: PasswordForm | None = None) -> Page:
    """The next page of the dialogue. Never raises: what goes wrong is a plain page too, and a line in the log."""
    return safely(visit, lambda: _Step(app, visit).answer(form))


class _Step:
    """One request, with what its link leads to."""

    def __init__(self, app: App, visit: Visit) -> None:
        self._app, self._visit = app, visit
        self._opened = self._open()
        if not self._opened.stored.record.passwords:
            raise NotFound("no password notice")
        self._asker = Asker(self._opened.claims.person, Channel.LINK, visit.peer)

    def answer(self, form: PasswordForm | None) -> Page:
        record = self._opened.stored.record
        if form is None:
            note_look(self._app, record.ref, self._opened.standing, self._asker, "password-page")
            return self._page(record)
        if form.action != SHOW and form.action not in set(NoticeVerb):
            return plain_page(Answer.UNREADABLE, self._visit)
        step = _confirm_step(form) if form.confirmed else _FIRST_STEP
        keys = self._app.secrets.signing_keys("link")
        if (
            not step_is_ours(form.mark, self._visit.token, f"{step} {form.version}", keys)
            or not form.version.isdecimal()
        ):
            return plain_page(Answer.STALE, self._visit)
        if form.action == SHOW:
            return self._show(record, form.variant)
        verb = NoticeVerb(form.action)
        if verb in ASKED_TWICE and not form.confirmed:
            return self._ask_again(record, verb, form)
        done = change_password_notice(
            self._app, record.ref, self._asker, form.variant, verb, seen_version=int(form.version)
        )
        if isinstance(done, NoticeChanged):
            return self._page(done.record, Outcome(f"done.{verb}"))
        return self._page(done.record, Outcome("unchanged", is_bad=True), Answer.DECIDED_BEFORE)

    def _open(self) -> OpenedLink:
        try:
            return open_link(self._app, self._visit.token, Purpose.RECEIPT)
        except LinkForeign:
            claims = read_link(self._visit.token, self._app.secrets.signing_keys("link"), self._app.clock.now())
            asker = Asker(claims.person, Channel.LINK, self._visit.peer)
            note_refusal(self._app, claims.ref.tenant_id, claims.ref, asker, "password.page")
            raise

    def _show(self, record: MessageRecord, variant: str) -> Page:
        try:
            shown = view_password(self._app, record.ref, self._asker, variant)
        except CannotUnseal:
            return self._page(record, Outcome("gone", is_bad=True))
        return self._page(record, Outcome("shown.note", variant=variant, password=shown.password))

    def _ask_again(self, record: MessageRecord, verb: NoticeVerb, form: PasswordForm) -> Page:
        view = self._view(record)
        shown = view.sheet.of(form.variant)
        if shown is None or verb not in shown.verbs:
            return self._page(record, Outcome("unchanged", is_bad=True), Answer.DECIDED_BEFORE)
        mark = self._mark(_confirm_step(form), form.version)
        return web_page(Answer.SHOWN, password_confirm_page(view, shown, verb, mark, form.version), view.language)

    def _page(self, record: MessageRecord, outcome: Outcome = _NO_OUTCOME, answer: Answer = Answer.SHOWN) -> Page:
        view = self._view(record)
        version = str(record.event_count)
        return web_page(answer, password_page(view, self._mark(_FIRST_STEP, version), version, outcome), view.language)

    def _view(self, record: MessageRecord) -> PasswordView:
        visit, person = self._visit, self._opened.claims.person
        settings = settings_for(self._app, record.ref.tenant_id, record.envelope.reverse_path)
        language = page_language(
            self._app,
            record.ref.tenant_id,
            person,
            visit.chosen_language,
            visit.accepted_languages,
            settings.notices.language,
        )
        sheet = make_receipt_sheet(record, settings.internal_domains, {})
        return PasswordView(person, language, zone_of(settings.time_zone), sheet, self._app.messages.events(record.ref))

    def _mark(self, step: str, version: str) -> str:
        return sign_step(self._visit.token, f"{step} {version}", self._app.secrets.signing_keys("link")[0])


_FIRST_STEP = "choose-password"


def _confirm_step(form: PasswordForm) -> str:
    return f"confirm-password {form.action} {form.variant}"
