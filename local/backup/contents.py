"""What a backup holds and in which order: the format of the file, its manifest, and what of storage goes in.

A backup is a tar archive, compressed by gzip: ``tables/{table}/{number}.jsonl`` (one row a line, as Table storage's JSON with
types), ``blobs/{container}/{name}`` (the metadata field in the pax header ``MATTA.metadata``), and at its end
``manifest.json`` with counts, and a SHA-256 over the names, sizes and SHA-256 of all parts.

The order makes a backup of a running instance usable: how far deletion is comes before the states, so that what was
deleted meanwhile is looked at again; lists before the states, so that no row is ahead of its record; the ledger after
them, so that nothing counts as untold that was told; bytes last, since they are there before their state. Local tooling.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

FORMAT = 1
TABLES = (
    "directory",
    "delegations",
    "deletions",
    "lists",
    "messages",
    "notices",
    "teams",
    "audit",
    "onboarding",
    "reports",
)
"""Without ``schedule`` and ``stuck``: what is due is decided anew by whoever restores. Sightings of copies last two days."""
SETTINGS = "settings"
MAIL = ("envelopes", "outgoing", "spool")
"""The spool last: whoever finds a message there finds its envelope, too."""
METADATA = {"spool": "spooled", "settings": "change"}
"""The metadata field that blobs of a container have."""
MANIFEST = "manifest.json"
PAX_METADATA = "MATTA.metadata"
PART_BYTES = 4 * 1024 * 1024
_TABLE_PART = re.compile(r"tables/([a-z]+)/(\d{6})\.jsonl")
_BLOB_PART = re.compile(r"blobs/([a-z]+)/(.+)", re.DOTALL)


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One member of the archive. ``rows`` is 1 for a blob."""

    name: str
    size: int
    sha256: str
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """What the archive holds. ``tenant`` is empty for all of them."""

    format: int
    begun_at: datetime
    ended_at: datetime
    tenant: str
    with_mail: bool
    counts: dict[str, int]
    size: int
    parts: str
    """SHA-256 over ``line_of`` every part, in order."""


class BadBackup(Exception):
    """The file is no backup, not whole, or was altered; the text says which."""


def line_of(part: Part) -> bytes:
    """A part as it goes into the digest of all."""
    return msgspec.json.encode(part) + b"\n"


def table_part(table: str, number: int) -> str:
    """Name of a part with rows."""
    return f"tables/{table}/{number:06}.jsonl"


def blob_part(container: str, name: str) -> str:
    """Name of a part with a blob."""
    return f"blobs/{container}/{name}"


def table_of(part: str) -> str:
    """The table that a part belongs to, ``""`` for another kind. Raises ``BadBackup`` for a table that none has."""
    found = _TABLE_PART.fullmatch(part)
    if found is None:
        return ""
    if found[1] not in TABLES:
        raise BadBackup(f"the backup has rows of an unknown table: {found[1]}")
    return found[1]


def blob_of(part: str) -> tuple[str, str]:
    """Container and name of the blob that a part holds. Raises ``BadBackup`` for anything else."""
    found = _BLOB_PART.fullmatch(part)
    if found is None or found[1] not in (SETTINGS, *MAIL):
        raise BadBackup(f"the backup has a part that is none: {part[:100]!r}")
    return found[1], found[2]
