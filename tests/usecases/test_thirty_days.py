"""Thirty days of two thousand held messages: every reminder and end exactly once, none early, none late by more than a tick.

The clock jumps from one thing that happens to the next: a message arrives, somebody decides, the timer ticks. A tick for
which the schedule has nothing would do nothing and is left out. What should happen to each message is worked out beside
the product, from the tenants' settings alone, and compared event by event with what did.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.core.hold.actor import Channel
from shared.core.hold.record import EventCode, OutboxKind, State
from shared.core.hold.work_item import read_work_item
from shared.core.message.identity import MessageRef
from shared.core.policy.actions import Delay
from shared.core.policy.conditions.model import RecipientDomain
from shared.core.policy.policies import Policy
from shared.core.policy.tenant_settings import BusinessHours, HoldNotices, TenantSettings
from shared.usecases.decide_hold import Acted, AlreadyActed, Asker, HoldWish, Verb, decide_hold
from shared.usecases.notify import notify_item
from shared.usecases.run_due import run_due
from shared.usecases.work_off import work_off
from tests.fakes.clock import FakeClock
from tests.support.app import OUTSIDE, SENDER, World, make_settings

START = datetime(2026, 10, 25, tzinfo=UTC)
DAYS = 30
"""To 24 November: the clocks of New York change on the 1st, Japan rests on the 3rd and the 23rd."""
MESSAGES = 2000
TICK = timedelta(seconds=10)
OUTAGES = (
    (START + timedelta(days=3, hours=1, minutes=7), timedelta(minutes=25)),
    (START + timedelta(days=9, hours=23), timedelta(hours=5)),
    (START + timedelta(days=16, hours=2), timedelta(hours=31)),
)
HOLIDAYS = frozenset({date(2026, 11, 3), date(2026, 11, 23)})
_FULLY_TOLD = 50
"""Of so many messages one has its notices really written; of the others the queue items are counted."""


def _tenants() -> list[TenantSettings]:
    tokyo = BusinessHours()
    late = BusinessHours(days=("mon", "tue", "wed", "thu"), start="10:30", end="24:00", closed=("2026-11-05",))
    new_york = BusinessHours(start="00:00", end="03:00", days=("sat", "sun", "mon"), holidays="none")
    delay = Policy(id="wait", when=RecipientDomain(operator="is-external"), actions=(Delay(minutes=45),))
    return [
        make_settings(notices=HoldNotices(reminder_hours=4.0, reminders=2, at_end="leave")),
        make_settings(notices=HoldNotices(reminder_hours=3.0, reminders=3, at_end="discard", business_hours=tokyo)),
        make_settings(notices=HoldNotices(reminder_hours=26.5, reminders=1, at_end="release")),
        make_settings(notices=HoldNotices(reminder_hours=0.7, reminders=5, at_end="discard", business_hours=late)),
        make_settings(
            notices=HoldNotices(reminder_hours=2.5, reminders=2, at_end="release", business_hours=new_york),
            time_zone="America/New_York",
        ),
        make_settings(notices=HoldNotices(reminder_hours=1.0, reminders=0, at_end="discard")),
        make_settings(rules=(), policies=(delay,)),
    ]


def _office(settings: TenantSettings) -> list[tuple[datetime, datetime]]:
    """All stretches in which pauses run, day by day, by clocks on the wall."""
    hours = settings.notices.business_hours
    if hours is None:
        return [(START - timedelta(days=1), START + timedelta(days=900))]
    zone, found = ZoneInfo(settings.time_zone), []
    for number in range(-2, 130):
        day = START.date() + timedelta(days=number)
        works = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()] in hours.days
        if not works or day.isoformat() in hours.closed or (hours.holidays == "japan" and day in HOLIDAYS):
            continue
        opens = datetime.combine(day, time.fromisoformat(hours.start), zone)
        end = time.max if hours.end == "24:00" else time.fromisoformat(hours.end)
        closes = datetime.combine(day, end, zone)
        found.append((opens.astimezone(UTC), closes.astimezone(UTC) + (end == time.max) * timedelta(microseconds=1)))
    return found


def _after(office: list[tuple[datetime, datetime]], since: datetime, pause: timedelta) -> datetime:
    for opens, closes in office:
        begins = max(opens, since)
        if begins < closes:
            if begins + pause <= closes:
                return begins + pause
            pause -= closes - begins
    raise AssertionError("the office never opens again")


def _is_down(moment: datetime) -> bool:
    return any(begins <= moment < begins + length for begins, length in OUTAGES)


def _tick_at_or_after(moment: datetime) -> datetime:
    tick = START + -(-(moment - START) // TICK) * TICK
    while _is_down(tick):
        tick += TICK
    return tick


@dataclass
class _Case:
    """One message: when it was held, and what somebody does about it, if they do."""

    world: World = field(repr=False)
    held_at: datetime
    decided_at: datetime | None
    verb: Verb
    ref: MessageRef | None = None
    told: object = None
    office: list[tuple[datetime, datetime]] = field(default_factory=list, repr=False)

    def expected(self, until: datetime) -> list[tuple[EventCode, datetime]]:
        """The history up to ``until``, delivery left out."""
        notices, delayed = self.world.settings.notices, bool(self.world.settings.policies)
        found = [(EventCode.DELAYED if delayed else EventCode.HELD, self.held_at)]
        pause = timedelta(hours=notices.reminder_hours)
        due = self.held_at + timedelta(minutes=45) if delayed else _after(self.office, self.held_at, pause)
        for number in range(notices.reminders + 1):
            tick = _tick_at_or_after(due)
            if self.decided_at is not None and self.decided_at < min(tick, until):
                return [*found, self._decision()]
            if tick > until:
                return found
            if delayed or number == notices.reminders:
                ends = {"leave": EventCode.LEFT, "release": EventCode.RELEASED, "discard": EventCode.EXPIRED}
                end = EventCode.RELEASED if delayed else ends[notices.at_end]
                found.append((end, tick))
                is_open = end is EventCode.LEFT and self.decided_at is not None and self.decided_at < until
                return [*found, self._decision()] if is_open else found
            found.append((EventCode.REMINDED, tick))
            following = _after(self.office, due, pause)
            due = following if following > tick else _after(self.office, tick, pause)
        raise AssertionError("there is always an end")

    def _decision(self) -> tuple[EventCode, datetime]:
        assert self.decided_at is not None
        return (EventCode.RELEASED if self.verb is Verb.RELEASE else EventCode.DISCARDED, self.decided_at)


class _Simulation:
    """All tenants under one clock."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # a story that is the same every time, no secret
        self.clock = FakeClock(START)
        self.worlds = [World(settings, self.clock) for settings in _tenants()]
        self.items: Counter[tuple[MessageRef, OutboxKind, int]] = Counter()
        self.cases = [self._case(number) for number in range(MESSAGES)]
        self.count = 0

    def _case(self, number: int) -> _Case:
        world = self.worlds[number % len(self.worlds)]
        held_at = START + self._up_to(timedelta(days=20))
        decided_at = held_at + self._up_to(timedelta(days=9)) if self.random.random() < 0.5 else None
        case = _Case(world, held_at, decided_at, self.random.choice(list(Verb)))
        case.office = _office(world.settings)
        return case

    def _up_to(self, longest: timedelta) -> timedelta:
        """Never on a tick, so that who comes first is never in doubt."""
        return timedelta(seconds=int(self.random.random() * longest.total_seconds()), microseconds=137)

    def run(self) -> None:
        """Thirty days, and the queues emptied after everything that happens."""
        end = START + timedelta(days=DAYS)
        actions = [(case.held_at, number, self._hold) for number, case in enumerate(self.cases)]
        actions += [
            (case.decided_at, number, self._decide) for number, case in enumerate(self.cases) if case.decided_at
        ]
        heapq.heapify(actions)
        last_tick = START - TICK
        while True:
            tick = max(self._next_tick(end), last_tick + TICK)
            while _is_down(tick):
                tick += TICK
            if actions and actions[0][0] <= min(tick, end):
                at, number, act = heapq.heappop(actions)
                self._go_to(at)
                act(self.cases[number])
            elif tick <= end:
                last_tick = tick
                self._go_to(tick)
                self._tick()
            else:
                self._go_to(end)
                return
            self._empty_queues()

    def _next_tick(self, end: datetime) -> datetime:
        wanted = [at for world in self.worlds if (at := world.schedule.next_at) is not None]
        return _tick_at_or_after(min(wanted)) if wanted else end + TICK

    def _go_to(self, moment: datetime) -> None:
        self.clock.advance(seconds=(moment - self.clock.now()).total_seconds())
        assert self.clock.now() == moment

    def _hold(self, case: _Case) -> None:
        case.ref = case.world.judge(OUTSIDE)

    def _decide(self, case: _Case) -> None:
        assert case.ref is not None
        wish = HoldWish(case.verb, frozenset({1}))
        case.told = decide_hold(case.world.app, case.ref, Asker(SENDER, Channel.TEAMS), wish)

    def _tick(self) -> None:
        self.count += 1
        for world in self.worlds:
            run_due(world.app)
            if self.count % 3 == 0:
                run_due(world.app)  # every trigger may run twice

    def _empty_queues(self) -> None:
        for world in self.worlds:
            while (body := world.queue.take("deliver")) is not None:
                work_off(world.app, body)
            while (body := world.queue.take("notify")) is not None:
                item = read_work_item(body)
                self.items[item.ref, item.entry.kind, item.entry.number] += 1
                if sum(self.items.values()) % _FULLY_TOLD == 0:
                    notify_item(world.app, body)
                else:
                    world.messages.outbox_sent(item.ref, (item.entry,))


