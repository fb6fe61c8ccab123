"""Deliver one message to its next hops (stage 4b).

The contract: a worker claims the message by a conditional write before it opens a connection; it sends to recipients
that are still pending and to no others; it writes down each transaction's answers at once; it ends the attempt with
another one noted, or with the end of the message and a DSN for those who did not get it. A crash at any point leaves a
claim that runs out, after which the next worker goes on. Only a crash between a next hop's 250 and the writing of it
makes a duplicate possible: SMTP has no way to close that window (RFC 5321 section 6.1).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.delivery.route import batches, routes_named
from shared.core.hold import password_state, state
from shared.core.hold.record import Change, Fate, RecipientResult, State, Variant
from shared.core.message.identity import MessageRef
from shared.core.policy.tenant_settings import TenantSettings
from shared.errors import Conflict, NotFound, PermanentError, TemporaryError
from shared.ports import Content, Stored
from shared.ports_next_hop import RecipientReply
from shared.usecases.commit import commit
from shared.usecases.delivery_attempt import Attempt, fraction
from shared.usecases.effective_settings import settings_judged_by
from shared.usecases.plans import retry_plan
from shared.usecases.try_servers import see_to_signature, try_servers

LARGEST_TRANSACTION = 500
"""Recipients in one transaction. A server that takes fewer answers 452, and gets the rest in another one."""
SLOWEST_TRANSFER = 256 * 1024
"""Bytes a second that a claim allows for, so that a large message does not outlive it."""
RECORD_TRIES = 10
"""How often answers of a next hop are tried to be written down, about half a minute; at the attempt's end once more."""
_TOO_MANY_RECIPIENTS = 452


def deliver_message(app: App, ref: MessageRef) -> bool:
    """Try the pending recipients once. ``False`` when there was nothing to do or another worker does it.

    Raises ``TemporaryError`` when storage or settings cannot be reached; the claim then runs out by itself.
    """
    stored = app.messages.load(ref)
    if stored is None or stored.record.state is not State.DELIVERING:
        return False
    log.follow(ref, stored.record.reception.session_id)
    settings = app.settings.tenant(ref.tenant_id)
    token, length = new_claim(app, stored.record.reception.size)
    try:
        claimed = state.claim(stored.record, token, app.clock.now(), length)
        if claimed is None:
            return False
        attempt = Attempt(app, commit(app, stored, claimed), settings, token, length)
    except (state.LeaseHeld, Conflict):
        return False
    _carry_out(attempt)
    return True


def deliver_claimed(
    app: App, stored: Stored, settings: TenantSettings, token: str, length: timedelta, body: Content
) -> None:
    """The same for a message that was born with this worker's claim. ``body`` are its bytes as stored.

    Raises what ``deliver_message`` raises; the message is then looked after by the schedule.
    """
    _carry_out(Attempt(app, stored, settings, token, length, body))


def new_claim(app: App, size: int) -> tuple[str, timedelta]:
    """A token that no other worker has, and how long a claim on a message of that many bytes lasts."""
    return app.random.token(12).hex(), timedelta(seconds=app.process.lease_seconds + size / SLOWEST_TRANSFER)


def _carry_out(attempt: Attempt) -> None:
    try:
        _send_pending(attempt)
    finally:
        # Also after an error: what is still pending is tried again with a pause, instead of when the claim runs out.
        if attempt.is_ours or attempt.unwritten:
            _write_down(attempt, (), ends=True)


def _send_pending(attempt: Attempt) -> None:
    """Transaction by transaction; the answers of the last one are written down together with the attempt's end."""
    if not _make_missing(attempt):
        return
    routes = routes_named(attempt.settings.routes, attempt.record.decision.route)
    waiting, homeless = batches(routes, attempt.record.pending(), LARGEST_TRANSACTION)
    if homeless:
        _write_down(attempt, [_no_route(address) for address in homeless], ends=not waiting)
    for index, batch in enumerate(waiting, start=1):
        left = batch
        while left.recipients:
            if not see_to_signature(attempt, left):
                if not attempt.is_ours:
                    return
                postponed = [_unsigned(address) for address in left.recipients]
                _write_down(attempt, postponed, ends=index == len(waiting))
                break
            replies = try_servers(attempt, left)
            accepted = any(reply.accepted for reply in replies)
            surplus = tuple(reply.recipient for reply in replies if reply.code == _TOO_MANY_RECIPIENTS)
            left = replace(left, recipients=surplus if accepted else ())
            _write_down(attempt, replies, ends=index == len(waiting) and not left.recipients)


