"""Reading bytes of a blob by the REST interface of Blob storage, for what happens to every message (stages 3 to 6).

Source: learn.microsoft.com/rest/api/storageservices/get-blob and …/specifying-the-range-header-for-blob-service-operations
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from shared.adapters.storage_errors import RefusedRequest
from shared.adapters.storage_http_answer import BrokenConnection
from shared.adapters.storage_service import StorageService

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


@dataclass(frozen=True, slots=True)
class BlobPiece:
    """Some of a blob's bytes, the size of all of them, and one of the blob's metadata fields, ``""`` if it has none."""

    data: bytes
    size: int
    metadata: str


def read_piece(
    service: StorageService, container: str, name: str, offset: int, length: int, metadata_field: str
) -> BlobPiece:
    """Up to ``length`` bytes from ``offset`` on: one request.

    Raises ``RefusedRequest`` (``BlobNotFound``; ``InvalidRange`` where the blob has no such bytes) and ``OSError``.
    """
    answer = service.request(
        "GET",
        quote(f"/{container}/{name}", safe="/"),
        headers={"x-ms-range": f"bytes={offset}-{offset + length - 1}"},
    )
    if answer.status != 206:
        raise RefusedRequest(answer.status, answer.headers.get("x-ms-error-code", ""))
    said = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    if said is None or int(said[1]) != offset or int(said[2]) - offset + 1 != len(answer.body):
        raise BrokenConnection("storage answered with other bytes than were asked for")
    return BlobPiece(answer.body, int(said[3]), answer.headers.get(f"x-ms-meta-{metadata_field}", ""))