OF_HOLDS = frozenset(
    {
        EventCode.HELD,
        EventCode.DELAYED,
        EventCode.REMINDED,
        EventCode.RELEASED,
        EventCode.DISCARDED,
        EventCode.EXPIRED,
        EventCode.LEFT,
    }
)
OWES_A_NOTICE = frozenset({EventCode.HELD, EventCode.DELAYED, EventCode.REMINDED, EventCode.EXPIRED, EventCode.LEFT})


def test_every_reminder_and_end_comes_once_and_on_time() -> None:
    simulation = _Simulation(seed=4)
    simulation.run()
    end = START + timedelta(days=DAYS)
    seen: Counter[EventCode] = Counter()
    for case in simulation.cases:
        assert case.ref is not None
        events = [event for event in case.world.messages.events(case.ref) if event.code in OF_HOLDS]
        assert [(event.code, event.at) for event in events] == case.expected(end), case
        seen.update(event.code for event in events)
        _check_notices(simulation, case, [(event.code, event.number) for event in events])
        if case.decided_at is not None and case.decided_at < end:
            by_them = (events[-1].code, events[-1].at) == case._decision()
            assert isinstance(case.told, Acted if by_them else AlreadyActed), case
    for code in OF_HOLDS:
        assert seen[code] > 20, f"the story has hardly any {code}"
    _check_deliveries(simulation)


