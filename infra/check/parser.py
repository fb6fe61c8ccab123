"""Reads a Bicep file into its tree: recursive descent over the part of the language that ``infra/`` uses.

Grammar: learn.microsoft.com/azure/azure-resource-manager/bicep/file. Not known and refused: imports, user-defined types
and functions, lambdas, spread, nested resource declarations.
"""

from __future__ import annotations

from infra.check.syntax import (
    Array,
    Call,
    Choice,
    Conditional,
    Constant,
    Entry,
    Expression,
    File,
    Index,
    Loop,
    Member,
    Name,
    Object,
    Operation,
    Statement,
    Text,
)
from infra.check.tokens import BicepSyntaxError, Token, tokens_of

_LEVELS = (("??",), ("||",), ("&&",), ("==", "!=", "=~", "!~"), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    # tokens

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._now
        self._at += token.kind != "end"
        return token

    def _is(self, value: str) -> bool:
        return self._now.kind in {"mark", "name"} and self._now.value == value

    def _maybe(self, value: str) -> bool:
        if self._is(value):
            self._take()
            return True
        return False

    def _want(self, value: str) -> Token:
        if not self._is(value):
            raise BicepSyntaxError(self._now.line, f"{value!r} is wanted, not {self._now.value or 'the end'!r}")
        return self._take()

    def _kind(self, kind: str) -> Token:
        if self._now.kind != kind:
            raise BicepSyntaxError(self._now.line, f"a {kind} is wanted, not {self._now.value or 'the end'!r}")
        return self._take()

    def _lines(self) -> None:
        while self._now.kind == "newline":
            self._take()

    # statements

    def file(self) -> tuple[Statement, ...]:
        found: list[Statement] = []
        self._lines()
        while self._now.kind != "end":
            found.append(self._statement())
            if self._now.kind != "end":
                self._kind("newline")
            self._lines()
        return tuple(found)

    def _statement(self) -> Statement:
        decorators: list[Call] = []
        while self._maybe("@"):
            call = self._postfix()
            if not isinstance(call, Call):
                raise BicepSyntaxError(self._now.line, "a decorator is a call")
            decorators.append(call)
            self._lines()
        word = self._kind("name")
        marks = tuple(decorators)
        if word.value == "targetScope":
            self._want("=")
            return Statement("targetScope", word.line, "targetScope", self.expression())
        if word.value not in {"param", "var", "output", "resource", "module"}:
            raise BicepSyntaxError(word.line, f"{word.value!r} begins no statement")
        name = self._kind("name").value
        if word.value in {"resource", "module"}:
            of = self._kind("text").value
            existing = self._maybe("existing")
            self._want("=")
            return Statement(word.value, word.line, name, self._body(), of, existing, marks)
        of = "" if word.value == "var" else self._type()
        value = self.expression() if self._maybe("=") else None
        if value is None and word.value != "param":
            raise BicepSyntaxError(word.line, f"{name} has no value")
        return Statement(word.value, word.line, name, value, of, decorators=marks)

    def _type(self) -> str:
        pieces = []
        while not self._is("=") and self._now.kind not in {"newline", "end"}:
            token = self._take()
            pieces.append(f"'{token.value}'" if token.kind == "text" else token.value)
        if not pieces:
            raise BicepSyntaxError(self._now.line, "a type is wanted")
        return "".join(pieces)

    def _body(self) -> Expression:
        if self._is("if"):
            line = self._take().line
            self._want("(")
            test = self._open_expression()
            self._want(")")
            return Conditional(line, test, self._object())
        return self._array() if self._is("[") else self._object()

    # expressions

    def expression(self) -> Expression:
        test = self._binary(0)
        before = self._at
        self._lines()  # "?" and ":" may begin a line
        if not self._is("?"):
            self._at = before
            return test
        line = self._take().line
        self._lines()
        then = self.expression()
        self._lines()
        self._want(":")
        self._lines()
        return Choice(line, test, then, self.expression())

    def _open_expression(self) -> Expression:
        self._lines()
        found = self.expression()
        self._lines()
        return found

    def _binary(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._now.kind == "mark" and self._now.value in _LEVELS[level]:
            token = self._take()
            left = Operation(token.line, token.value, (left, self._binary(level + 1)))
        return left

    def _unary(self) -> Expression:
        if self._is("!") or self._is("-"):
            token = self._take()
            return Operation(token.line, token.value, (self._unary(),))
        return self._postfix()

    def _postfix(self) -> Expression:
        found = self._primary()
        while self._now.kind == "mark":
            line = self._now.line
            if self._now.value in {".", ".?", "::"}:
                self._take()
                name = self._kind("name").value
                found = Call(line, found, name, self._arguments()) if self._is("(") else Member(line, found, name)
            elif self._now.value in {"[", "[?"}:
                self._take()
                found = Index(line, found, self._open_expression())
                self._want("]")
            elif self._now.value == "!":
                self._take()
            else:
                break
        return found

    def _arguments(self) -> tuple[Expression, ...]:
        self._want("(")
        found: list[Expression] = []
        self._lines()
        while not self._is(")"):
            found.append(self._open_expression())
            if not self._is(")"):
                self._want(",")
                self._lines()
        self._want(")")
        return tuple(found)

    def _primary(self) -> Expression:
        token = self._now
        if token.kind == "text":
            return self._text()
        if token.kind == "number":
            return Constant(self._take().line, int(token.value))
        if token.kind == "name":
            self._take()
            if token.value in _WORDS:
                return Constant(token.line, _WORDS[token.value])
            return (
                Call(token.line, None, token.value, self._arguments())
                if self._is("(")
                else Name(token.line, token.value)
            )
        if self._is("("):
            self._take()
            found = self._open_expression()
            self._want(")")
            return found
        if self._is("["):
            return self._array()
        if self._is("{"):
            return self._object()
        raise BicepSyntaxError(token.line, f"a value is wanted, not {token.value.strip() or 'the end of the line'!r}")

    def _text(self) -> Text:
        token = self._kind("text")
        return Text(token.line, tuple(part if isinstance(part, str) else _whole(part) for part in token.parts))

    def _array(self) -> Expression:
        line = self._want("[").line
        self._lines()
        if self._is("for"):
            return self._loop(line)
        items: list[Expression] = []
        while not self._is("]"):
            items.append(self.expression())
            if not self._is("]"):
                self._separator()
        self._want("]")
        return Array(line, tuple(items))

    def _loop(self, line: int) -> Loop:
        self._want("for")
        names = []
        closing = self._maybe("(")
        names.append(self._kind("name").value)
        if closing:
            self._want(",")
            names.append(self._kind("name").value)
            self._want(")")
        self._want("in")
        source = self.expression()
        self._want(":")
        body = self._body() if self._is("if") else self.expression()
        self._lines()
        self._want("]")
        return Loop(line, tuple(names), source, body)

    def _object(self) -> Object:
        line = self._want("{").line
        entries: list[Entry] = []
        self._lines()
        while not self._is("}"):
            at = self._now.line
            key: str | Text
            if self._now.kind == "text":
                text = self._text()
                key = text if text.literal is None else text.literal
            else:
                key = self._kind("name").value
            self._want(":")
            entries.append(Entry(at, key, self.expression()))
            if not self._is("}"):
                self._separator()
        self._want("}")
        return Object(line, tuple(entries))

    def _separator(self) -> None:
        if not self._maybe(","):
            self._kind("newline")
        self._lines()

    def done(self) -> None:
        self._lines()
        self._kind("end")


def _whole(tokens: tuple[Token, ...]) -> Expression:
    parser = _Parser(tokens)
    found = parser.expression()
    parser.done()
    return found


def parse(path: str, text: str) -> File:
    """The tree of one file. Raises ``BicepSyntaxError``."""
    return File(path, _Parser(tokens_of(text)).file())
