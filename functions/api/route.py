"""``Route``: one method on one path of the API, declared with who may call it and what goes in and out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.app import App
from shared.core.access.principal import Principal
from shared.core.access.roles import Right
from shared.core.text.language import Language

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request after all checks: who asks, and the parts of it as the route declared them.

    ``principal`` is there unless the route is public. ``path`` are the path's arguments, decoded. ``query`` and ``body``
    are of the declared types. ``if_match`` is the ETag that the client wants to replace, empty where it sent none.
    """

    app: App
    _principal: Principal | None
    path: dict[str, str]
    query: Any
    body: Any
    if_match: str
    language: Language
    peer: str
    media_type: str = ""
    """Of the body, lower case, without parameters."""

    @property
    def principal(self) -> Principal:
        """Who asks. Only for routes that are not public."""
        if self._principal is None:
            raise LookupError("a public route has no principal")
        return self._principal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler returns where a model alone does not say it all: status, ETag, or a file in place of JSON."""

    model: Any = None
    status: int = 200
    etag: str = ""
    file: bytes | None = None
    file_name: str = ""
    media_type: str = "application/octet-stream"
    inline_policy: str = ""
    """A Content-Security-Policy: the file may be shown in a sandboxed frame. Empty: it is only downloaded."""


Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` is a template below ``PREFIX`` (``/holds/{queue_id}``). ``right`` ``None``: public.

    Any one of ``rights`` is enough to be let in; how far it reaches is for the use case to ask. ``query``, ``body`` and
    ``returns`` are msgspec models (``returns`` ``None``: no content; ``bytes``: a file). ``problems`` are the statuses,
    beside those that every route has, that it can answer. ``edits``: it wants If-Match. ``cost`` counts against the
    rate limit.
    """

    method: str
    path: str
    handler: Handler
    rights: frozenset[Right]
    summary: str
    tag: str
    query: type | None = None
    body: type | None = None
    returns: Any = None
    status: int = 200
    problems: tuple[int, ...] = ()
    edits: bool = False
    cost: int = 1
    largest_body: int = 256 * 1024
    raw_body: tuple[str, ...] = ()
    """Media types of a body that is handed on as bytes, in place of ``body``."""

    @property
    def is_public(self) -> bool:
        """Whether it may be called without signing on."""
        return not self.rights

    @property
    def operation_id(self) -> str:
        """The name of the operation for generated clients."""
        return self.handler.__name__


@dataclass(slots=True)
class Routes:
    """The routes of one file, collected by its decorators. ``tag`` groups them in the document."""

    tag: str
    found: list[Route] = field(default_factory=list)

    def add(self, method: str, path: str, *rights: Right, summary: str, **more: Any) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the handler of a route. Without ``rights`` the route is public."""

        def register(handler: Handler) -> Handler:
            self.found.append(Route(method, path, handler, frozenset(rights), summary, self.tag, **more))
            return handler

        return register
