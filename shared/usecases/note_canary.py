"""See a canary as it passes: note in which message a token came (stage 3; product.md B9).

Costs every other message the search for a word in its subject.
"""

from __future__ import annotations

from shared import log
from shared.app import App
from shared.core.message.identity import MessageRef
from shared.core.onboarding.canary import MARK, read_token


def note_canary(app: App, ref: MessageRef, subject: str | None) -> None:
    """Note it where the subject has a token that is good. Never raises: a message is judged whatever becomes of this."""
    if not subject or MARK not in subject:
        return
    try:
        now = app.clock.now()
        id_ = read_token(ref.tenant_id, subject, app.secrets.signing_keys("trace"), now)
        if id_ and app.onboarding.seen(ref.tenant_id, id_, ref.queue_id, now):
            log.stage("canary", ref, "seen")
    except Exception as error:
        log.trouble("canary", ref, error)
