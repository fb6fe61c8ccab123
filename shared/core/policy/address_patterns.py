"""``AddressPatterns``: a list of addresses, domains and wildcards that recipients are looked up in. Decide stage.

The time of a look-up is bounded whatever the patterns are: addresses and domains are set look-ups, and a wildcard is
matched piece by piece from left to right, which never goes back. No regular expression is involved.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from shared.core.message.domains import normal_domain, normal_local

_WILD = frozenset("*?")


def plain_mistake(entry: str) -> bool:
    """Whether an entry is no address, domain or wildcard at all, such as two addresses in one or a display name."""
    bare = entry.strip()
    return not bare or bare.endswith("@") or any(character.isspace() or character in "<>,;" for character in bare)


class AddressPatterns:
    """A compiled list. The forms, all without regard to case:

    - ``taro@example.com``: that address.
    - ``example.com`` or ``@example.com``: every address of that domain, not of its subdomains.
    - ``.example.com`` or ``@.example.com``: every address of that domain and of all its subdomains.
    - anything with ``*`` (any characters, also none) or ``?`` (one character): with an ``@`` it is compared with the
      whole address, without one with the domain. ``*.example.com`` takes in subdomains only.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._addresses: set[str] = set()
        self._domains: set[str] = set()
        self._trees: set[str] = set()
        self._address_globs: list[Glob] = []
        self._domain_globs: list[Glob] = []
        for pattern in patterns:
            self._add(pattern.strip())

    def _add(self, pattern: str) -> None:
        local, at, domain = pattern.rpartition("@")
        if local == "*":
            local = ""
        if not domain:
            return
        if _WILD.isdisjoint(local):
            if _WILD.isdisjoint(domain):
                self._add_plain(local, domain)
                return
            if not local:
                self._domain_globs.append(Glob(_normal_labels(domain)))
                return
        self._address_globs.append(Glob(f"{local.lower()}{at}{_normal_labels(domain)}"))

    def _add_plain(self, local: str, domain: str) -> None:
        if local:
            self._addresses.add(f"{normal_local(local)}@{normal_domain(domain)}")
        elif domain.startswith("."):
            self._trees.add(normal_domain(domain[1:]))
        else:
            self._domains.add(normal_domain(domain))

    def holds(self, normal: str, written: str) -> bool:
        """``matches`` for an address whose normal form is at hand; quick where no wildcard stands in the list."""
        domain = normal.rpartition("@")[2]
        if normal in self._addresses or domain in self._domains or (self._trees and self._in_tree(domain)):
            return True
        return bool(self._domain_globs or self._address_globs) and self.matches(written)

    def matches(self, address: str) -> bool:
        """Whether some pattern of the list fits the address."""
        local, at, domain = address.lower().rpartition("@")
        local = normal_local(local)
        key = normal_domain(domain)
        if f"{local}@{key}" in self._addresses or key in self._domains or self._in_tree(key):
            return True
        spellings = {domain.removesuffix("."), key}
        return any(glob.matches(spelling) for glob in self._domain_globs for spelling in spellings) or any(
            glob.matches(f"{local}{at}{spelling}") for glob in self._address_globs for spelling in spellings
        )

    def _in_tree(self, domain: str) -> bool:
        while self._trees and domain:
            if domain in self._trees:
                return True
            domain = domain.partition(".")[2]
        return False


class Glob:
    """One wildcard pattern over a whole text.

    Between two ``*`` the leftmost place that fits is always a right choice, so the pieces are found one after the other
    without a second try. Time is linear in the text for each piece, also with ``?`` (bit-parallel search).
    """

    def __init__(self, pattern: str) -> None:
        pieces = pattern.split("*")
        self._whole = len(pieces) == 1
        self._first = _Piece(pieces[0])
        self._middle = tuple(_Piece(piece) for piece in pieces[1:-1] if piece)
        self._last = _Piece(pieces[-1])

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        first, last = self._first, self._last
        if self._whole:
            return len(text) == first.length and first.fits(text)
        end = len(text) - last.length
        if end < first.length or not first.fits(text[: first.length]) or not last.fits(text[end:]):
            return False
        position = first.length
        for piece in self._middle:
            position = piece.find_end(text, position, end)
            if position < 0:
                return False
        return True


class _Piece:
    """Characters between two ``*``; ``?`` stands for any one."""

    def __init__(self, piece: str) -> None:
        self.length = len(piece)
        self._piece = piece
        self._plain = "?" not in piece
        any_one = sum(1 << index for index, character in enumerate(piece) if character == "?")
        self._any_one = any_one
        self._masks: dict[str, int] = {}
        for index, character in enumerate(piece):
            if character != "?":
                self._masks[character] = self._masks.get(character, any_one) | 1 << index

    def fits(self, text: str) -> bool:
        """Whether a text of the same length fits."""
        if self._plain:
            return text == self._piece
        return all(wanted in ("?", found) for wanted, found in zip(self._piece, text, strict=True))

    def find_end(self, text: str, start: int, end: int) -> int:
        """The end of the leftmost place in ``text[start:end]`` that fits, -1 where none does."""
        if self._plain:
            found = text.find(self._piece, start, end)
            return found + self.length if found >= 0 else -1
        # Shift-And: bit i of state is set when the last i + 1 characters fit the first i + 1 of the piece.
        state, accepted = 0, 1 << (self.length - 1)
        for position in range(start, end):
            state = (state << 1 | 1) & self._masks.get(text[position], self._any_one)
            if state & accepted:
                return position + 1
        return -1


def _normal_labels(domain: str) -> str:
    """The normal form of a domain with wildcards: label by label, those with a wildcard only in lower case."""
    labels = domain.lower().split(".")
    return ".".join(label if not _WILD.isdisjoint(label) else normal_domain(label) for label in labels)


@lru_cache(maxsize=64)
def compiled(patterns: tuple[str, ...]) -> AddressPatterns:
    """The compiled form of a list; settings live for many messages, so it is made once."""
    return AddressPatterns(patterns)
