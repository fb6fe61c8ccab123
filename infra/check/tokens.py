"""Cuts a Bicep file into tokens. Strings keep their interpolated expressions as tokens of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass


class BicepSyntaxError(Exception):
    """The file is not Bicep, or not of the part of Bicep that is used here."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Token:
    """``kind``: name, number, text, mark, newline or end. ``parts`` are a text's pieces."""

    kind: str
    value: str
    line: int
    parts: tuple[str | tuple[Token, ...], ...] = ()


_SKIPPED = re.compile(r"[ \t\r]+|//[^\n]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+")
_MARKS = ("...", "&&", "||", "==", "!=", "=~", "!~", "<=", ">=", "??", ".?", "[?", "::", "=>")
_SINGLE = frozenset("{}[]().,:=@?<>+-*/%!|")
_ESCAPES = {"\\": "\\", "'": "'", "n": "\n", "r": "\r", "t": "\t", "$": "$"}


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def tokens(self, *, inside: bool = False) -> tuple[Token, ...]:
        """Tokens to the end, or (``inside``) to the brace that closes an interpolation."""
        found: list[Token] = []
        depth = 0
        while self._at < len(self._text):
            if inside and depth == 0 and self._text[self._at] == "}":
                self._at += 1
                return (*found, Token("end", "", self._line))
            token = self._next()
            if token is None:
                continue
            depth += (token.kind == "mark") * ((token.value == "{") - (token.value == "}"))
            found.append(token)
        if inside:
            raise BicepSyntaxError(self._line, "an interpolation is not closed")
        return (*found, Token("end", "", self._line))

    def _next(self) -> Token | None:
        text, at, line = self._text, self._at, self._line
        if skipped := _SKIPPED.match(text, at):
            self._at = skipped.end()
            return None
        if text.startswith("/*", at):
            end = text.find("*/", at)
            if end < 0:
                raise BicepSyntaxError(line, "a comment is not closed")
            self._line += text.count("\n", at, end)
            self._at = end + 2
            return None
        if text[at] == "\n":
            self._at += 1
            self._line += 1
            return Token("newline", "\n", line)
        if text.startswith("'''", at):
            return self._long_text()
        if text[at] == "'":
            return self._string()
        for kind, pattern in (("name", _NAME), ("number", _NUMBER)):
            if found := pattern.match(text, at):
                self._at = found.end()
                return Token(kind, found[0], line)
        for mark in _MARKS:
            if text.startswith(mark, at):
                self._at += len(mark)
                return Token("mark", mark, line)
        if text[at] in _SINGLE:
            self._at += 1
            return Token("mark", text[at], line)
        raise BicepSyntaxError(line, f"the character {text[at]!r} means nothing here")

    def _long_text(self) -> Token:
        start, line = self._at + 3, self._line
        end = self._text.find("'''", start)
        if end < 0:
            raise BicepSyntaxError(line, "a text is not closed")
        self._line += self._text.count("\n", start, end)
        self._at = end + 3
        content = self._text[start:end].removeprefix("\n")
        return Token("text", content, line, (content,))

    def _string(self) -> Token:
        line = self._line
        self._at += 1
        parts: list[str | tuple[Token, ...]] = []
        piece = ""
        while True:
            if self._at >= len(self._text) or self._text[self._at] == "\n":
                raise BicepSyntaxError(line, "a text is not closed")
            sign = self._text[self._at]
            if sign == "'":
                self._at += 1
                return Token("text", piece, line, (*parts, piece) if piece or not parts else tuple(parts))
            if self._text.startswith("${", self._at):
                self._at += 2
                parts += [piece] if piece else []
                piece = ""
                parts.append(self.tokens(inside=True))
            elif sign == "\\":
                escaped = self._text[self._at + 1 : self._at + 2]
                if escaped not in _ESCAPES:
                    raise BicepSyntaxError(line, f"\\{escaped} is no escape")
                piece += _ESCAPES[escaped]
                self._at += 2
            else:
                piece += sign
                self._at += 1


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a file, the last one of kind ``end``. Raises ``BicepSyntaxError``."""
    return _Reader(text).tokens()
