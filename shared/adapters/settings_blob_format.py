"""How settings lie in Blob storage: names, the note of a change as metadata, the index of a tenant.

Container ``settings``:

- ``{tenant}.json``: the tenant's present version; its conditional write is the commit of a change.
- ``{tenant}/v{version:08}.json``: every version of it, written once.
- ``{tenant}/groups/{key}/v{version:08}.json`` and ``{tenant}/users/{key}/…``: every version of a group's or user's
  settings, written once; that write is the commit.
- ``{tenant}/index.json``: which groups and users have settings, and the number of their present version. One look at it
  tells a process whether anything changed.

Metadata field ``change`` of a version: who, when, why, as JSON in base64, since metadata are HTTP headers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

import msgspec

from shared.core.settings.change_note import NO_NOTE, ChangeNote
from shared.core.settings.scope import Level, Scope

METADATA_FIELD = "change"
_LONGEST_KEY = 200
_UNSAFE = re.compile(r"[^a-z0-9.@_+-]")
_VERSION = re.compile(r"/v(\d{8,})\.json\Z")


class Index(msgspec.Struct, frozen=True):
    """Numbers of the present versions, by group id and by address."""

    groups: dict[str, int] = {}
    users: dict[str, int] = {}

    def versions(self) -> dict[Scope, int]:
        """The same by scope."""
        found = {Scope(Level.GROUP, name): number for name, number in self.groups.items()}
        return found | {Scope(Level.USER, name): number for name, number in self.users.items()}


# Made at import, where one thread runs: msgspec 0.22 crashes when threads meet in a type's first use.
_NOTES = msgspec.json.Decoder(ChangeNote)
_INDEXES = msgspec.json.Decoder(Index)


def read_index(document: bytes) -> Index:
    """Raises ``msgspec.DecodeError`` for anything else."""
    return _INDEXES.decode(document)


def with_version(index: Index, scope: Scope, number: int) -> Index:
    """The index after a version was committed; numbers never go back."""
    entries = index.groups if scope.level is Level.GROUP else index.users
    changed = entries | {scope.id: max(number, entries.get(scope.id, 0))}
    if scope.level is Level.GROUP:
        return Index(changed, index.users)
    return Index(index.groups, changed)


def write_note(note: ChangeNote) -> dict[str, str]:
    """The metadata of a version."""
    return {METADATA_FIELD: base64.b64encode(msgspec.json.encode(note)).decode("ascii")}


def read_note(metadata: Mapping[str, str] | None) -> ChangeNote:
    """The note of a version; an empty one where none, or none that can be read, was stored."""
    packed = next((value for name, value in (metadata or {}).items() if name.lower() == METADATA_FIELD), "")
    try:
        return _NOTES.decode(base64.b64decode(packed)) if packed else NO_NOTE
    except (msgspec.DecodeError, binascii.Error, UnicodeDecodeError):
        return NO_NOTE


def index_name(tenant_id: str) -> str:
    """The blob of a tenant's index."""
    return f"{tenant_id}/index.json"


def folder(tenant_id: str, scope: Scope) -> str:
    """Where the versions of a scope lie."""
    if scope.level is Level.TENANT:
        return tenant_id
    kind = "groups" if scope.level is Level.GROUP else "users"
    return f"{tenant_id}/{kind}/{_key(scope.id)}"


def version_name(tenant_id: str, scope: Scope, number: int) -> str:
    """The blob of one version."""
    return f"{folder(tenant_id, scope)}/v{number:08}.json"


def version_number(name: str) -> int:
    """The number that a blob's name tells, 0 for a blob that is no version."""
    found = _VERSION.search(name)
    return int(found[1]) if found else 0


def _key(name: str) -> str:
    safe = _UNSAFE.sub(lambda match: "".join(f"~{byte:02x}" for byte in match[0].encode("utf-8", "replace")), name)
    if len(safe) > _LONGEST_KEY:
        safe = "~~" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return safe.removesuffix(".") + ("~2e" if safe.endswith(".") else "")
