"""Find the other copies of a message, and wait for them where some are missing (stage 3, product.md M7).

Exchange may send one message by several transactions. Each leaves a sighting, and is judged on the recipients of all that
were seen. Only a copy whose To and Cc name external people whom no copy has yet waits, until its window is over: it gets
no state and keeps no worker; a queue message that shows itself then brings it back, a note in the schedule stands behind
that, and the sweeper behind both. What was brought back never waits again, so clocks that differ delay nothing further.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared import log
from shared.app import App
from shared.core.gathering.completeness import is_complete
from shared.core.gathering.copy_group import CopyGroup, copy_group
from shared.core.hold.record import OutboxEntry, OutboxKind
from shared.core.message.domains import normal_address
from shared.core.message.facts import MailKind
from shared.core.message.identity import MessageRef
from shared.core.policy.needs import needs_of
from shared.core.policy.tenant_settings import TenantSettings
from shared.ports import DueEntry, Spooled
from shared.usecases.describe_copy import describe_copy
from shared.usecases.judge_message import Reading

MOST_PEOPLE = 10_000
"""Recipients of other copies with whom one is judged: whoever sends one message to more gets several holds."""
_SHOWN_FROM = timedelta(seconds=1)
"""Storage counts whole seconds before it shows a queue message, and leaves out the rest."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The copies of a message that were seen by now, and which of them leads. ``group`` is ``None`` for a message that
    can have none. All others were received within ``reach`` of it.
    """

    group: CopyGroup | None = None
    others: tuple[Spooled, ...] = ()
    leader: MessageRef | None = None
    reach: timedelta = timedelta(0)

    def recipients(self, own: tuple[str, ...]) -> tuple[str, ...]:
        """The envelope recipients of the other copies that are not ``own``, each once."""
        found: dict[str, str] = {}
        for other in self.others:
            for address in other.envelope.recipients:
                found.setdefault(normal_address(address), address)
        for address in own:
            found.pop(normal_address(address), None)
        return tuple(found.values())


ALONE = Gathered()


def gather_copies(
    app: App, spooled: Spooled, reading: Reading, settings: TenantSettings, *, may_wait: bool
) -> Gathered | None:
    """The copies that are there; ``None`` where the message is to wait, and somebody will come back to it.

    Costs a message that is alone one write and one query; mail of Matta's own, with a null sender or without a
    Message-ID nothing. Raises ``TemporaryError``.
    """
    window = timedelta(seconds=settings.gathering.window_seconds)
    reach = max(timedelta(minutes=settings.gathering.late_minutes), window)
    facts, ref = reading.facts, spooled.ref
    if not reach or reading.tree is None or facts.kind is MailKind.OWN or facts.loop:
        return ALONE
    asked = needs_of(settings).fields
    group = copy_group(reading.tree, facts.message_id, spooled.envelope.reverse_path, ref.tenant_id, asked)
    if group is None:
        return ALONE
    now = app.clock.now()
    met = app.copies.meet(group, ref, reach, now)
    others = _described(app, met.others)
    leader = met.leader if met.leader is not None and _is_near(met.leader, ref, reach) else None
    gathered = Gathered(group, others, leader, reach)
    end = ref.received_at + window
    if may_wait and leader is None and now < end:
        seen = gathered.recipients(spooled.envelope.recipients)
        if not is_complete(facts, seen, settings.internal_domains):
            app.schedule.add(DueEntry(ref, end + timedelta(seconds=app.process.watch_seconds)))
            app.queue.send(ref, OutboxEntry(OutboxKind.GATHER, 0, min(end, now + window) + _SHOWN_FROM))
            log.stage("gather", ref, "waits", session=spooled.reception.session_id, seen=len(others))
            return None
    return gathered


def _described(app: App, refs: tuple[MessageRef, ...]) -> tuple[Spooled, ...]:
    """Envelopes of other copies, as long as they do not name more people than can be judged at a time."""
    found: list[Spooled] = []
    people = 0
    for ref in refs:
        spooled = describe_copy(app, ref)
        if spooled is None:  # taken away by retention
            continue
        people += len(spooled.envelope.recipients)
        if people > MOST_PEOPLE:
            break
        found.append(spooled)
    return tuple(found)


def _is_near(one: MessageRef, other: MessageRef, reach: timedelta) -> bool:
    return abs(one.received_at - other.received_at) <= reach
