"""The whole application with fakes behind every port, and drivers that play the triggers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.app import App
from shared.core.hold.record import MessageRecord
from shared.core.message.envelope import Envelope
from shared.core.message.identity import MessageRef, new_queue_id
from shared.core.policy.tenant_settings import NextHopServer, Route, RuleAssignment, TenantSettings
from shared.ports_relay import Spooled
from shared.settings import ProcessSettings
from shared.usecases.evaluate_message import evaluate_message
from shared.usecases.notify import notify_item
from shared.usecases.run_due import run_due
from shared.usecases.work_off import work_off
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.backlog import FakeBacklog
from tests.fakes.bot_tokens import FakeBotTokens
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import FakeConversations
from tests.fakes.copies import FakeCopies
from tests.fakes.counters import FakeCounters
from tests.fakes.delegations import FakeDelegations
from tests.fakes.deletions import FakeDeletions
from tests.fakes.directory import FakeDirectory
from tests.fakes.dns import FakeDns
from tests.fakes.message_lists import FakeMessageLists
from tests.fakes.message_store import FakeMessageStore
from tests.fakes.metrics import FakeMetrics
from tests.fakes.next_hop import FakeNextHop
from tests.fakes.notice_ledger import FakeNoticeLedger
from tests.fakes.onboarding_log import FakeOnboardingLog
from tests.fakes.parked_work import FakeParkedWork
from tests.fakes.random import FakeRandom
from tests.fakes.remains import FakeRemains
from tests.fakes.schedule import FakeSchedule
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings_store import FakeSettingsStore
from tests.fakes.sign_on import FakeSignOn
from tests.fakes.spool import FakeSpool
from tests.fakes.stuck_notes import FakeStuckNotes
from tests.fakes.teams_messenger import FakeTeamsMessenger
from tests.fakes.work_queue import FakeWorkQueue
from tests.support.records import NOW, make_reception

SENDER = "hanako@aozora.example"
OUTSIDE = "taro@partner.example"
INSIDE = "jiro@aozora.example"


def make_settings(**changes: object) -> TenantSettings:
    """A tenant that holds what goes outside."""
    values: dict[str, object] = {
        "tenant_id": "demo",
        "domains": ("aozora.example",),
        "routes": (Route(servers=(NextHopServer(host="hop.example"),)),),
        "rules": (RuleAssignment(id="external", rule="recipient-external", name="社外宛て"),),
    }
    return TenantSettings(**(values | changes))  # type: ignore[arg-type]  # tests name the fields


def make_message(*recipients: str, subject: str = "Estimate", message_id: str = "1") -> bytes:
    """A small readable message."""
    return (
        f"From: Hanako <{SENDER}>\r\nTo: {', '.join(recipients)}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{message_id}@aozora.example>\r\nDate: Sat, 21 Nov 2026 18:00:00 +0900\r\n\r\nHello.\r\n"
    ).encode()


@dataclass
class World:
    """An ``App`` whose fakes stay reachable by their own types."""

    settings: TenantSettings = field(default_factory=make_settings)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    direct_deliveries: int = 0
    """0: what passes waits for ``work()``."""

    def __post_init__(self) -> None:
        self.spool = FakeSpool(self.clock)
        self.messages = FakeMessageStore()
        self.schedule = FakeSchedule()
        self.queue = FakeWorkQueue(self.clock)
        self.next_hop = FakeNextHop()
        self.settings_store = FakeSettingsStore(self.settings)
        self.directory = FakeDirectory()
        self.delegations = FakeDelegations()
        self.ledger = FakeNoticeLedger()
        self.audit = FakeAuditLog()
        self.lists = FakeMessageLists()
        self.conversations = FakeConversations()
        self.teams = FakeTeamsMessenger()
        self.bot_tokens = FakeBotTokens()
        self.sign_on = FakeSignOn()
        self.copies = FakeCopies()
        self.counters = FakeCounters()
        self.parked = FakeParkedWork()
        self.stuck = FakeStuckNotes()
        self.metrics = FakeMetrics()
        self.backlog = FakeBacklog()
        self.dns = FakeDns()
        self.onboarding = FakeOnboardingLog()
        self.remains = FakeRemains(self.spool, self.messages, self.ledger, self.audit)
        self.deletions = FakeDeletions()
        self.count = 0
        self.app = App(
            process=ProcessSettings(
                storage="fake", public_url="https://matta.example", direct_deliveries=self.direct_deliveries
            ),
            clock=self.clock,
            random=FakeRandom(),
            secrets=FakeSecrets(),
            spool=self.spool,
            messages=self.messages,
            schedule=self.schedule,
            queue=self.queue,
            settings=self.settings_store,
            directory=self.directory,
            next_hop=self.next_hop,
            delegations=self.delegations,
            ledger=self.ledger,
            audit=self.audit,
            lists=self.lists,
            conversations=self.conversations,
            teams=self.teams,
            bot_tokens=self.bot_tokens,
            sign_on=self.sign_on,
            copies=self.copies,
            remains=self.remains,
            deletions=self.deletions,
            counters=self.counters,
            parked=self.parked,
            stuck=self.stuck,
            metrics=self.metrics,
            backlog=self.backlog,
            dns=self.dns,
            onboarding=self.onboarding,
        )

    def receive(
        self, *recipients: str, reverse_path: str = SENDER, data: bytes | None = None, **asked: object
    ) -> MessageRef:
        """What the relay does: commit a message to the spool. ``asked`` are further fields of the envelope."""
        self.count += 1
        ref = MessageRef("demo", new_queue_id(self.clock.now(), self.count.to_bytes(10, "big")))
        body = make_message(*recipients, message_id=str(self.count)) if data is None else data
        envelope = Envelope(reverse_path, recipients, **asked)  # type: ignore[arg-type]  # tests name the fields
        self.spool.keep(Spooled(ref, envelope, make_reception()), body)
        return ref

    def judge(self, *recipients: str, **more: object) -> MessageRef:
        """Receive and decide."""
        ref = self.receive(*recipients, **more)  # type: ignore[arg-type]  # handed on
        evaluate_message(self.app, ref)
        return ref

    def work(self, rounds: int = 20) -> None:
        """Run queue triggers until the queues are empty."""
        for _ in range(rounds):
            busy = False
            for queue, handle in (("deliver", work_off), ("notify", notify_item)):
                while (body := self.queue.take(queue)) is not None:
                    handle(self.app, body)
                    busy = True
            if not busy:
                return
        raise AssertionError("the queues never get empty")

    def pass_time(
        self, until: Callable[[], bool], *, step: timedelta = timedelta(seconds=10), limit: int = 5000
    ) -> None:
        """Let timers tick and queues run until something holds."""
        for _ in range(limit):
            self.work()
            if until():
                return
            self.clock.advance(seconds=step.total_seconds())
            run_due(self.app)
        raise AssertionError("it never comes to that")

    def record(self, ref: MessageRef) -> MessageRecord:
        """The present record."""
        stored = self.messages.load(ref)
        assert stored is not None
        return stored.record
