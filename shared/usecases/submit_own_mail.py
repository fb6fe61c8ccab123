"""Send a mail that Matta itself wrote (notice, DSN) the way all mail goes: stored, delivered, retried (stage 5).

Its queue id follows from the message it is about and its purpose, so that a trigger that runs twice, even at the same
time, makes one mail.
"""

from __future__ import annotations

from dataclasses import replace

from shared import log
from shared.app import App
from shared.core.hold.begin import ORIGINAL, begin
from shared.core.hold.record import Variant
from shared.core.message.build_facts import build_facts
from shared.core.message.envelope import Envelope, Reception
from shared.core.message.facts import MailKind
from shared.core.message.identity import MessageRef, derived_queue_id
from shared.core.message.own_content import own_content
from shared.core.message.parse import parse
from shared.core.message.summary import summarise
from shared.core.message.trace import TraceKind, trace_field
from shared.core.policy.decision import Decision, DecisionPart, Disposition, Reason
from shared.ports import Content
from shared.ports_metrics import Labels, Metric
from shared.usecases.pass_on import create_and_pass_on
from shared.usecases.plans import hold_plan


def own_ref(about: MessageRef, purpose: str) -> MessageRef:
    """The reference that the mail with this purpose has or will have."""
    return MessageRef(about.tenant_id, derived_queue_id(about, purpose))


def submit_own_mail(app: App, about: MessageRef, purpose: str, envelope: Envelope, data: bytes) -> bool:
    """Store the mail and send it on. ``False`` when it was submitted before; then the earlier bytes stand."""
    ref = own_ref(about, purpose)
    if app.messages.load(ref) is not None:
        return False
    settings = app.settings.tenant(about.tenant_id)
    kept = app.spool.write_outgoing(ref, data)
    facts = build_facts(kept, envelope, internal_domains=settings.internal_domains, ref=ref)
    now = app.clock.now()
    host = app.process.host_name
    mark = trace_field(ref, TraceKind.OWN, envelope, app.secrets.signing_keys("trace")[0], own_content(parse(kept)))
    change = begin(
        ref,
        envelope,
        Reception(now, "", "", "own", "", "own", host, about.queue_id, len(kept)),
        summarise(replace(facts, kind=MailKind.OWN)),
        Decision(
            (DecisionPart(envelope.recipients, Disposition.DELIVER, (Reason("system.own-mail"),)),), settings.version
        ),
        (Variant(ORIGINAL, "outgoing", mark),),
        hold_plan(settings),
        now,
        own=purpose,
        about=about,
    )
    body = Content(len(kept), lambda: iter((kept,)))

    def note() -> None:
        log.follow(ref, about.queue_id)
        log.stage("submit", ref, purpose, about=about.queue_id)
        app.metrics.add(Metric.NOTICES, Labels(ref.tenant_id, "mail"))

    return create_and_pass_on(app, change, settings, body, on_stored=note)
