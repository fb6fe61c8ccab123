"""Write a person's decision to the audit log (stage 6; product.md X2). The message's own history has it in any case."""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.hold.actor import Actor
from shared.core.hold.record import Event
from shared.core.message.identity import MessageRef
from shared.ports_people import AuditCode, AuditEntry


def note_decision(app: App, ref: MessageRef, actor: Actor, verb: str, event: Event) -> None:
    """``verb`` is what was asked for, ``event`` what came of it. Never raises: the decision stands."""
    args = (("verb", verb), ("event", event.code.value), ("number", str(event.number)))
    try:
        app.audit.append(ref.tenant_id, AuditEntry(AuditCode.DECIDED, actor, event.at, ref, args))
    except Exception as error:  # whatever it is, the decision was stored
        log.trouble("audit", ref, error, code=AuditCode.DECIDED)
