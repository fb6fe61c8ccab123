"""An address list taken apart into pieces of its own bytes, so that one address can go and all others stay as they are.

Stage 4b. ``message/addresses.py`` reads lists for people; this file says where in the raw field each of them stands:
comments, groups, encoded words, folds and Outlook's semicolons included. Both split by the same tokens, and the result
is compared with what the reader found: where they differ the list counts as not faithful and is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.core.message.addresses import parse_addresses
from shared.core.transform.address_mask import ends_shifted, mask
from shared.core.transform.would_break import WouldBreak

MAX_ENTRIES = 20_000
"""Entries of one field above which it is left to people; facts know at most 10,000 addresses."""
_ENCODED_WORD = r"=\?[!->@-~]{1,60}\?[bBqQ]\?[ !->@-~]{0,300}\?=|."
_TOKEN = re.compile(
    r'(?P<quoted>"(?:[^"\\]++|\\.)*+")|(?P<angle><[^<>]*+>)|(?P<open_angle><[^<>,;]*+)|(?P<mark>[,;:])|(?P<comment>\()|'
    r'(?P<text>[^"<,;:(=]++|' + _ENCODED_WORD + ")",
    re.DOTALL,
)
_TOKEN_NO_QUOTES = re.compile(
    r"(?P<quoted>(?!))|(?P<angle><[^<>]*+>)|(?P<open_angle><[^<>,;]*+)|(?P<mark>[,;:])|(?P<comment>\()|"
    r"(?P<text>[^<,;:(=]++|" + _ENCODED_WORD + ")",
    re.DOTALL,
)
_COMMENT_PIECE = re.compile(r"[()]|\\.", re.DOTALL)
_MAX_COMMENT_PIECES = 1000
_SPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of a list: ``lead`` (white space), ``core``, ``after`` (white space and separator), joined its bytes.

    ``addresses`` are those that ``core`` names, as written. A group has its name with the colon as ``opening``, the
    ``members``, and ``closing``, the semicolon; joined they are its ``core``.
    """

    lead: bytes
    core: bytes
    after: bytes
    addresses: tuple[str, ...] = ()
    members: tuple[Entry, ...] = ()
    opening: bytes = b""
    closing: bytes = b""


@dataclass(frozen=True, slots=True)
class AddressList:
    """The entries of one header body; joined they are the body.

    ``complete`` is false where a quote, comment, bracket or group never closes, so that what is put behind it might be
    read as part of it. ``faithful`` is false where the entries do not hold the addresses that the reader sees.
    """

    entries: tuple[Entry, ...]
    complete: bool
    faithful: bool
    addresses: tuple[str, ...]


def split(body: bytes) -> AddressList:
    """A header body taken apart. Raises ``WouldBreak("too-many-addresses")`` beyond ``MAX_ENTRIES``."""
    splitter = _Splitter(body)
    entries = splitter.entries()
    found = tuple(address for entry in entries for address in entry.addresses)
    read = tuple(mailbox.address for mailbox in parse_addresses([body], MAX_ENTRIES))
    if len(read) >= MAX_ENTRIES:
        raise WouldBreak("too-many-addresses")
    if found == read:
        return AddressList(entries, splitter.complete and not ends_shifted(body), True, read)
    return AddressList(entries, False, False, read)


def join(entries: Iterable[Entry]) -> bytes:
    """The bytes of the entries."""
    return b"".join(entry.lead + entry.core + entry.after for entry in entries)


