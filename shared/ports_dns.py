"""The port of the domain name system: what a name's owner has published. Used by onboarding's checks and by ARC.

The rules of ``shared/ports.py`` hold.
"""

from __future__ import annotations

from typing import Literal, Protocol

from shared.errors import TemporaryError

RecordKind = Literal["TXT", "MX", "CNAME", "A", "AAAA"]


class DnsUnavailable(TemporaryError):
    """No server said what is under the name: time-out, SERVFAIL, REFUSED, or CNAMEs that lead too far. Not "nothing"."""

    public = "The domain name system does not answer right now. Please try again later."


class Dns(Protocol):
    """Questions to the domain name system."""

    def lookup(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """The records of that kind under ``name``, sorted; empty where the name or such a record does not exist.

        CNAMEs are followed, but for ``kind`` ``CNAME``. ``TXT``: a record's strings joined, one character for each byte
        (ISO 8859-1). ``MX``: ``"10 mail.example"``, lowest preference first; ``"0 ."`` accepts no mail (RFC 7505).
        ``CNAME``: the next name. Names come in lower case without the final dot; ``name`` may be written in any case, in
        Unicode, and with it. What cannot be a name does not exist. Answers may be some minutes old, "nothing" some
        seconds. Takes a few seconds at most. Raises ``DnsUnavailable``.
        """
        ...
