"""Store a message's first state and, where it passes, deliver it at once in the same worker (stages 3 to 4b).

The queue costs a passing message more than everything else together. A worker that has just judged one has its bytes
at hand; so the state is stored with this worker's claim in it (one conditional write), and no queue message is owed.
Should the worker die, the claim's end brings the next one, exactly as in any other delivery.

Only so many messages at a time are sent this way, so that a next hop that does not answer can hold up some workers and
never all: the others keep judging, and what passes meanwhile goes through the queue. So does a large message, whose
bytes would otherwise stay in memory for as long as the next hop takes to read them.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from shared import log
from shared.app import App
from shared.core.hold.begin import begin_claimed
from shared.core.hold.record import Change, State
from shared.core.policy.tenant_settings import TenantSettings
from shared.ports import Content
from shared.usecases.commit import create
from shared.usecases.deliver_message import deliver_claimed, new_claim

LARGEST = 4 * 1024 * 1024
"""Bytes. A larger message is sent by way of the queue, in pieces."""
SHARED_FOR = timedelta(minutes=1)
"""So long after another tenant's message no tenant may have all the places."""
_lock = threading.Lock()
_busy: Counter[str] = Counter()
_lately: dict[str, datetime] = {}
"""The two tenants whose messages passed last, and when."""


def create_and_pass_on(
    app: App,
    change: Change,
    settings: TenantSettings,
    body: Content,
    *,
    on_stored: Callable[[], None],
    at_once: bool = True,
) -> bool:
    """Store the first state of a message whose bytes are ``body``. ``False`` when it has one: then nothing is done.

    ``on_stored`` is called between storing and sending, for the log. Without ``at_once`` the queue brings the delivery:
    for callers that work through many messages, whom one silent next hop must not hold up.

    Raises ``TemporaryError`` when the state cannot be stored. What goes wrong later is not raised: the message has its
    state then, and the schedule a note about it.
    """
    if settings.signing.dkim:
        from shared.usecases.sign_variant import sign_first  # when first used: a cold start is waited for

        change = sign_first(app, settings, change, body)
    with _slot(app, change, body.size, wanted=at_once) as is_free:
        if not is_free:
            if create(app, change) is None:
                return False
            on_stored()
            return True
        token, length = new_claim(app, body.size)
        claimed = begin_claimed(change, token, length)
        stored = create(app, claimed)
        if stored is None:
            return False
        on_stored()
        try:
            deliver_claimed(app, stored, settings, token, length, body)
        except Exception as error:  # the claim runs out, and the next worker goes on
            log.trouble("deliver", change.record.ref, error)
        return True


@contextmanager
def _slot(app: App, change: Change, size: int, *, wanted: bool) -> Iterator[bool]:
    """Whether this message may be sent at once; if so, it counts as one of those until the block ends."""
    tenant = change.record.ref.tenant_id
    with _lock:
        fits = wanted and change.record.state is State.DELIVERING and size <= LARGEST
        places = app.process.direct_deliveries
        is_free = fits and _busy.total() < places and _busy[tenant] < _share(tenant, places, app.clock.now())
        _busy[tenant] += is_free
    try:
        yield is_free
    finally:
        with _lock:
            _busy[tenant] -= is_free
            if not _busy[tenant]:
                del _busy[tenant]


def _share(tenant: str, places: int, now: datetime) -> int:
    """Places that one tenant may have: all while it is alone, else all but two, so that its next hop, should it not
    answer, keeps no other tenant's mail waiting for the queue.
    """
    is_alone = all(name == tenant or now - at > SHARED_FOR for name, at in _lately.items())
    _lately.pop(tenant, None)
    _lately[tenant] = now
    if len(_lately) > 2:
        del _lately[next(iter(_lately))]
    return places if is_alone else max(places - 2, 1)
