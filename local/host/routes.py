"""Route templates of HTTP triggers, as Azure Functions reads them (ASP.NET Core route templates).

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger (Customize the HTTP
endpoint) and https://learn.microsoft.com/aspnet/core/fundamentals/routing (Route templates).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from local.host.errors import StartError

_PARAMETER = re.compile(
    r"\{(?P<star>\*{0,2})(?P<name>\w+)(?P<constraints>(?::[^{}:=?]+)*)(?:=(?P<default>[^{}?]*))?(?P<optional>\?)?\}"
)
_CONSTRAINT_CALL = re.compile(r"(\w+)(?:\(([^()]*)\))?")


def _number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text) is not None


def _integer(bits: int) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        if re.fullmatch(r"[+-]?\d{1,20}", text) is None:
            return False
        return bool(-(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1))

    return check


def _guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _make_constraint(text: str, place: str) -> Callable[[str], bool]:
    match = _CONSTRAINT_CALL.fullmatch(text)
    name, argument = (match.group(1), match.group(2)) if match else ("", None)
    plain: dict[str, Callable[[str], bool]] = {
        "int": _integer(32),
        "long": _integer(64),
        "guid": _guid,
        "bool": lambda value: value.lower() in ("true", "false"),
        "alpha": lambda value: re.fullmatch(r"[A-Za-z]*", value) is not None,
        "float": _number,
        "double": _number,
        "decimal": _number,
    }
    if argument is None and name in plain:
        return plain[name]
    try:
        numbers = [int(piece) for piece in argument.split(",")] if argument is not None else []
    except ValueError:
        numbers = []
    low, high = (numbers[0], numbers[-1]) if len(numbers) in (1, 2) else (0, 0)
    whole = _integer(64)
    with_numbers: dict[tuple[str, int], Callable[[str], bool]] = {
        ("min", 1): lambda value: whole(value) and int(value) >= low,
        ("max", 1): lambda value: whole(value) and int(value) <= low,
        ("range", 2): lambda value: whole(value) and low <= int(value) <= high,
        ("length", 1): lambda value: len(value) == low,
        ("length", 2): lambda value: low <= len(value) <= high,
        ("minlength", 1): lambda value: len(value) >= low,
        ("maxlength", 1): lambda value: len(value) <= low,
    }
    made = with_numbers.get((name, len(numbers)))
    if made is None:
        raise StartError(f"{place}: the local host does not know the route constraint {text!r}")
    return made


@dataclass(frozen=True)
class _Segment:
    """One piece of a template between slashes."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    constraints: tuple[tuple[str, Callable[[str], bool]], ...]
    rank: int
    """Order in which templates are tried: literal 0, mixed 1, constrained 2, parameter 3, catch-all 4."""
    optional: bool = False
    default: str | None = None
    catch_all: bool = False

    def match(self, text: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        values = {name: found.group(f"p{number}") for number, name in enumerate(self.names)}
        if all(check(values[name]) for name, check in self.constraints):
            return values
        return None


class Route:
    """One route template, ready to be matched against request paths (without the leading slash)."""

    def __init__(self, template: str, *, place: str) -> None:
        """Raises StartError, naming `place`, for a template that this host can't read."""
        self.template = template.strip("/")
        pieces = self.template.split("/") if self.template else []
        self._segments = [_segment(piece, place) for piece in pieces]
        for segment in self._segments[:-1]:
            if segment.catch_all or segment.optional:
                raise StartError(f"{place}: {{*rest}} and {{name?}} must be last in the route {template!r}")

    @property
    def precedence(self) -> tuple[int, ...]:
        """Sort key: templates with a smaller one are tried first, as ASP.NET Core orders them."""
        return tuple(segment.rank for segment in self._segments)

    def match(self, raw_path: str) -> dict[str, str] | None:
        """The route parameters of a raw (still percent-encoded) path, or None when it is another route's.

        Absent optional parameters and an empty catch-all are left out. Literals match in any letter case.
        """
        pieces = raw_path.strip("/").split("/") if raw_path.strip("/") else []
        values: dict[str, str] = {}
        for position, segment in enumerate(self._segments):
            if segment.catch_all:
                rest = unquote("/".join(pieces[position:]))
                if rest or segment.default is not None:
                    values[segment.names[0]] = rest or segment.default or ""
                return values
            if position >= len(pieces):
                if segment.default is not None:
                    values[segment.names[0]] = segment.default
                elif not segment.optional:
                    return None
                continue
            found = segment.match(unquote(pieces[position]))
            if found is None:
                return None
            values.update(found)
        return values if len(pieces) <= len(self._segments) else None


def _segment(piece: str, place: str) -> _Segment:
    matches = list(_PARAMETER.finditer(piece))
    leftover = _PARAMETER.sub("", piece)
    if "{" in leftover or "}" in leftover or not piece:
        raise StartError(f"{place}: the route part {piece!r} can't be read")
    pattern, end, names, constraints = "", 0, [], []
    for number, match in enumerate(matches):
        pattern += re.escape(piece[end : match.start()]) + f"(?P<p{number}>.+)"
        end = match.end()
        names.append(match["name"])
        for text in filter(None, match["constraints"].split(":")):
            constraints.append((match["name"], _make_constraint(text, place)))
    pattern += re.escape(piece[end:])
    alone = len(matches) == 1 and matches[0].group() == piece
    star = any(match["star"] for match in matches)
    optional = any(match["optional"] for match in matches)
    default = next((match["default"] for match in matches if match["default"] is not None), None)
    if (star or optional or default is not None) and not alone:
        raise StartError(f"{place}: the route part {piece!r} mixes text with an optional or catch-all parameter")
    if not matches:
        rank = 0
    elif star:
        rank = 4
    elif not alone:
        rank = 1
    else:
        rank = 2 if constraints else 3
    return _Segment(
        pattern=re.compile(pattern, re.IGNORECASE | re.DOTALL),
        names=tuple(names),
        constraints=tuple(constraints),
        rank=rank,
        optional=optional,
        default=default,
        catch_all=star,
    )
