"""``Limits``: how much of a message is read before it counts as unreadable, or before facts are cut. Stage parse.

Every loop over a message's bytes in this room ends at one of these numbers, so that no message, however it is built,
costs more than time and memory in proportion to its size.
"""

from __future__ import annotations

from dataclasses import dataclass


class LimitPassed(Exception):
    """A limit of parsing was passed; the text is the stable word for which one. Never leaves the parser."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of parsing (beyond them the message is unreadable) and of facts (beyond them facts are cut).

    ``max_depth`` counts multipart and message levels, ``max_parts`` every header section (the message's own too),
    ``max_header_bytes`` and ``max_header_fields`` are for each header section. ``max_false_boundaries`` is how many lines may begin like a
    boundary without being one. Lengths of facts are in characters, the others in bytes or items.
    """

    max_depth: int = 100
    max_parts: int = 10_000
    max_header_bytes: int = 1024 * 1024
    max_header_fields: int = 5_000
    max_false_boundaries: int = 100_000
    max_fact_headers: int = 500
    max_fact_header_length: int = 8 * 1024
    max_addresses: int = 10_000
    max_attachments: int = 2_000
    max_text_length: int = 512 * 1024


DEFAULT_LIMITS = Limits()
"""The bounds that hold where a caller names none."""
