"""Decide about one message in the spool (stage 3): read it, judge it, store the decision. Runs twice harmlessly.

Whatever goes wrong while deciding ends in a hold, never in a delivery and never in a loss; whatever goes wrong with
storage is raised, so that the trigger tries again.
"""

from __future__ import annotations

import io
from dataclasses import replace

from shared import log
from shared.app import App
from shared.core.hold.begin import ORIGINAL, begin, recipients_by_variant
from shared.core.hold.record import Change, Variant
from shared.core.message.identity import MessageRef, ref_from_blob_name
from shared.core.message.summary import summarise
from shared.core.policy.decision import Decision
from shared.core.policy.evaluate import hold_for_error
from shared.core.policy.tenant_settings import TenantSettings
from shared.core.settings.merge import Effective
from shared.errors import PermanentError
from shared.ports import Content, Spooled
from shared.usecases.choose_leader import first_change
from shared.usecases.effective_settings import effective_settings
from shared.usecases.follow_leader import follow_leader
from shared.usecases.gather_copies import ALONE, Gathered, gather_copies
from shared.usecases.judge_message import Judged, decide_about, facts_of_envelope, read_message
from shared.usecases.note_canary import note_canary
from shared.usecases.pass_on import create_and_pass_on
from shared.usecases.plans import hold_plan
from shared.usecases.trace_head import trace_head


def evaluate_blob(app: App, blob_name: str) -> bool:
    """``evaluate_message`` for a blob of the spool, by its name. A blob that is no message is left alone and logged."""
    try:
        ref = ref_from_blob_name(blob_name)
    except ValueError as error:
        log.trouble("decide", None, error)
        return False
    return evaluate_message(app, ref, may_wait=True)


def evaluate_message(app: App, ref: MessageRef, *, at_once: bool = True, may_wait: bool = False) -> bool:
    """Judge a message once, and send it on if it passes. ``False`` when it was judged before, does not exist, or waits.

    ``may_wait``: it may be left for the end of its window where other copies of it are missing. ``at_once`` lets this worker deliver it; callers that go through many messages leave that to the queue.
    Whether it was judged before shows when its state is stored, which costs a passing message one look less. Callers
    that mostly meet judged messages look first.

    Raises ``TemporaryError`` when storage or settings cannot be reached.
    """
    found = app.spool.open(ref)
    if found is None:
        return False
    spooled, content = found
    log.follow(ref, spooled.reception.session_id)
    settings = app.settings.tenant(ref.tenant_id)
    merged: Effective | None = None
    try:
        merged = effective_settings(app, ref.tenant_id, spooled.envelope.reverse_path)
        settings = merged.settings
    except PermanentError as error:  # a group's or a user's settings cannot be read: failure means hold
        log.trouble("decide", ref, error)
    data = read_all(content)

    def on_trouble(rule: str, error: Exception) -> None:
        log.trouble("decide", ref, error, rule=rule)

    reading = read_message(
        data,
        spooled.envelope,
        settings,
        ref,
        directory=app.directory,
        trace_keys=app.secrets.signing_keys("trace"),
        on_trouble=on_trouble,
    )
    gathered = gather_copies(app, spooled, reading, settings, may_wait=may_wait)
    if gathered is None:
        return False
    judged = decide_about(
        reading,
        settings,
        others=gathered.recipients(spooled.envelope.recipients),
        now=app.clock.now(),
        directory=app.directory,
        on_trouble=on_trouble,
    )
    if merged is None:
        decision = hold_for_error(spooled.envelope, settings.version)
    else:
        decision = replace(judged.decision, settings_versions=merged.versions)
    judged = replace(judged, decision=decision)
    note_canary(app, ref, judged.facts.subject)
    try:
        return _store(app, spooled, settings, data, judged, gathered, at_once=at_once)
    except PermanentError as error:
        # Storage cannot hold what was found (thousands of long names, say). The message is held all the same.
        log.trouble("decide", ref, error)
        held = hold_for_error(spooled.envelope, settings.version)
        known = facts_of_envelope(spooled.envelope, settings, len(data))
        return _store(app, spooled, settings, data, Judged(known, held, None, known), ALONE, at_once=at_once)


def read_all(content: Content) -> bytes:
    """The whole content, held once in memory."""
    buffer = io.BytesIO()
    for chunk in content.chunks():
        buffer.write(chunk)
    return buffer.getvalue()


def _store(
    app: App,
    spooled: Spooled,
    settings: TenantSettings,
    data: bytes,
    judged: Judged,
    gathered: Gathered,
    *,
    at_once: bool,
) -> bool:
    """Give the message its first state, and send it on if it passes. Raises ``PermanentError`` for too large a state."""
    now, facts = app.clock.now(), judged.facts

    def begun(decision: Decision) -> Change:
        untouched = recipients_by_variant(decision).get(ORIGINAL)
        variants = (Variant(ORIGINAL, "spool", trace_head(app, spooled, untouched)),) if untouched is not None else ()
        summary = summarise(facts)
        plan = hold_plan(settings)
        return begin(spooled.ref, spooled.envelope, spooled.reception, summary, decision, variants, plan, now)

    change = first_change(app, spooled, gathered, judged, begun)
    decision = change.record.decision

    def note() -> None:
        log.stage(
            "decide",
            spooled.ref,
            decision.disposition,
            session=spooled.reception.session_id,
            reason=decision.reasons[0].code if decision.reasons else "",
            settings=decision.settings_version,
            bytes=facts.size,
        )

    body = Content(len(data), lambda: iter((data,)))
    stored = create_and_pass_on(app, change, settings, body, on_stored=note, at_once=at_once)
    if stored and change.record.leader is not None:
        try:
            follow_leader(app, spooled.ref)
        except Exception as error:  # it has its state, and the schedule a note about it
            log.trouble("copies", spooled.ref, error)
    return stored
