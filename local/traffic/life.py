"""The life of one message from its decision to its end, by the same functions that real mail goes through.

Only the clock and the people are made up: what is decided comes from the tenant's rules and policies, and every state
and event from ``shared/core/hold``. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from local.demo_tenant import DOMAIN
from local.traffic.letters import Written, write_letter
from shared.app import App
from shared.core.hold import approval_state, password_state, state
from shared.core.hold.actor import Actor, Channel, Role
from shared.core.hold.approval import ApprovalStep
from shared.core.hold.begin import ORIGINAL, begin, recipients_by_variant
from shared.core.hold.password_notice import NoticeState, NoticeVerb
from shared.core.hold.record import Change, Event, Fate, MessageRecord, RecipientResult, State, Variant
from shared.core.hold.release_terms import ReleaseTerms
from shared.core.hold.sealed import NONCE_BYTES, seal
from shared.core.message.envelope import Reception
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.message.summary import summarise
from shared.core.policy.tenant_settings import TenantSettings
from shared.ports_relay import Spooled
from shared.usecases.judge_message import judge_message
from shared.usecases.plans import hold_plan, retry_plan
from shared.usecases.trace_head import trace_head

ADMINISTRATOR = f"ito@{DOMAIN}"
MANAGER = f"takahashi@{DOMAIN}"
_REFUSED = "no-such-person@"
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Life:
    """A message with everything that became of it; ``data`` are its bytes."""

    spooled: Spooled
    record: MessageRecord
    events: tuple[Event, ...]
    data: bytes


class Lives:
    """Makes lives for one tenant. The same ``random`` gives the same lives."""

    def __init__(self, app: App, settings: TenantSettings, random: Random, now: datetime) -> None:
        self._app, self._settings, self._random, self._now = app, settings, random, now

    def make(self, at: datetime, *, fresh: bool = False) -> Life:
        """The life of a message that came in at that moment. Many of the ``fresh`` ones still wait."""
        written = write_letter(self._random, at)
        story = self._begin(written, at)
        if story.record.state in (State.HELD, State.DELAYED):
            self._decide(story, at, fresh=fresh)
        if story.record.state is State.DELIVERING:
            self._deliver(story)
        spooled = Spooled(story.record.ref, written.envelope, story.record.reception)
        return Life(spooled, story.record, tuple(story.events), written.data)

    def _begin(self, written: Written, at: datetime) -> _Story:
        ref = MessageRef(self._settings.tenant_id, new_queue_id(at, self._random.randbytes(RANDOM_BYTES)))
        session = f"{self._random.getrandbits(64):016x}"
        reception = Reception(
            ref.received_at,
            "127.0.0.1",
            "mail.aozora.example",
            "ESMTP",
            "",
            "peer",
            "localhost",
            session,
            len(written.data),
        )
        spooled = Spooled(ref, written.envelope, reception)
        judged = judge_message(
            written.data, written.envelope, self._settings, ref, now=at, directory=self._app.directory
        )
        plain = recipients_by_variant(judged.decision).get(ORIGINAL)
        variants = (Variant(ORIGINAL, "spool", trace_head(self._app, spooled, plain)),) if plain is not None else ()
        plan = hold_plan(self._settings)
        change = begin(
            ref, written.envelope, reception, summarise(judged.facts), judged.decision, variants, plan,
            at + timedelta(seconds=1),
        )  # fmt: skip
        return _Story(change)

    def _decide(self, story: _Story, at: datetime, *, fresh: bool) -> None:
        random, record = self._random, story.record
        pause = timedelta(minutes=min(random.lognormvariate(2.3, 1.3), 60 * 30))
        fate = random.choices(("release", "discard", "expire", "wait"), (80, 9, 3, 80 if fresh else 0.6))[0]
        moment = at + pause
        if fate == "expire":
            self._until(story, replace(hold_plan(self._settings), at_end="discard"))
        elif fate == "wait" or moment >= self._now:
            self._until(story, hold_plan(self._settings))
        elif fate == "discard":
            story.add(state.discard(record, self._actor(record), moment))
        elif record.decision.approvals:
            self._ask(story, moment)
        else:
            story.add(state.release(record, self._actor(record), moment))

    def _until(self, story: _Story, plan: state.HoldPlan) -> None:
        """Reminders, and the end of the hold, as far as it has come by now."""
        while (due := story.record.due_at) is not None and due <= self._now:
            change = state.hold_due(story.record, plan, due)
            if change is None:
                return
            story.add(change)

    def _ask(self, story: _Story, moment: datetime) -> None:
        random, record = self._random, story.record
        manager = MANAGER if record.envelope.reverse_path != MANAGER else ADMINISTRATOR
        steps = tuple(ApprovalStep(call, (manager,)) for call in record.decision.approvals)
        terms = ReleaseTerms(comment=random.choice(("", "先方と合意済みです。", "至急お願いします。")), steps=steps)
        story.add(state.release(record, self._actor(record, own=True), moment, terms))
        answered = moment + timedelta(minutes=min(random.lognormvariate(3.2, 1.0), 60 * 24))
        outcome = random.choices(("allow", "deny", "wait"), (78, 14, 8))[0]
        if outcome == "wait" or answered >= self._now:
            return
        actor = Actor(Role.APPROVER, manager, random.choice((Channel.TEAMS, Channel.PORTAL, Channel.LINK)))
        comment = "" if outcome == "allow" else "値引き率を見直してください。"
        story.add(approval_state.answer(story.record, manager, actor, outcome == "allow", comment, answered))

    def _actor(self, record: MessageRecord, *, own: bool = False) -> Actor:
        channel = self._random.choices((Channel.LINK, Channel.TEAMS, Channel.PORTAL), (5, 3, 2))[0]
        sender = record.envelope.reverse_path
        if not own and self._random.random() < 0.05:
            return Actor(Role.ADMINISTRATOR, ADMINISTRATOR, Channel.PORTAL, "", sender)
        return Actor(Role.SENDER, sender, channel)

    def _deliver(self, story: _Story) -> None:
        random, start = self._random, story.record.delivery_started_at or story.record.changed_at
        moment = start + timedelta(seconds=random.uniform(0.4, 4))
        claimed = state.claim(story.record, "", moment, _LEASE)
        record = claimed.record if claimed is not None else story.record
        made = [self._zip(record, name) for name in recipients_by_variant(record.decision) if name != ORIGINAL]
        record = password_state.born(state.add_variants(record, made))
        results = [self._result(one, moment) for one in record.pending()]
        noted = state.note_results(record, results, moment)
        change = state.finish_attempt(noted.record, retry_plan(self._settings), 0.5, moment)
        story.add(password_state.note_delivered(change, moment))
        self._passwords(story)

    def _zip(self, record: MessageRecord, name: str) -> Variant:
        key = self._app.secrets.signing_keys("seal")[0]
        password = "".join(self._random.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", k=12))
        sealed = seal(password, record.ref, key, self._random.randbytes(NONCE_BYTES))
        file = f"enc_{record.ref.received_at + timedelta(hours=9):%Y%m%d%H%M%S}.zip"
        blob = f"{self._random.getrandbits(128):032x}"
        return Variant(name, "variant", b"", blob, sealed, file, record.reception.size + 400)

    def _result(self, one: RecipientResult, moment: datetime) -> RecipientResult:
        domain = one.address.rpartition("@")[2]
        server = f"mx.{domain}:25"
        if one.address.startswith(_REFUSED):
            return replace(
                one,
                fate=Fate.FAILED,
                attempts=1,
                code=550,
                status="5.1.1",
                text="user unknown",
                server=server,
                at=moment,
            )
        return replace(
            one, fate=Fate.SENT, attempts=1, code=250, status="2.0.0", text="queued", server=server, at=moment
        )

    def _passwords(self, story: _Story) -> None:
        """Most notices go out by themselves; some are paused or deleted by their sender before."""
        for notice in story.record.passwords:
            if notice.state is not NoticeState.WAITING or notice.due_at is None:
                continue
            verb = self._random.choices((None, NoticeVerb.PAUSE, NoticeVerb.DELETE), (90, 6, 4))[0]
            sender = Actor(Role.SENDER, story.record.envelope.reverse_path, Channel.LINK)
            change: Change | None
            if verb is not None:
                change = password_state.act(
                    story.record, notice.variant, verb, sender, notice.due_at - timedelta(minutes=5)
                )
            else:
                change = password_state.password_due(story.record, notice.due_at)
            if change is not None and notice.due_at < self._now:
                story.add(change)


class _Story:
    """The record as it moves, and all events so far."""

    def __init__(self, change: Change) -> None:
        self.record = change.record
        self.events = list(change.events)

    def add(self, change: Change) -> None:
        """What comes next."""
        self.record = change.record
        self.events += change.events
