"""One transaction with a route's servers (stage 4b): in which order they are tried, and in which form the message goes.

A form leaves signed where the tenant's keys say so, and in 7 bits where a server takes nothing else. Whatever is made for
that is stored before the first byte of it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared import log
from shared.core.delivery.route import Batch, servers_in_order
from shared.core.hold import state
from shared.core.hold.record import Change, Variant
from shared.core.message.pass_mark import pass_field
from shared.core.policy.tenant_settings import NextHopServer
from shared.errors import Conflict, PermanentError
from shared.ports import Content
from shared.ports_metrics import Labels, Metric
from shared.ports_next_hop import RecipientReply
from shared.usecases.commit import commit
from shared.usecases.delivery_attempt import Attempt, fraction, keep_claim


def try_servers(attempt: Attempt, batch: Batch) -> tuple[RecipientReply, ...]:
    """One transaction, with fail-over to the route's next server while none has said anything or can have the message."""
    app, record = attempt.app, attempt.record
    content = _content_of(attempt, batch, batch.variant)
    replies: tuple[RecipientReply, ...] = ()
    tenant = record.ref.tenant_id
    in_order = servers_in_order(
        batch.route.servers, lambda: fraction(app), lambda server: app.next_hop.is_well(tenant, server)
    )
    for server in in_order:
        if replies and not keep_claim(attempt):
            break
        replies = _try_server(attempt, batch, server, content)
        if any(reply.needs_seven_bit for reply in replies):
            replies = _try_in_seven_bit(attempt, batch, server, replies)
        if any(reply.code or reply.unclear for reply in replies):
            break
    return replies


def _try_server(attempt: Attempt, batch: Batch, server: NextHopServer, content: Content) -> tuple[RecipientReply, ...]:
    record = attempt.record
    replies = attempt.app.next_hop.deliver(
        server,
        record.envelope.reverse_path,
        batch.recipients,
        record.envelope,
        content,
        tenant_id=record.ref.tenant_id,
    )
    outcome = "accepted" if all(reply.accepted for reply in replies) else "refused"
    hop = f"{server.host}:{server.port}"
    answered = any(reply.code for reply in replies)
    attempt.app.metrics.add(Metric.TRANSACTIONS, Labels(hop=hop, outcome=outcome if answered else "no-answer"))
    attempt.app.metrics.set(Metric.NEXT_HOP_WELL, 1 if answered else 0, Labels(hop=hop))
    log.stage(
        "deliver",
        record.ref,
        outcome,
        session=record.reception.session_id,
        server=hop,
        recipients=len(replies),
        accepted=sum(reply.accepted for reply in replies),
        code=replies[0].code if replies else 0,
    )
    return replies


def _content_of(attempt: Attempt, batch: Batch, name: str) -> Content:
    """The bytes of the outgoing form of that name, as the batch's route wants them."""
    record = attempt.record
    variant = next(variant for variant in record.variants if variant.name == name)
    head = variant.head if batch.route.signs else variant.signature + variant.head
    if batch.route.returns:
        head = pass_field(record.ref.tenant_id, attempt.app.secrets.signing_keys("trace")) + head
    return _with_head(head, _stored_bytes(attempt, variant))


def _stored_bytes(attempt: Attempt, variant: Variant) -> Content:
    """What lies below a form's head: at hand where this worker has just judged the message, else in storage."""
    if variant.source == "spool" and attempt.body is not None:
        return attempt.body
    return attempt.app.spool.content(variant.source, attempt.record.ref, variant.blob)


def _try_in_seven_bit(
    attempt: Attempt, batch: Batch, server: NextHopServer, refused: tuple[RecipientReply, ...]
) -> tuple[RecipientReply, ...]:
    """The same transaction with the form's 7-bit form, which is made and stored if it is missing.

    Gives back what was said where the message cannot be in 7 bits: then it does not fit this server (5.6.3).
    """
    from shared.usecases.make_seven_bit import (  # when first used: most mail needs neither, and a cold start is waited for
        make_seven_bit,
        seven_bit_of,
    )

    app, record = attempt.app, attempt.record
    variant = next(variant for variant in record.variants if variant.name == batch.variant)
    narrow = seven_bit_of(record, variant)
    if narrow is None:
        try:
            narrow = make_seven_bit(app, record, variant, _stored_bytes(attempt, variant))
        except PermanentError as error:
            log.trouble("transform", record.ref, error)
            return refused
        changed = state.prolong(state.add_variants(record, (narrow,)), app.clock.now(), attempt.length)
        try:
            attempt.stored = commit(app, attempt.stored, Change(changed, ()))
        except Conflict:
            attempt.stored = app.messages.load(record.ref) or attempt.stored
            return tuple(_put_off(reply) for reply in refused)
    if not see_to_signature(attempt, batch, narrow.name):
        return tuple(_put_off(reply) for reply in refused)
    open_places = tuple(reply.recipient for reply in refused if reply.needs_seven_bit)
    answered = {reply.recipient: reply for reply in refused if not reply.needs_seven_bit}
    again = replace(batch, recipients=open_places)
    content = _content_of(attempt, batch, narrow.name)
    answered |= {reply.recipient: reply for reply in _try_server(attempt, again, server, content)}
    return tuple(answered[recipient] for recipient in batch.recipients)


def _put_off(reply: RecipientReply) -> RecipientReply:
    """Another worker, or a key that is missing, keeps the 7-bit form from being sent now."""
    return replace(reply, permanent=False, status="4.6.3") if reply.needs_seven_bit else reply


def see_to_signature(attempt: Attempt, batch: Batch, name: str = "") -> bool:
    """Sign the batch's form (or the one of that ``name``) where it goes out signed and is not yet.

    It was held before, or a key was missing.

    ``False`` when the key cannot be had now, or the claim was lost meanwhile.
    """
    app, record = attempt.app, attempt.record
    variant = next(variant for variant in record.variants if variant.name == (name or batch.variant))
    if variant.signed or batch.route.signs or not attempt.settings.signing.dkim:
        return True
    from shared.core.signing.keys import BadKey  # when first used, too
    from shared.usecases.sign_variant import sign

    outgoing = _stored_bytes(attempt, variant)
    incoming = None if record.own else attempt.body or app.spool.content("spool", record.ref)
    try:
        signed = sign(app, attempt.settings, record.ref, variant, outgoing, incoming)
    except BadKey as error:
        log.trouble("sign", record.ref, error)
        return False
    changed = state.prolong(state.replace_variant(record, signed), app.clock.now(), attempt.length)
    try:
        attempt.stored = commit(app, attempt.stored, Change(changed, ()))
    except Conflict:
        attempt.stored = app.messages.load(record.ref) or attempt.stored
    return attempt.is_ours


def _with_head(head: bytes, body: Content) -> Content:
    def chunks() -> Iterator[bytes]:
        yield head
        yield from body.chunks()

    return Content(len(head) + body.size, chunks)
