"""Listing blobs by the REST interface of Blob storage, for the sweep of the spool: names and times, nothing else.

The SDK's listing makes an object of every blob, which takes 0.2 ms each; a sweep meets every message of the last hours
twice a minute. The three fields are read out of the answer instead, a hundred times faster.

Source: learn.microsoft.com/rest/api/storageservices/list-blobs
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache, partial
from urllib.parse import quote

from shared.adapters.storage_errors import RefusedRequest, storage_call
from shared.adapters.storage_http_answer import BrokenConnection
from shared.adapters.storage_service import StorageService
from shared.errors import StorageUnavailable

PAGE = 5000
"""Blobs in one answer, the most that storage gives."""
_BLOB = re.compile(r"<Blob>\s*<Name>([^<]*)</Name>(.*?)</Blob>", re.DOTALL)
_MODIFIED = re.compile(r"<Last-Modified>([^<]*)</Last-Modified>")
_SIZE = re.compile(r"<Content-Length>(\d{1,18})</Content-Length>")
_FOLDER = re.compile(r"<BlobPrefix>\s*<Name>([^<]*)</Name>")
_NEXT = re.compile(r"<NextMarker>([^<]+)</NextMarker>")
_END = "</EnumerationResults>"


@dataclass(frozen=True, slots=True)
class ListedBlob:
    """A blob's name in its container, when it was last written, to the second, and its bytes."""

    name: str
    modified: datetime
    size: int = 0


def list_blobs(
    service: StorageService, container: str, prefix: str, repeat: Callable[[Callable[[], str]], str]
) -> Iterator[ListedBlob]:
    """The blobs whose names begin with ``prefix``, in order, a page at a time; ``repeat`` calls what may be done again.

    Raises ``StorageUnavailable``.
    """
    for page in _pages(service, container, {"prefix": prefix}, repeat):
        for name, rest in _BLOB.findall(page):
            modified = _MODIFIED.search(rest)
            if modified is not None:
                length = _SIZE.search(rest)
                yield ListedBlob(html.unescape(name), _moment(modified[1]), int(length[1]) if length else 0)


def list_folders(service: StorageService, container: str, repeat: Callable[[Callable[[], str]], str]) -> Iterator[str]:
    """The names at the top of a container up to the first slash, without it. Raises ``StorageUnavailable``."""
    for page in _pages(service, container, {"delimiter": "/"}, repeat):
        for name in _FOLDER.findall(page):
            yield html.unescape(name).rstrip("/")


def _pages(
    service: StorageService, container: str, query: Mapping[str, str], repeat: Callable[[Callable[[], str]], str]
) -> Iterator[str]:
    marker = ""
    while True:
        asked = {"restype": "container", "comp": "list", "maxresults": str(PAGE), **query}
        if marker:
            asked["marker"] = marker
        page = repeat(partial(_page, service, container, asked))
        yield page
        following = _NEXT.search(page)
        if following is None:
            return
        marker = html.unescape(following[1])


def _page(service: StorageService, container: str, query: Mapping[str, str]) -> str:
    with storage_call("list blobs"):
        answer = service.request("GET", quote(f"/{container}", safe="/"), query=query)
        if answer.status != 200:
            raise RefusedRequest(answer.status, answer.headers.get("x-ms-error-code", ""))
        try:
            text = answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BrokenConnection("a listing is no UTF-8") from error
        if _END not in text:
            raise BrokenConnection("a listing ended before its end")
        return text


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    """The time in an HTTP date; of a burst of mail all blobs of one second share it."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError as error:
        raise StorageUnavailable("list blobs: a time that is none") from error