def _check_notices(simulation: _Simulation, case: _Case, events: list[tuple[EventCode, int]]) -> None:
    """One queue item for each event that somebody is told of, and none for any other."""
    assert case.ref is not None
    wanted = {number for code, number in events if code in OWES_A_NOTICE}
    last = case.world.messages.load(case.ref)
    assert last is not None
    outcome = last.record.outcome
    if outcome is not None and outcome.verb == "release" and outcome.actor.channel is Channel.TIMER:
        delayed = bool(case.world.settings.policies)
        wanted |= set() if delayed else {number for code, number in events if code is EventCode.RELEASED}
    found = {
        number: simulation.items[case.ref, OutboxKind.HOLD_NOTICE, number]
        for number in range(last.record.event_count)
        if simulation.items[case.ref, OutboxKind.HOLD_NOTICE, number]
    }
    assert found == dict.fromkeys(wanted, 1), case


def _check_deliveries(simulation: _Simulation) -> None:
    """Who released gets it delivered once; nobody else does."""
    for world in simulation.worlds:
        own = [ref for ref in world.messages.refs if not world.record(ref).own]
        released = [ref for ref in own if world.record(ref).state is State.DELIVERED]
        sent = [one for one in world.next_hop.transactions if OUTSIDE in one.accepted]
        assert len(sent) == len(released)


def test_the_reckoning_beside_the_product_agrees_with_one_done_by_hand() -> None:
    """Were it as wrong as the product could be, the test above would prove nothing. An outage ends at 13:00 on the 4th."""
    world = World(_tenants()[1])
    case = _Case(world, datetime(2026, 11, 2, 7, 30, tzinfo=UTC), None, Verb.RELEASE, office=_office(world.settings))
    told = case.expected(START + timedelta(days=DAYS))
    local = [(code.value, at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%d %H:%M:%S")) for code, at in told]
    assert local == [
        ("held", "02 16:30:00"),
        ("reminded", "04 13:00:00"),
        ("reminded", "04 13:30:00"),
        ("reminded", "04 16:30:00"),
        ("expired", "05 10:30:00"),
    ]
