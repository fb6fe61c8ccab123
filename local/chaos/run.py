"""One run of the fault harness: an instance of its own, clients, robot and breaker by plan, a rest, and the books.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from local.chaos.books import collect, load_all, own_mail, spooled
from local.chaos.breaker import Breaker, Wires
from local.chaos.clients import Baton, Client
from local.chaos.ledgers import Books, Hit, Letter
from local.chaos.letters import digest, letter_bytes
from local.chaos.plan import CLIENTS, ROUND_SECONDS, LetterPlan, Plan
from local.chaos.robot import Robot
from local.demo.desk import Desk
from local.demo_tenant import TENANT
from local.endpoints import connection_string
from local.instance import Instance
from local.layout import Layout, Ports
from shared.app import App
from shared.core.hold.record import MessageRecord, State
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import Delivery, HoldNotices
from shared.ports import Stored
from shared.settings import read_process_settings
from shared.wiring import connect

PARTS = ("azurite", "mailbox", "functions", "relay")
SHORT_TIMES = {
    "MATTA_LEASE_SECONDS": "8",
    "MATTA_WATCH_SECONDS": "3",
    "MATTA_SETTINGS_CACHE_SECONDS": "1",
    "MATTA_BOT_APP_ID": "",
}
"""A claim that died with its worker is taken over within seconds. No Teams: its notices would be of no use here."""
BACKLOG = 150
"""Letters that may wait in the clients' queues; above it the next round waits, so that faults meet mail."""
SETTLE_SECONDS = 360.0
"""Time without any change after which what still moves counts as stuck: longer than ``run_due.FAILED_PAUSE``."""
_PATIENCE_SECONDS = 900.0
_LOOK_SECONDS = 2.0


@dataclass
class Outcome:
    """What a run leaves behind, beside its books."""

    books: Books
    rounds: int
    seconds: float
    settle_seconds: float
    deferred: int
    """Tries of clients that ended without a 250."""
    refused: Sequence[str]
    """Replies 5yz to clients: none is deserved."""
    decided: int
    hits: Sequence[Hit] = field(default_factory=tuple)


