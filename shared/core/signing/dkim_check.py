"""What the DKIM signatures of a message that came in are worth (RFC 6376 section 6). Part of stage 4b, for ARC."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.core.signing.head import Field
from shared.core.signing.signature import BodyForm, Records, Result, Signature, check, read_signature
from shared.core.signing.tags import BadTags

MOST_SIGNATURES = 5
"""From the top; more are not looked at."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A signature and what it is worth. ``signature`` is ``None`` where it could not be read."""

    result: Result
    signature: Signature | None = None

    def words(self) -> str:
        """As an Authentication-Results field says it (RFC 8601 section 2.7.1)."""
        if self.signature is None:
            return f"dkim={self.result}"
        start = base64.b64encode(self.signature.value).decode()[:8]
        found = self.signature
        return f'dkim={self.result} header.d={found.domain} header.s={found.selector} header.b="{start}"'


def read_signatures(fields: Sequence[Field]) -> tuple[Signature | None, ...]:
    """The first signatures; ``None`` for one that cannot be read."""
    found = [field for field in fields if field.key == b"dkim-signature"]
    return tuple(map(_read, found[:MOST_SIGNATURES]))


def check_signatures(
    signatures: Sequence[Signature | None],
    fields: Sequence[Field],
    digests: Mapping[BodyForm, bytes],
    records: Records,
    now: datetime,
) -> tuple[Checked, ...]:
    """Each one's worth, in the same order."""
    return tuple(
        Checked("permerror") if one is None else Checked(check(one, fields, digests, records, now), one)
        for one in signatures
    )


def _read(field: Field) -> Signature | None:
    try:
        return read_signature(field)
    except BadTags:
        return None
