"""Reads which organisation Exchange Online says a message comes from. Stage receive.

On what leaves an organisation Exchange Online stamps the directory id (``X-MS-Exchange-CrossTenant-Id``) and the accepted
domain (``X-OriginatorOrg``). Only the header section counts, and it ends at the first line that any server could take for
an empty one. Every occurrence of a field counts: whoever adds a second one with another value makes the two disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.core.message.domains import normal_domain

LONGEST_HEADER = 256 * 1024
"""Bytes; Exchange Online itself takes no longer ones (Microsoft's "Exchange Online limits", message limits)."""
_END = re.compile(rb"\n\r*\n")
_EMPTY = re.compile(rb"\r*\n")
_FIELD = re.compile(
    rb"^(x-ms-exchange-crosstenant-id|x-originatororg)[ \t]*:((?:[^\n]|\n[ \t])*)", re.IGNORECASE | re.MULTILINE
)
_DIRECTORY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_VALUES = 8
"""Different values of a field that are remembered; two are one too many already."""


@dataclass(frozen=True, slots=True)
class SendingOrganisation:
    """All different values that a header has: directory ids in lower case, and domains in normal form."""

    directories: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @property
    def directory(self) -> str:
        """The one directory id; empty where there is none, where there are several, or where it is no id."""
        [only] = self.directories if len(self.directories) == 1 else ("",)
        return only if _DIRECTORY.fullmatch(only) else ""


def end_of_header(data: bytes | bytearray) -> int:
    """Where the header section of a message that begins with ``data`` ends; -1 where that is not to be seen yet."""
    if _EMPTY.match(data):
        return 0
    found = _END.search(data)
    return -1 if found is None else found.start() + 1


def ends_plainly(data: bytes, end: int) -> bool:
    """Whether the header section that ends at ``end`` ends as RFC 5322 says, so for every server. Exchange Online's do."""
    return data[max(end - 2, 0) : end + 2] == b"\r\n\r\n"


def sending_organisation(header: bytes) -> SendingOrganisation:
    """What a header section says; never raises."""
    values: dict[str, set[str]] = {"x-ms-exchange-crosstenant-id": set(), "x-originatororg": set()}
    for field in _FIELD.finditer(header):
        found = values[field[1].decode("ascii").lower()]
        if len(found) < _MOST_VALUES:
            found.add(" ".join(field[2].decode("utf-8", "replace").split()).lower())
    return SendingOrganisation(
        frozenset(values["x-ms-exchange-crosstenant-id"]),
        frozenset(normal_domain(domain) for domain in values["x-originatororg"]),
    )
