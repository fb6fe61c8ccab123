"""Address lists in header fields, as RFC 5322 has them and as mailers write them. Never raises. Stage parse.

Raw 8-bit text is read as characters first, since Shift_JIS and ISO-2022-JP hold bytes that look like brackets; encoded
words are decoded last, since they may hold commas. One pass over tokens; what never closes is taken literally.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from shared.core.message.decode import clean, decode_words, raw_text
from shared.core.message.facts import Mailbox

_WORD = r"=\?[!->@-~]{1,60}\?[bBqQ]\?[ !->@-~]{0,300}\?=|."
_TOKEN = re.compile(
    r'"((?:[^"\\]++|\\.)*+)"|<([^<>]*+)>|<([^<>,;]*+)|([,;:])|(\()|([^"<,;:(=]++|' + _WORD + ")", re.DOTALL
)
_TOKEN_NO_QUOTES = re.compile(r"(?!)()|<([^<>]*+)>|<([^<>,;]*+)|([,;:])|(\()|([^<,;:(=]++|" + _WORD + ")", re.DOTALL)
_COMMENT_PIECE = re.compile(r"[()]|\\.", re.DOTALL)
_UNQUOTE = re.compile(r"\\(.)", re.DOTALL)
_SPACE = re.compile(r"\s+")
_TOKENS_PER_ADDRESS = 10
_MAX_COMMENT_PIECES = 1000
_MAX_ADDRESS = 1000
_MAX_NAME = 1000


def parse_addresses(bodies: Iterable[bytes], maximum: int = 10_000) -> tuple[Mailbox, ...]:
    """The mailboxes of one or more header bodies in order, groups opened, at most ``maximum``.

    A name without any address gives a ``Mailbox`` with an empty address, so that it can be shown.
    """
    found: list[Mailbox] = []
    tokens = maximum * _TOKENS_PER_ADDRESS
    for body in bodies:
        if len(found) >= maximum or tokens <= 0:
            break
        tokens -= _List(raw_text(body), found, maximum).read(tokens)
    return tuple(found)


class _List:
    """One header body being read. ``phrase`` collects the words and quoted strings since the last separator."""

    def __init__(self, text: str, found: list[Mailbox], maximum: int, nested: bool = False) -> None:
        self.text = text
        self.found = found
        self.maximum = maximum
        self.nested = nested
        self.phrase: list[str] = []
        self.source: list[str] = []
        self.comment = ""
        self.has_at = False
        self.name = ""
        self.angle: str | None = None
        self.comments_close = True

    def read(self, tokens: int) -> int:
        """Read to the end, or at most so many tokens; how many it took."""
        text, position, pattern, taken = self.text, 0, _TOKEN, 0
        while position < len(text) and len(self.found) < self.maximum and taken < tokens:
            taken += 1
            token = pattern.match(text, position)
            if token is None:
                break
            position = token.end()
            kind = token.lastindex
            value = token.group(kind) if kind else ""
            if kind == 6:
                if value == '"':
                    pattern = _TOKEN_NO_QUOTES  # no quote closes from here on
                else:
                    self._take(value, value)
            elif kind == 2 or kind == 3:
                self._bracketed(value)
            elif kind == 1:
                self._take(_UNQUOTE.sub(r"\1", value), token.group())
            elif kind == 5:
                position = self._comment(position)
            else:
                self._separator(value)
        self._finish()
        return taken

    def _separator(self, mark: str) -> None:
        if mark == ":" and self.angle is None and not self.has_at:
            self._reset()  # the name of a group, or a scheme such as mailto:
        elif mark == ":":
            self._take(mark, mark)
        else:
            self._finish()

    def _take(self, text: str, source: str) -> None:
        self.phrase.append(text)
        self.source.append(source)
        self.has_at = self.has_at or "@" in source

    def _bracketed(self, content: str) -> None:
        between = "".join(self.phrase).strip()
        self.phrase.clear()
        self.source.clear()
        if self.angle is not None:
            self._finish()  # two addresses without a comma: what stands between them names the second
        self.name, self.angle = between, content

    def _comment(self, position: int) -> int:
        """Skip a comment, nested ones too; its text may serve as the name. An open one is taken literally."""
        depth = 1 if self.comments_close else 0
        at = position
        pieces = 0
        while depth:
            piece = _COMMENT_PIECE.search(self.text, at)
            pieces += 1
            if piece is None or pieces > _MAX_COMMENT_PIECES:
                self.comments_close = False
                break
            at = piece.end()
            depth += {"(": 1, ")": -1}.get(piece.group(), 0)
        if not self.comments_close:
            self._take("(", "(")
            return position
        self.comment = self.comment or self.text[position : at - 1]
        self._take(" ", " ")
        return at

    def _finish(self) -> None:
        phrase = "".join(self.phrase).strip()
        if self.angle is not None:
            name = _name(self.name or phrase or self.comment)
            for address in _in_brackets(self.angle):
                self._add(address, name)
        elif phrase:
            self._bare(phrase)
        self._reset()

    def _bare(self, phrase: str) -> None:
        """A name or an address that no brackets tell apart."""
        source = _SPACE.sub(" ", "".join(self.source)).replace(" @", "@").replace("@ ", "@").strip()
        text = decode_words(phrase)
        if "@" in text and text != phrase and not self.nested and ("@" not in source or "<" in text):
            # The whole "Name <address>" was put into encoded words.
            _List(text, self.found, self.maximum, nested=True).read(self.maximum)
            return
        if "@" not in source:
            if " " in text or not text.isascii():
                self._add("", _name(phrase))
            else:
                self._add(text, _name(self.comment))
            return
        words = source.split()
        index = next(index for index, word in enumerate(words) if "@" in word)
        if source.startswith('"') and '"@' in source:
            words, index = [source], 0
        name = " ".join(words[:index] + words[index + 1 :]).strip("\"' ")
        self._add(words[index], _name(name or self.comment))

    def _add(self, address: str, name: str) -> None:
        address = clean(address.strip())[:_MAX_ADDRESS]
        if (address or name) and len(self.found) < self.maximum:
            self.found.append(Mailbox(address, name))

    def _reset(self) -> None:
        self.phrase.clear()
        self.source.clear()
        self.comment = ""
        self.name = ""
        self.has_at = False
        self.angle = None


def _in_brackets(content: str) -> list[str]:
    """The addresses between angle brackets: one, with an obsolete route before it, or several run together."""
    text = decode_words(content) if "=?" in content else content
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]  # RFC 5322 section 4.4: a route is to be ignored
    pieces = [
        # White space around dots and @ is obsolete and void (RFC 5322 section 4.4); in quotes it is part of the name.
        piece.strip() if '"' in piece else _SPACE.sub("", piece)
        for piece in (re.split("[,;]", text) if "," in text or ";" in text else [text])
    ]
    return [
        piece.removeprefix("mailto:").removeprefix("MAILTO:").strip("'\"") if '"@' not in piece else piece
        for piece in pieces
    ] or [""]


def _name(text: str) -> str:
    """A display name for people: decoded, on one line, with single spaces, without quotes around it."""
    if not text:
        return ""
    name = clean(decode_words(text)) if "=?" in text or not text.isascii() or not text.isprintable() else text
    if "  " in name:
        name = _SPACE.sub(" ", name)
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name[:_MAX_NAME]
