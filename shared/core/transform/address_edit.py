"""Addresses taken out of a list, or added to it, with every other address left in its own bytes. Stage 4b."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from shared.core.message.addresses import parse_addresses
from shared.core.transform.address_list import MAX_ENTRIES, AddressList, Entry, join
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.header_words import LINE, address_word
from shared.core.transform.would_break import WouldBreak

_LONG_LINE = 900


def kept(read: AddressList, keep: Callable[[str], bool], line_end: bytes) -> bytes | None:
    """The body with those entries whose addresses are all to be kept; ``None`` where all stay, ``b""`` where none does.

    Entries that stay keep their bytes. A group that loses all members goes with its name; one that had none stays. What
    names nobody (a comment, a name without an address) goes as soon as anything goes.
    """
    if not any(not keep(address) for address in read.addresses):
        return None
    if not read.faithful:
        return _written([address for address in read.addresses if keep(address)], line_end)
    left = _kept(read.entries, keep)
    body = join(left)
    if _has_long_line(body) and not _has_long_line(join(read.entries)):
        body = join(_folded(left, line_end))
    return body


def extended(read: AddressList, addresses: Sequence[str], column: int, line_end: bytes) -> bytes:
    """The body with more addresses behind those it has; before them where something in it never closes.

    ``column`` is where the body begins on its line. Raises ``BadArgument`` for what is no address, and ``WouldBreak``
    where the longer list does not read as the old one and the new addresses.
    """
    words = [address_word(address) for address in addresses]
    body = join(read.entries)
    candidates = []
    if not any(entry.core for entry in read.entries):
        candidates.append(_appended(b"", words, column, line_end))
    else:
        if read.complete:
            candidates.append(_appended(_ready_for_more(read), words, column, line_end))
        lead = b"" if body[:1] in (b" ", b"\t", b"\r", b"\n") else b" "
        candidates.append(_appended(b"", words, column, line_end) + b"," + lead + body)
    expected = sorted([*read.addresses, *(word.decode("utf-8") for word in words)])
    for candidate in candidates:
        if sorted(mailbox.address for mailbox in parse_addresses([candidate], MAX_ENTRIES)) == expected:
            return candidate
    raise WouldBreak("address-list")


def _ready_for_more(read: AddressList) -> bytes:
    """The body up to and with the separator that another address can follow."""
    entries = list(read.entries)
    while entries and not entries[-1].core:
        entries.pop()
    *others, last = entries
    # Whatever separated the last entry from nothing (Outlook leaves semicolons) becomes the separator of RFC 5322.
    return join(others) + last.lead + last.core + b","


def _appended(body: bytes, words: Sequence[bytes], column: int, line_end: bytes) -> bytes:
    """``words`` behind a body that is empty or ends in a separator, folded before column 78."""
    out = [body]
    last_line = max(body.rfind(b"\n"), body.rfind(b"\r")) + 1
    column = len(body) - last_line if last_line else column + len(body)
    for index, word in enumerate(words):
        comma = b"," if index + 1 < len(words) else b""
        piece = b" " + word + comma
        if column + len(piece) > LINE and (body or index):
            out.append(line_end)
            column = 0
        out.append(piece)
        column += len(piece)
    return b"".join(out)


def _written(addresses: Iterable[str], line_end: bytes) -> bytes:
    """A list written anew, for a field that cannot be taken apart. What no header can hold is left out."""
    words: list[bytes] = []
    for address in addresses:
        try:
            words.append(address_word(address))
        except BadArgument:
            continue
    return _appended(b"", words, 0, line_end) if words else b""


def _kept(entries: Sequence[Entry], keep: Callable[[str], bool]) -> list[Entry]:
    """The entries that stay, joined up: separators and folds are chosen so that no line grows beyond its old ones."""
    out: list[Entry] = []
    gap = b""
    adjacent = True
    for entry in entries:
        left = _left_of(entry, keep)
        if not left:
            gap = entry.lead if not _is_folded(gap) else gap
            adjacent = False
            continue
        for place, one in enumerate(left):
            if out and not (adjacent and place == 0 and one.lead == entry.lead):
                out[-1] = _separated(out[-1])
                one = replace(
                    one, lead=one.lead if _is_folded(one.lead) else gap if _is_folded(gap) else one.lead or b" "
                )
            elif not out:
                one = replace(one, lead=entries[0].lead)
            out.append(one)
        gap, adjacent = b"", left == [entry]
    if out:
        out[-1] = replace(out[-1], after=b"")
    return out


def _left_of(entry: Entry, keep: Callable[[str], bool]) -> list[Entry]:
    """What stays of one entry: itself, a part of it, or nothing."""
    staying = [address for address in entry.addresses if keep(address)]
    if entry.addresses and len(staying) == len(entry.addresses):
        return [entry]
    if not entry.addresses:
        return [entry] if entry.opening and not join(entry.members).strip() else []
    if entry.opening and staying:
        core = entry.opening + join(_kept(entry.members, keep)) + (entry.closing or b";")
        return [replace(entry, core=core, addresses=tuple(staying), members=())]
    # One piece of text that names several people, such as <a@b.example;c@d.example>.
    written = []
    for address in staying:
        try:
            written.append(Entry(entry.lead, b"<" + address_word(address) + b">", b",", (address,)))
        except BadArgument:
            continue
    return written


def _separated(entry: Entry) -> Entry:
    """The entry with a separator behind it, so that another can follow."""
    return entry if entry.after.strip() else replace(entry, after=b",")


def _folded(entries: Sequence[Entry], line_end: bytes) -> list[Entry]:
    """The entries each on a line of its own."""
    return [entry if index == 0 else replace(entry, lead=line_end + b" ") for index, entry in enumerate(entries)]


def _is_folded(lead: bytes) -> bool:
    return b"\n" in lead or b"\r" in lead


def _has_long_line(body: bytes) -> bool:
    return any(len(line) > _LONG_LINE for line in body.splitlines())