def run(
    plan: Plan,
    layout: Layout,
    ports: Ports,
    *,
    minutes: float = 0.0,
    settle_seconds: float = SETTLE_SECONDS,
    say: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Play the plan. ``minutes`` (0: no bound) ends the rounds early. In the main thread.

    :raises PartFailedError: a part did not start.
    :raises TimeoutError: clients could not get rid of their letters although nothing is broken any more.
    """
    since = datetime.now(UTC) - timedelta(seconds=1)
    with Wires(ports) as wires, Instance(layout, ports, {**wires.environment(), **SHORT_TIMES}, only=PARTS) as instance:
        app = _app(instance)
        _settings(app)
        breaker = Breaker(instance, wires)
        breaker.prepare()
        baton = Baton()
        clients = _clients(plan, wires.relay.port, baton, layout)
        robot = Robot(Desk(instance.endpoints), {letter.number: letter.decision for letter in plan.letters})
        for thread in (*clients, robot):
            thread.start()
        began = time.monotonic()
        rounds = _rounds(plan, breaker, baton, clients, robot, minutes, say)
        _finish_sending(clients, say)
        seconds = time.monotonic() - began
        settled = _settle(app, since, clients, robot, settle_seconds, say)
        robot.stop.set()
        robot.join(60)
        books = collect(
            app,
            TENANT,
            letters=[_letter(letter, plan.seed) for letter in plan.letters],
            told=[told for client in clients for told in client.told],
            unclear=[item for client in clients for item in client.unclear],
            mailbox=layout.part("mailbox"),
            log=layout.logs / "functions.log",
            asked=frozenset(robot.asked),
            hits=breaker.hits,
            seed=plan.seed,
            since=since,
            say=say,
        )
    return Outcome(
        books,
        rounds,
        seconds,
        settled,
        sum(client.deferred for client in clients),
        [text for client in clients for text in client.refused],
        robot.decided,
        breaker.hits,
    )


def _app(instance: Instance) -> App:
    """Ports on the instance's storage past the wires: whoever checks is not struck."""
    ports = instance.ports
    storage = connection_string(ports.blob, ports.queue, ports.table)
    return connect(read_process_settings({**instance.environment, "MattaStorage": storage}))


def _settings(app: App) -> None:
    present = app.settings.tenant(TENANT)
    app.settings.save(
        msgspec.structs.replace(
            present,
            delivery=Delivery(first_pause_seconds=1, longest_pause_seconds=5, deadline_hours=4),
            notices=HoldNotices(reminder_hours=24, reminders=1, at_end="leave", channels=("mail",)),
        )
    )


def _letter(plan: LetterPlan, seed: int) -> Letter:
    content = digest(letter_bytes(plan, seed))
    return Letter(plan.number, plan.sender, plan.recipients, content, plan.decision)


def _clients(plan: Plan, port: int, baton: Baton, layout: Layout) -> list[Client]:
    by_client: Mapping[int, list[LetterPlan]] = {number: [] for number in range(CLIENTS)}
    for letter in plan.letters:
        by_client[letter.client % CLIENTS].append(letter)
    return [
        Client(number, port, letters, plan.seed, baton, layout.directory / f"told-{number}.jsonl")
        for number, letters in by_client.items()
    ]


def _rounds(
    plan: Plan,
    breaker: Breaker,
    baton: Baton,
    clients: Sequence[Client],
    robot: Robot,
    minutes: float,
    say: Callable[[str], None],
) -> int:
    """All rounds, or as many as fit into the time; how many that were."""
    began = time.monotonic()
    per_round = len(plan.letters) / max(plan.rounds, 1)
    every = max(plan.rounds // 20, 1)
    for number in range(plan.rounds):
        if minutes and time.monotonic() - began > minutes * 60:
            baton.stop()
            return number
        start = time.monotonic()
        baton.begin(number)
        faults = [fault for fault in plan.faults if fault.round == number]
        breaker.carry_out(faults)
        time.sleep(max(start + ROUND_SECONDS - time.monotonic(), 0.2))
        due = per_round * (number + 1)
        end = time.monotonic() + 60
        while due - sum(client.done for client in clients) > BACKLOG and time.monotonic() < end:
            time.sleep(0.2)
        if (number + 1) % every == 0:
            told = sum(len(client.told) for client in clients)
            say(
                f"round {number + 1:4} of {plan.rounds}: {told} accepted, {robot.decided} decided, "
                f"last fault {', '.join(f'{fault.part} {fault.kind}' for fault in faults)}, "
                f"{time.monotonic() - began:.0f} s"
            )
    return plan.rounds


def _finish_sending(clients: Sequence[Client], say: Callable[[str], None]) -> None:
    say("everything is mended; the clients send what they still have")
    end = time.monotonic() + _PATIENCE_SECONDS
    for client in clients:
        client.join(max(end - time.monotonic(), 0.1))
        if client.is_alive():
            raise TimeoutError(f"{client.name} still has letters {_PATIENCE_SECONDS:.0f} s after the last fault")


def _settle(
    app: App,
    since: datetime,
    clients: Sequence[Client],
    robot: Robot,
    patience: float,
    say: Callable[[str], None],
) -> float:
    """Wait until nothing moves and everybody who was asked has decided, or nothing has changed for ``patience`` seconds.

    Records that have come to their end are not read again.
    """
    began = changed = time.monotonic()
    decisions = robot.decisions
    ended: set[MessageRef] = set()
    before: object = None
    said = 0.0
    while True:
        looked = time.monotonic()
        refs = [ref for ref in (*spooled(app, since), *own_mail(app, since)) if ref not in ended]
        found = load_all(app, refs)
        # What is owed to somebody (a report, a notice) is in the outbox until it is written.
        ended |= {ref for ref, stored in found.items() if stored.record.state.is_final and not stored.outbox}
        moving = [ref for ref in refs if _moves(found.get(ref))]
        undecided = [ref for ref, stored in found.items() if _is_open(stored.record, decisions)]
        now = (len(ended), sorted(moving), sorted(undecided), robot.decided)
        if not moving and not undecided and not robot.open:
            return time.monotonic() - began
        if now != before:
            before, changed = now, time.monotonic()
        if time.monotonic() - changed > patience:
            say(f"nothing has changed for {patience:.0f} s: {len(moving)} still move, {len(undecided)} are undecided")
            return time.monotonic() - began
        if time.monotonic() - said > 10:
            said = time.monotonic()
            say(f"settling: {len(moving)} on their way, {len(undecided)} to be decided")
        # Reading hundreds of records takes storage's time from those that are on their way.
        time.sleep(max(_LOOK_SECONDS, 3 * (time.monotonic() - looked)))


def _moves(stored: Stored | None) -> bool:
    return stored is None or stored.record.state is State.DELIVERING or bool(stored.outbox)


def _is_open(record: MessageRecord, decisions: Mapping[int, str]) -> bool:
    """Whether it is held although its sender means to decide."""
    if record.state is not State.HELD:
        return False
    pieces = record.summary.message_id.strip("<>").partition("@")[0].split(".")
    return len(pieces) == 3 and pieces[2].isdecimal() and decisions.get(int(pieces[2])) in ("release", "discard")