def _make_missing(attempt: Attempt) -> bool:
    """Make the outgoing forms that pending recipients wait for. ``False`` when the claim was lost meanwhile.

    A form that cannot be made fails for its recipients, and their sender gets a DSN: a message that a policy wants
    changed never leaves unchanged. The forms are in the record before the first byte of one is sent. They are made by the
    settings that the message was judged by: a template or password of a group, or one changed while it was held.
    """
    app, record = attempt.app, attempt.record
    known = {variant.name for variant in record.variants}
    missing = dict.fromkeys(result.variant for result in record.pending() if result.variant not in known)
    if not missing:
        return True
    from shared.usecases import (
        make_variant,
    )  # when first used: most mail is not changed, and a cold start is waited for

    made: list[Variant] = []
    failed: list[RecipientReply] = []
    body = attempt.body or app.spool.content("spool", record.ref)
    for name in missing:
        try:
            judged_by = settings_judged_by(app, record.ref.tenant_id, record.decision)
            made.append(make_variant.make_variant(app, record, judged_by, name, body, attempt.settings))
        except PermanentError as error:
            log.trouble("transform", record.ref, error)
            failed += [_unchangeable(result.address, error) for result in record.pending() if result.variant == name]
    now = app.clock.now()
    changed = state.prolong(password_state.born(state.add_variants(record, made)), now, attempt.length)
    try:
        attempt.stored = commit(app, attempt.stored, Change(changed, ()))
    except Conflict:
        return False
    log.stage("transform", record.ref, "made", forms=len(made), failed=len(failed))
    if failed:
        _write_down(attempt, failed, ends=False)
    return attempt.is_ours


def _no_route(address: str) -> RecipientReply:
    """RFC 3463: 5.4.4 is "unable to route"."""
    return RecipientReply(address, False, True, 550, "5.4.4", "no next hop is set for this domain", "")


def _unchangeable(address: str, error: PermanentError) -> RecipientReply:
    """RFC 3463: 5.6.5 is "conversion failed". The sender learns the error's public text, never its cause."""
    text = f"the message could not be changed as a policy asks: {error.public}"
    return RecipientReply(address, False, True, 554, "5.6.5", text, "")


def _unsigned(address: str) -> RecipientReply:
    """RFC 3463: 4.7.5 is "cryptographic failure"."""
    text = "the key that signs mail of this domain cannot be read"
    return RecipientReply(address, False, False, 451, "4.7.5", text, "")


def _result(reply: RecipientReply, known: RecipientResult, now: datetime) -> RecipientResult:
    if reply.accepted:
        fate = Fate.SENT
    else:
        fate = Fate.FAILED if reply.permanent else Fate.PENDING
    return replace(
        known,
        fate=fate,
        attempts=known.attempts + 1,
        code=reply.code,
        status=reply.status,
        text=reply.text,
        server=reply.server,
        at=now,
        reports_on=reply.accepted and reply.relays_dsn,
    )


def _write_down(attempt: Attempt, replies: Sequence[RecipientReply], *, ends: bool) -> None:
    """Store answers, whatever happened to the claim meanwhile: what a next hop has taken must be known.

    ``ends``: the attempt ends with them, unless the claim is somebody else's by now.
    """
    attempt.unwritten = (*attempt.unwritten, *replies)
    known = {result.address: result for result in attempt.record.recipients}
    answered_at = attempt.app.clock.now()
    settled = [_result(reply, known[reply.recipient], answered_at) for reply in attempt.unwritten]
    stale = False
    for tried in range(RECORD_TRIES):
        try:
            if stale:
                attempt.stored = _present(attempt)
                stale = False
            change = _outcome(attempt, settled, ends=ends)
            if change is not None:
                attempt.stored = commit(attempt.app, attempt.stored, change)
        except Conflict:
            stale = True
        except TemporaryError as error:
            log.trouble("deliver", attempt.record.ref, error, tried=tried)
            if tried == RECORD_TRIES - 1:
                raise
            time.sleep(min(0.2 * 2**tried, 5.0))
        else:
            attempt.unwritten = ()
            return
    raise Conflict("the answers of a next hop could not be written down")


def _present(attempt: Attempt) -> Stored:
    """What somebody else has made of the message. Raises ``PermanentError`` where it is gone."""
    stored = attempt.app.messages.load(attempt.record.ref)
    if stored is None:
        raise NotFound("the state of a message that is being delivered is gone")
    return stored


def _outcome(attempt: Attempt, settled: Sequence[RecipientResult], *, ends: bool) -> Change | None:
    """The next state, with these results; ``None`` where there is nothing to write."""
    now = attempt.app.clock.now()
    change = state.note_results(attempt.record, settled, now)
    if attempt.is_ours and ends:
        change = state.finish_attempt(change.record, retry_plan(attempt.settings), fraction(attempt.app), now)
    elif attempt.is_ours:
        change = replace(change, record=state.prolong(change.record, now, attempt.length))
    elif not settled:
        return None
    return password_state.note_delivered(change, now)
