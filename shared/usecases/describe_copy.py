"""The envelope of another copy, read from the spool once for each process (stage 3, product.md M7).

The hundredth copy of a message is judged with the ninety-nine before it, and so is each that follows. What the spool holds
of a message never changes, so it is read again only after others have taken its place here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from shared.app import App
from shared.core.message.identity import MessageRef
from shared.ports import Spool, Spooled

MOST_KEPT = 2_000
"""Envelopes, the last ones asked for."""
MOST_RECIPIENTS = 100
"""Recipients of an envelope that is kept; a larger one is read each time, so that memory stays small."""

_lock = threading.Lock()
_kept: WeakKeyDictionary[Spool, OrderedDict[MessageRef, Spooled]] = WeakKeyDictionary()
"""By the spool they came from. A ``MessageRef`` names its tenant, so tenants stay apart."""


def describe_copy(app: App, ref: MessageRef) -> Spooled | None:
    """As ``Spool.describe``; one that was read lately may be there still when retention has taken it away.

    Raises ``TemporaryError``; nothing is kept then, nor where there is no such message.
    """
    with _lock:
        kept = _kept.setdefault(app.spool, OrderedDict())
        found = kept.get(ref)
        if found is not None:
            kept.move_to_end(ref)
            return found
    spooled = app.spool.describe(ref)
    if spooled is not None and len(spooled.envelope.recipients) <= MOST_RECIPIENTS:
        with _lock:
            kept[ref] = spooled
            while len(kept) > MOST_KEPT:
                kept.popitem(last=False)
    return spooled