class _Splitter:
    """One pass over the tokens of a body. ``start`` is where the entry in hand begins."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.text = mask(body)
        self.line = self.text.replace("\r", " ").replace("\n", " ")
        self.complete = True
        self.found: list[Entry] = []
        self.members: list[Entry] | None = None  # of the group that is open
        self.group_start = 0
        self.opening_end = 0
        self.start = 0
        self.has_at = False
        self.angle = False
        self.angle_end = 0
        self.comments_close = True

    def entries(self) -> tuple[Entry, ...]:
        text, position, pattern = self.line, 0, _TOKEN
        while position < len(text):
            token = pattern.match(text, position)
            assert token is not None  # the last alternative matches any character
            kind, value, begin = token.lastgroup, token.group(), token.start()
            position = token.end()
            if kind == "mark":
                self._mark(value, begin, position)
            elif kind == "comment":
                position = self._comment(position)
            elif kind in ("angle", "open_angle"):
                self._bracket(kind, begin, position)
            elif kind == "text" and value == '"':
                pattern = _TOKEN_NO_QUOTES
                self.complete = False
            else:
                self.has_at = self.has_at or "@" in value
        self._end_entry(len(text), len(text))
        if self.members is not None:
            self.complete = False
            self._end_group(len(text), len(text))
        return tuple(self.found)

    def _mark(self, mark: str, begin: int, end: int) -> None:
        if mark == ":":
            self._colon(begin, end)
        elif mark == ";" and self.members is not None:
            self._end_entry(begin, begin)
            self._end_group(begin, end)
        else:
            self._end_entry(begin, end)

    def _colon(self, begin: int, end: int) -> None:
        """A group opens, unless this is a scheme, stands inside of an address, or in a group that has members already."""
        if self.angle or self.has_at or self.line[max(self.start, begin - 20) : begin].strip().lower() == "mailto":
            return
        if self.members is None:
            self.members = []
            self.group_start = self.start
        elif self.members:
            return
        self.opening_end = self.start = end

    def _bracket(self, kind: str, begin: int, end: int) -> None:
        if kind == "open_angle":
            self.complete = False
        if self.angle:
            # Two addresses without a comma: what stands between the brackets names the second.
            at = self.angle_end
            self._end_entry(at, at)
        self.angle, self.angle_end = True, end

    def _comment(self, position: int) -> int:
        at, depth, pieces = position, 1 if self.comments_close else 0, 0
        while depth:
            piece = _COMMENT_PIECE.search(self.line, at)
            pieces += 1
            if piece is None or pieces > _MAX_COMMENT_PIECES:
                self.comments_close = self.complete = False
                break
            at = piece.end()
            depth += {"(": 1, ")": -1}.get(piece.group(), 0)
        return at if self.comments_close else position

    def _end_entry(self, core_end: int, end: int) -> None:
        """Close the entry in hand: its core ends before ``core_end``, its separator at ``end``."""
        piece = self.text[self.start : core_end]
        core_start = self.start + len(piece) - len(piece.lstrip(_SPACE))
        core_stop = max(core_start, self.start + len(piece.rstrip(_SPACE)))
        core = self.body[core_start:core_stop]
        lead, after = self.body[self.start : core_start], self.body[core_stop:end]
        here = self.found if self.members is None else self.members
        if not core and here and here[-1].opening and not here[-1].after:
            here[-1] = replace(here[-1], after=lead + after)  # what stands behind the semicolon of a group
        elif end > self.start:
            here.append(Entry(lead, core, after, _addresses(core)))
            self._count()
        self.start = end
        self.has_at = self.angle = False

    def _end_group(self, closing_start: int, end: int) -> None:
        assert self.members is not None
        piece = self.text[self.group_start : self.opening_end]
        lead = self.group_start + len(piece) - len(piece.lstrip(_SPACE))
        members = tuple(self.members)
        self.members = None
        self.found.append(
            Entry(
                self.body[self.group_start : lead],
                self.body[lead:end],
                b"",
                tuple(address for member in members for address in member.addresses),
                members,
                self.body[lead : self.opening_end],
                self.body[closing_start:end],
            )
        )
        self._count()
        self.start = end

    def _count(self) -> None:
        if len(self.found) + len(self.members or ()) > MAX_ENTRIES:
            raise WouldBreak("too-many-addresses")


def _addresses(core: bytes) -> tuple[str, ...]:
    return tuple(mailbox.address for mailbox in parse_addresses([core])) if core else ()
