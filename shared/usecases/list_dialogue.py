"""The dialogue of the list page (stage 6; product.md H8): tick messages, choose, tick their reasons, be asked again, act.

GET shows and changes nothing. A form is believed only with the mark that the page before put into it, which names the
link, the step and, at the second question, the messages. What a list shows proves nothing: each message is read and its
person's right asked for again when it is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared import log
from shared.app import App
from shared.core.hold.actor import Channel
from shared.core.hold.link import LinkClaims, LinkExpired, LinkForged, Purpose, sign_link, sign_step, step_is_ours
from shared.core.hold.record import MessageRecord, State
from shared.core.lists.make_row import make_row
from shared.core.message.identity import MessageRef
from shared.core.notice.formats import zone_of
from shared.core.notice.list_pages import (
    ListedMessage,
    ListView,
    ToldResult,
    list_confirm_page,
    list_page,
    list_result_page,
)
from shared.core.notice.sheet import number_reasons
from shared.errors import NotFound
from shared.usecases.decide_hold import Asker, HoldWish, Verb, missing_reasons
from shared.usecases.decide_holds import BulkOutcome, BulkWish, decide_holds
from shared.usecases.effective_settings import settings_for
from shared.usecases.hold_dialogue import Visit, plain_page
from shared.usecases.list_messages import ListedRow, list_held_for
from shared.usecases.note_look import note_look, note_refusal
from shared.usecases.open_link import LinkForeign, OpenedLink, open_link, standing_of
from shared.usecases.view_hold import page_language
from shared.usecases.web_page import Answer, Page, web_page

ON_A_PAGE = 50
"""Messages that one page shows, and so the most that are decided together on it."""
_FIRST_STEP = "list"


@dataclass(frozen=True, slots=True)
class ListForm:
    """What a form on the page sent: ``messages`` are queue ids, ``acknowledged`` pairs of a queue id and a reason's number."""

    action: str
    messages: tuple[str, ...]
    acknowledged: frozenset[tuple[str, int]]
    mark: str
    confirmed: bool


def visit_list(app: App, visit: Visit, after: str = "", form: ListForm | None = None) -> Page:
    """The next page of the dialogue. Never raises: what goes wrong is a plain page too, and a line in the log."""
    try:
        return _Step(app, visit).answer(form, after)
    except (LinkForged, NotFound):
        return plain_page(Answer.UNKNOWN, visit)
    except LinkExpired:
        return plain_page(Answer.EXPIRED, visit)
    except LinkForeign as foreign:
        if foreign.claims is not None:
            asker = Asker(foreign.claims.person, Channel.LINK, visit.peer)
            note_refusal(app, foreign.claims.ref.tenant_id, foreign.claims.ref, asker, "link-foreign")
        return plain_page(Answer.FOREIGN, visit)
    except Exception as error:  # a visitor learns nothing of what is wrong inside
        log.trouble("page", None, error)
        return plain_page(Answer.BUSY, visit)


