"""What every web page's trigger shares: reading requests with suspicion, answering with strict headers (stage 6)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

from shared.usecases.link_dialogue import Visit, plain_page
from shared.usecases.web_page import Answer, Page

LARGEST_FORM = 64 * 1024
"""Bytes of a posted form."""
MOST_FIELDS = 4000
_LONGEST_WORD = 100
_STATUS = {
    Answer.SHOWN: 200,
    Answer.UNREADABLE: 400,
    Answer.FOREIGN: 403,
    Answer.STALE: 403,
    Answer.UNKNOWN: 404,
    Answer.DECIDED_BEFORE: 409,
    Answer.EXPIRED: 410,
    Answer.INCOMPLETE: 422,
    Answer.BUSY: 503,
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    # Browsers heed it over HTTPS only, so it does no harm on one machine.
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_LONGEST_HEADER = 1000


class UnreadableForm(ValueError):
    """A posted body is no form of ours; ``status`` is the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class FormFields:
    """The fields of a posted form."""

    pairs: tuple[tuple[str, str], ...]

    def one(self, name: str) -> str:
        """The first field of that name, ``""`` where there is none."""
        return next((value for key, value in self.pairs if key == name), "")

    def numbers(self, name: str) -> frozenset[int]:
        """All fields of that name that are small positive numbers."""
        found = (value for key, value in self.pairs if key == name)
        return frozenset(int(value) for value in found if _is_small_number(value))

    def words(self, name: str) -> frozenset[str]:
        """All fields of that name that are short."""
        return frozenset(value for key, value in self.pairs if key == name and len(value) <= _LONGEST_WORD)


def _is_small_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def read_form(req: func.HttpRequest) -> FormFields:
    """The fields of a URL-encoded body. Raises ``UnreadableForm``: 413 too large, 415 another type, 400 broken."""
    kind = req.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UnreadableForm(415)
    body = req.get_body()
    if len(body) > LARGEST_FORM:
        raise UnreadableForm(413)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # not ASCII, not UTF-8 behind the percent signs, or too many fields
        raise UnreadableForm(400) from None
    return FormFields(tuple(pairs))


def is_cross_site(req: func.HttpRequest, public_url: str) -> bool:
    """Whether a browser says that another site made this request (Fetch Metadata; else the Origin field).

    Under ``Referrer-Policy: no-referrer`` browsers send ``Origin: null`` with our own forms, so that value alone proves
    nothing; the mark in the form then decides.
    """
    site: str | None = req.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin: str | None = req.headers.get("Origin")
    if origin is None or origin == "null":
        return False
    ours = urlsplit(public_url)
    return origin.lower() != f"{ours.scheme}://{ours.netloc}".lower()


def peer_of(req: func.HttpRequest) -> str:
    """The address that asks: the last hop of X-Forwarded-For, which Azure's front end writes; ``""`` where unknown."""
    last = req.headers.get("X-Forwarded-For", "")[-_LONGEST_HEADER:].rpartition(",")[2].strip()
    host = last.partition("]")[0].removeprefix("[") if last.startswith("[") else last
    if host.count(":") == 1:  # IPv4 with a port
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def accepted_languages(req: func.HttpRequest) -> tuple[str, ...]:
    """The tags of Accept-Language, most wanted first (RFC 9110 section 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for item in req.headers.get("Accept-Language", "")[:_LONGEST_HEADER].split(","):
        tag, _, quality = item.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality.strip() else 1.0
        except ValueError:
            weight = 0.0
        if tag.strip() and weight > 0:
            wishes.append((-weight, tag.strip()))
    return tuple(tag for _, tag in sorted(wishes, key=lambda wish: wish[0]))


def chosen_language(req: func.HttpRequest) -> str:
    """What ``?lang=`` asks for, as it stands there."""
    return str(req.params.get("lang", ""))[:20]


def respond(req: func.HttpRequest, page: Page, *, status: int | None = None) -> func.HttpResponse:
    """The page as an HTTP response; ``status`` instead of the one that belongs to the answer. HEAD gets no body."""
    headers = _HEADERS | {"Content-Security-Policy": page.policy, "Content-Language": page.language}
    if page.answer is Answer.BUSY:
        headers["Retry-After"] = "30"
    return func.HttpResponse(
        b"" if req.method == "HEAD" else page.html.encode("utf-8"),
        status_code=status or _STATUS[page.answer],
        headers=headers,
        mimetype="text/html",
        charset="utf-8",
    )


FormShape = TypeVar("FormShape")


def converse(
    req: func.HttpRequest,
    public_url: str,
    shape: Callable[[FormFields], FormShape],
    visited: Callable[[Visit, FormShape | None], Page],
) -> func.HttpResponse:
    """One step of a dialogue on a link's page: a GET looks (``None``), a POST of our own form may act.

    ``shape`` makes the dialogue's form of the posted fields. What comes from another site or is no form goes nowhere.
    """
    visit = Visit(req.route_params.get("token", ""), chosen_language(req), accepted_languages(req), peer_of(req))
    if req.method != "POST":
        return respond(req, visited(visit, None))
    if is_cross_site(req, public_url):
        return respond(req, plain_page(Answer.STALE, visit))
    try:
        fields = read_form(req)
    except UnreadableForm as refused:
        return respond(req, plain_page(Answer.UNREADABLE, visit), status=refused.status)
    return respond(req, visited(visit, shape(fields)))
