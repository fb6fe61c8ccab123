"""Start a canary, and tell how far it has come and how long each place took (product.md W3, B9).

An inside one is put into the spool and goes on from there like any message; an outside one is a token that a person
writes into a subject. Both are ordinary mail: rules may hold them, and that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared import log
from shared.app import App
from shared.core.hold.record import EventCode, Fate, MessageRecord, State
from shared.core.message.domains import DomainSet, domain_of, normal_address
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.identity import RANDOM_BYTES, MessageRef, new_queue_id
from shared.core.notice.safe_text import one_line
from shared.core.onboarding.canary import (
    ID_RANDOM,
    LIFETIME,
    Canary,
    CanaryWay,
    Hop,
    HopKind,
    in_order,
    make_token,
    new_id,
)
from shared.core.onboarding.canary_letter import canary_letter
from shared.core.onboarding.finding import Finding, FindingCode, Step, StepResult, StepState, finding, worst
from shared.core.onboarding.received import HEAD_BYTES, received_hops
from shared.errors import InvalidSettings, NotFound, PermanentError
from shared.ports import Spooled
from shared.ports_people import AuditCode
from shared.usecases.note_change import note_change
from shared.usecases.reach_onboarding import Onboarder

SUBMITTED = "canary"
"""``attributed_by`` of a message that Matta put into the spool."""
MOST_RECIPIENTS = 10
_PLAIN = re.compile(r"[^\s\x00-\x20\x7f\"\\<>(),:;@\[\]]+@[^\s\x00-\x20\x7f\"\\<>(),:;@\[\]]+")


class CanaryState(StrEnum):
    """How far a canary has come."""

    WAITING = "waiting"
    """Not seen yet."""
    ON_ITS_WAY = "on-its-way"
    HELD = "held"
    DELIVERED = "delivered"
    FAILED = "failed"
    """It came back, was destroyed, or reached only some recipients."""
    EXPIRED = "expired"
    """Not seen in its time."""


@dataclass(frozen=True, slots=True)
class CanaryView:
    """A canary as it is shown. ``token`` is what the subject must have in it; ``queue_id`` is empty until it was seen."""

    id: str
    way: CanaryWay
    recipient: str
    token: str
    started_at: datetime
    started_by: str
    ends_at: datetime
    state: CanaryState
    queue_id: str
    hops: tuple[Hop, ...]


def start_canary(app: App, onboarder: Onboarder, way: CanaryWay, recipient: str) -> CanaryView:
    """A new canary. An inside one goes to the administrator's own address or one of the tenant's domains, at once.

    Raises ``InvalidSettings`` for another recipient, ``NotFound`` for the operator: it is the tenant's mail.
    """
    if onboarder.is_operator:
        raise NotFound("an operator sends no mail of a tenant")
    now, settings, sender = app.clock.now(), onboarder.settings, onboarder.who.address
    to = recipient.strip() or sender
    if way is CanaryWay.INSIDE:
        _check_recipient(to, sender, settings.internal_domains)
    id_ = new_id(app.random.token(ID_RANDOM))
    ref = MessageRef(settings.tenant_id, new_queue_id(now, app.random.token(RANDOM_BYTES)))
    inside = way is CanaryWay.INSIDE
    canary = Canary(id_, way, to if inside else "", now, sender, ref.queue_id if inside else "")
    app.onboarding.begin(settings.tenant_id, canary)
    if inside:
        host = app.process.host_name
        data = canary_letter(sender, to, _token(app, settings.tenant_id, canary), id_, host, now)
        body = "7BIT" if data.isascii() else "8BITMIME"
        utf8 = not (sender.isascii() and to.isascii())
        envelope = Envelope(sender, (to,), smtputf8=utf8, body=body)
        reception = Reception(now, "", "", SUBMITTED, "", SUBMITTED, host, f"canary-{id_}", len(data))
        app.spool.submit(Spooled(ref, envelope, reception), data)
        log.stage("canary", ref, "submitted")
    note_change(
        app, settings.tenant_id, AuditCode.CANARY_STARTED, onboarder.actor, way=way, recipient=to if inside else ""
    )
    return _view(app, settings.tenant_id, canary)


def see_canary(app: App, onboarder: Onboarder, id_: str) -> CanaryView:
    """How far it has come. Its end becomes the result of the canary step. Raises ``NotFound``, ``TemporaryError``."""
    canary = next((one for one in app.onboarding.canaries(onboarder.tenant_id) if one.id == id_), None)
    if canary is None or onboarder.is_operator:
        raise NotFound("no such canary")
    view = _view(app, onboarder.tenant_id, canary)
    _keep(app, onboarder, view)
    return view


def latest_canary(app: App, tenant_id: str) -> CanaryView | None:
    """The newest one, ``None`` where there was never any."""
    canaries = app.onboarding.canaries(tenant_id)
    return _view(app, tenant_id, canaries[0]) if canaries else None


_FOUND = {
    CanaryState.WAITING: (FindingCode.CANARY_ON_ITS_WAY, StepState.TO_DO),
    CanaryState.ON_ITS_WAY: (FindingCode.CANARY_ON_ITS_WAY, StepState.TO_DO),
    CanaryState.HELD: (FindingCode.CANARY_HELD, StepState.WARNING),
    CanaryState.DELIVERED: (FindingCode.CANARY_DELIVERED, StepState.OK),
    CanaryState.FAILED: (FindingCode.CANARY_FAILED, StepState.FAILED),
    CanaryState.EXPIRED: (FindingCode.CANARY_NOT_SEEN, StepState.FAILED),
}


def canary_findings(view: CanaryView | None) -> list[Finding]:
    """What a canary says of the route."""
    if view is None:
        return [finding(FindingCode.CANARY_NONE, StepState.TO_DO)]
    code, state = _FOUND[view.state]
    evidence = [f"{hop.at.isoformat(timespec='seconds')} {hop.kind} {hop.name}" for hop in view.hops]
    took = (view.hops[-1].at - view.hops[0].at).total_seconds() if view.hops else 0.0
    return [finding(code, state, "", evidence, way=view.way, seconds=f"{max(took, 0.0):.1f}")]


def _keep(app: App, onboarder: Onboarder, view: CanaryView) -> None:
    if view.state in (CanaryState.WAITING, CanaryState.ON_ITS_WAY):
        return
    found = tuple(canary_findings(view))
    known = {result.step: result for result in app.onboarding.results(onboarder.tenant_id)}
    last = known.get(Step.CANARY)
    if last is not None and last.findings == found:
        return  # looked at before: polling adds nothing
    if last is not None and last.checked_at > view.started_at and last.state is StepState.OK:
        return  # an older page looks at a canary that went before
    result = StepResult(Step.CANARY, worst(found), app.clock.now(), view.started_by, found)
    app.onboarding.note(onboarder.tenant_id, result)


def _check_recipient(address: str, sender: str, domains: Iterable[str]) -> None:
    if not _PLAIN.fullmatch(address) or len(address) > 320 or not _PLAIN.fullmatch(sender):
        raise InvalidSettings("no plain address", public="Not an address - at `$.recipient`")
    if normal_address(address) != normal_address(sender) and domain_of(address) not in DomainSet(domains):
        raise InvalidSettings(
            "a stranger's address", public="Only your own address, or one of your organisation - at `$.recipient`"
        )


def _token(app: App, tenant_id: str, canary: Canary) -> str:
    return make_token(tenant_id, canary.id, canary.started_at, app.secrets.signing_keys("trace")[0])


def _view(app: App, tenant_id: str, canary: Canary) -> CanaryView:
    record = None
    if canary.queue_id:
        stored = app.messages.load(MessageRef(tenant_id, canary.queue_id))
        record = stored.record if stored is not None else None
    ends = canary.started_at + LIFETIME
    state = _state(record) if record is not None else CanaryState.WAITING
    if record is None and app.clock.now() > ends:
        state = CanaryState.EXPIRED
    return CanaryView(
        canary.id,
        canary.way,
        canary.recipient,
        _token(app, tenant_id, canary),
        canary.started_at,
        canary.started_by,
        ends,
        state,
        canary.queue_id,
        in_order(_hops(app, canary, record)) if record is not None else (),
    )


def _state(record: MessageRecord) -> CanaryState:
    if record.state.is_undecided:
        return CanaryState.HELD
    if record.state is State.DELIVERING:
        return CanaryState.ON_ITS_WAY
    return CanaryState.DELIVERED if record.state is State.DELIVERED else CanaryState.FAILED


_EVENTS = {EventCode.HELD: HopKind.HELD, EventCode.DELAYED: HopKind.HELD, EventCode.RELEASED: HopKind.RELEASED}


def _hops(app: App, canary: Canary, record: MessageRecord) -> list[Hop]:
    hops: list[Hop] = []
    if canary.way is CanaryWay.OUTSIDE:
        hops += _way_here(app, record.ref)
    reception = record.reception
    hops.append(Hop(HopKind.RELAY, one_line(reception.relay_host), reception.received_at))
    hops.append(Hop(HopKind.JUDGED, "", record.created_at))
    hops += [
        Hop(_EVENTS[event.code], "", event.at) for event in app.messages.events(record.ref) if event.code in _EVENTS
    ]
    ends = [
        Hop(HopKind.DELIVERED if result.fate is Fate.SENT else HopKind.FAILED, one_line(result.server), result.at)
        for result in record.recipients
        if result.fate in (Fate.SENT, Fate.FAILED) and result.at is not None
    ]
    return hops + sorted(ends, key=lambda hop: hop.at)[:MOST_RECIPIENTS]


def _way_here(app: App, ref: MessageRef) -> tuple[Hop, ...]:
    try:
        content = app.spool.content("spool", ref)
    except PermanentError:
        return ()  # its bytes are gone, as retention has it
    head = b""
    for chunk in content.chunks():
        head += chunk
        if len(head) >= HEAD_BYTES:
            break
    return received_hops(head)
