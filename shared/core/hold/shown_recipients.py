"""Which recipients of a held message somebody was shown, as a word that forms and requests carry back. Pure; stage 6.

Copies of a message join it while it is held (``follow.py``), and a release counts for them. A person whose page was made
before that has not seen their recipients, so the release says what it is about and is refused where that is no longer all.
"""

from __future__ import annotations

import hashlib

from shared.core.hold.follow import copied_recipients
from shared.core.hold.record import MessageRecord
from shared.core.message.domains import normal_address

_CHARACTERS = 32


def shown_recipients(record: MessageRecord) -> str:
    """A digest of everybody whom a release of this record now would be about, in whatever order they came."""
    everybody = {normal_address(address) for address in record.envelope.recipients}
    everybody.update(normal_address(facts.address) for facts in copied_recipients(record))
    return hashlib.sha256("\0".join(sorted(everybody)).encode()).hexdigest()[:_CHARACTERS]
