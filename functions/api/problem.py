"""Errors as problem+json (RFC 9457): a stable type, a title, what to do; nothing of the inside."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from shared.core.access.page_mark import BadPageMark
from shared.errors import Conflict, InvalidSettings, NotFound, PermanentError, TemporaryError

MEDIA_TYPE = "application/problem+json"


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One place in a request that is wrong. ``at`` is a path like ``$.rules[2].when``, or a line of a file."""

    at: str
    problem: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every error. ``type`` is a stable word below ``/problems/``; ``fields`` name what is wrong where.

    ``current`` is the present version of what was edited, where somebody else had changed it (412).
    """

    type: str
    title: str
    status: int
    detail: str = ""
    fields: tuple[FieldProblem, ...] = ()
    current: msgspec.Raw | None = None


class Refusal(Exception):
    """Ends a request with a problem. ``headers`` go with it."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str = "",
        *,
        fields: tuple[FieldProblem, ...] = (),
        headers: dict[str, str] | None = None,
        current: Any = None,
    ) -> None:
        super().__init__(f"{status} {kind}")
        self.status = status
        self.kind = kind
        self.detail = detail
        self.fields = fields
        self.headers = headers or {}
        self.current = current


TITLES = {
    "bad-request": "The request cannot be read.",
    "not-signed-on": "Sign on to use this.",
    "sign-on-expired": "Your sign-on has ended. Sign on again.",
    "not-allowed": "You may not do this.",
    "unknown-person": "Your account is not known to this organisation here.",
    "suspended": "This organisation's access is suspended.",
    "not-found": "There is nothing at this address.",
    "method-not-allowed": "This cannot be done here.",
    "conflict": "Somebody else changed this at the same time.",
    "stale": "Somebody has changed this since you loaded it.",
    "already-there": "There is one already.",
    "not-ready": "Something that this needs is missing yet.",
    "in-use": "This is still in use.",
    "already-decided": "This was decided already.",
    "not-acknowledged": "Confirm every reason before releasing.",
    "recipients-joined": "More recipients have joined since this was read.",
    "cannot-leave-out": "The message cannot be released without this.",
    "nobody-to-approve": "Nobody but the sender could approve this message.",
    "too-large": "The request is too large.",
    "unsupported-media-type": "This kind of content is not taken here.",
    "invalid": "What was sent does not fit.",
    "if-match-needed": "Say which version you are changing (If-Match).",
    "content-deleted": "The content was deleted when its retention period ended.",
    "too-many-requests": "Too many requests. Wait a little.",
    "unavailable": "The service cannot do this right now. Try again later.",
}
"""Every kind of problem that the API has."""


def problem_of(error: Exception) -> Refusal:
    """What a use case's error is called outside. Anything unknown is a passing trouble of ours."""
    if isinstance(error, Refusal):
        return error
    match error:
        case InvalidSettings() | BadPageMark():
            return invalid(error.public)
        case NotFound():
            return Refusal(404, "not-found")
        case Conflict():
            return Refusal(409, "conflict", error.public)
        case TemporaryError():
            return Refusal(503, "unavailable", headers={"Retry-After": "10"})
        case PermanentError():
            return Refusal(403, "not-allowed", error.public)
        case _:
            return Refusal(503, "unavailable", headers={"Retry-After": "10"})


_AT = re.compile(r" - at `(?P<place>[^`]*)`\Z")


def invalid(text: str) -> Refusal:
    """422 for what does not fit; a place that the text names at its end is told as a field too."""
    found = _AT.search(text)
    fields = (FieldProblem(at=found["place"], problem=text[: found.start()]),) if found else ()
    return Refusal(422, "invalid", text, fields=fields)


def problem_body(refusal: Refusal) -> bytes:
    """The refusal as JSON."""
    current = msgspec.Raw(msgspec.json.encode(refusal.current)) if refusal.current is not None else None
    return msgspec.json.encode(
        Problem(
            type=f"/problems/{refusal.kind}",
            title=TITLES[refusal.kind],
            status=refusal.status,
            detail=refusal.detail,
            fields=refusal.fields,
            current=current,
        )
    )
