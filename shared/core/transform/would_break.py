"""``WouldBreak``: a transform refuses because the message is sealed or wrapped in a way that the change would break. Stage 4b.

What happens instead (hold with the reason, deliver unchanged) is the policy's choice (product.md M8), never the transform's.
"""

from __future__ import annotations

from shared.errors import PermanentError


class WouldBreak(PermanentError):
    """The change would break the message. ``what`` is a stable word: a value of ``Protection``, or ``calendar``, ``report``, ``partial``."""

    public = "The message is protected in a way that does not allow this change."

    def __init__(self, what: str) -> None:
        super().__init__(f"the change would break the message: {what}")
        self.what = what