class _Step:
    """One request of one person."""

    def __init__(self, app: App, visit: Visit) -> None:
        self.app, self.visit = app, visit
        self.opened: OpenedLink = open_link(app, visit.token, Purpose.LIST)
        self.claims: LinkClaims = self.opened.claims
        self.tenant_id = self.claims.ref.tenant_id
        self.asker = Asker(self.claims.person, Channel.LINK, visit.peer)
        settings = settings_for(app, self.tenant_id, self.claims.person)
        language = page_language(
            app,
            self.tenant_id,
            self.claims.person,
            visit.chosen_language,
            visit.accepted_languages,
            settings.notices.language,
        )
        self.view = ListView(self.claims.person, language, zone_of(settings.time_zone), visit.token)

    def answer(self, form: ListForm | None, after: str) -> Page:
        """The page for a look or a form."""
        if form is None:
            return self._list(after)
        try:
            verb = Verb(form.action)
        except ValueError:
            return plain_page(Answer.UNREADABLE, self.visit)
        step = _confirm_step(verb, form.messages) if form.confirmed else _FIRST_STEP
        if not step_is_ours(form.mark, self.visit.token, step, self.app.secrets.signing_keys("link")):
            return plain_page(Answer.STALE, self.visit)
        if not form.messages or len(form.messages) > ON_A_PAGE:
            return self._list("", nothing_ticked=True)
        records = self._records(form.messages)
        acknowledged = {
            name: frozenset(number for ticked, number in form.acknowledged if ticked == name) for name in form.messages
        }
        if not form.confirmed:
            return self._ask_again(verb, records, {}, is_first=True)
        if verb is Verb.RELEASE and any(
            record.state.awaits_decision and missing_reasons(record, acknowledged[name])
            for name, record in records.items()
        ):
            return self._ask_again(verb, records, acknowledged, is_first=False)
        wishes = [BulkWish(self._ref(name), HoldWish(verb, acknowledged[name])) for name in form.messages]
        outcomes = decide_holds(self.app, self.tenant_id, self.asker, wishes)
        results = tuple(self._told(outcome, records.get(outcome.ref.queue_id)) for outcome in outcomes)
        return web_page(Answer.SHOWN, list_result_page(self.view, results, verb), self.view.language)

    def _list(self, after: str, *, nothing_ticked: bool = False) -> Page:
        page = list_held_for(self.app, self.tenant_id, self.claims.person, after, ON_A_PAGE)
        note_look(self.app, self.claims.ref, self.opened.standing, self.asker, "list")
        shown = tuple(self._listed(row) for row in page.rows)
        following = f"{self.visit.token}?after={page.after}&lang={self.view.language}" if page.after else ""
        mark = self._mark(_FIRST_STEP)
        html = list_page(self.view, shown, mark, following, nothing_ticked=nothing_ticked)
        return web_page(Answer.INCOMPLETE if nothing_ticked else Answer.SHOWN, html, self.view.language)

    def _ask_again(
        self, verb: Verb, records: Mapping[str, MessageRecord], ticked: Mapping[str, frozenset[int]], *, is_first: bool
    ) -> Page:
        """The second question about those that still await a decision."""
        waiting = {name: record for name, record in records.items() if record.state.awaits_decision}
        if not waiting:
            return self._list("", nothing_ticked=True)
        shown = []
        for name, record in waiting.items():
            numbers = ticked.get(name, frozenset())
            missing = frozenset() if is_first else frozenset(missing_reasons(record, numbers))
            row = ListedRow(make_row(record), self.opened.standing)
            more = replace(self._listed(row), on_behalf_of=self._whose(record), reasons=number_reasons(record))
            shown.append(replace(more, ticked=numbers, missing=missing))
        mark = self._mark(_confirm_step(verb, waiting))
        html = list_confirm_page(self.view, tuple(shown), verb, mark)
        return web_page(Answer.SHOWN if is_first else Answer.INCOMPLETE, html, self.view.language)

    def _records(self, names: Iterable[str]) -> dict[str, MessageRecord]:
        """The messages of those ids that the person may see now; a look at each is recorded."""
        found: dict[str, MessageRecord] = {}
        for name in names:
            stored = self.app.messages.load(self._ref(name))
            standing = standing_of(self.app, stored.record, self.claims.person) if stored else None
            if stored is not None and standing is not None:
                found[name] = stored.record
                note_look(self.app, stored.record.ref, standing, self.asker, "list")
        return found

    def _listed(self, listed: ListedRow) -> ListedMessage:
        row = listed.row
        return ListedMessage(
            number=row.ref.queue_id,
            subject=row.subject,
            first_recipients=row.first_recipients,
            recipients=row.recipients,
            external=row.external,
            attachments=row.attachments,
            sent_at=row.sent_at,
            link=self._link(row.ref),
            on_behalf_of=listed.standing.on_behalf_of,
            decidable=row.state.awaits_decision,
            rule_names=row.rule_names,
        )

    def _told(self, outcome: BulkOutcome, seen: MessageRecord | None) -> ToldResult:
        """Nothing is told of a message that the person may not see."""
        record = outcome.record or seen
        if record is None:
            return ToldResult("", "", outcome.result)
        subject = make_row(record).subject
        waits = record.state is State.AWAITING_APPROVAL
        return ToldResult(subject, self._link(record.ref), outcome.result, record.outcome, waits)

    def _whose(self, record: MessageRecord) -> str:
        standing = standing_of(self.app, record, self.claims.person)
        return standing.on_behalf_of if standing is not None else ""

    def _ref(self, name: str) -> MessageRef:
        """Raises ``LinkForged`` for what cannot be a message."""
        try:
            return MessageRef(self.tenant_id, name)
        except ValueError:
            raise LinkForged("no message id") from None

    def _link(self, ref: MessageRef) -> str:
        """The page of one message, for as long as this link works."""
        claims = replace(self.claims, ref=ref, purpose=Purpose.HOLD)
        return f"../h/{sign_link(claims, self.app.secrets.signing_keys('link')[0])}"

    def _mark(self, step: str) -> str:
        return sign_step(self.visit.token, step, self.app.secrets.signing_keys("link")[0])


def _confirm_step(verb: Verb, messages: Iterable[str]) -> str:
    return f"list {verb} {' '.join(sorted(messages))}"
