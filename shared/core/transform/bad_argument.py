"""``BadArgument``: a transform was asked for something that no message could take. Stage 4b.

Not a matter of the message (that is ``WouldBreak``): the address, field name or text itself is at fault.
"""

from __future__ import annotations

from shared.errors import PermanentError


class BadArgument(PermanentError):
    """The argument of a transform cannot be written into a header, or must not be."""

    public = "The change that a policy asks for is not possible."
