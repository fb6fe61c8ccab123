"""Authorising a request to storage: Shared Key, a shared access signature or a bearer token.

Sources: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key, …/delegate-access-with-shared-access-signature,
…/authorize-with-azure-active-directory
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import quote

from shared.adapters.storage_account import StorageAccount

VERSION = "2021-12-02"
"""Of the REST interface; tables take bearer tokens since 2020-12-06."""


def authorised(
    account: StorageAccount,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    length: int,
    *,
    table: bool = False,
    token: str = "",
    date: str = "",
) -> tuple[str, dict[str, str]]:
    """The target and the headers with which a request goes over the wire.

    ``path`` is encoded as it is sent, the endpoint's own path included; ``query`` is not encoded. ``token`` is for an
    account that is used by tokens. ``date`` is now.
    """
    sent = {
        **headers,
        "x-ms-date": date or formatdate(usegmt=True),
        "x-ms-version": VERSION,
        "Content-Length": str(length),
    }
    arguments = "&".join([f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in query.items()])
    if account.key:
        if table:
            scheme, text = "SharedKeyLite", _table_text(account.name, path, query, sent["x-ms-date"])
        else:
            scheme, text = "SharedKey", _text(account.name, method, path, query, sent, length)
        digest = hmac.digest(account.key, text.encode(), hashlib.sha256)
        sent["Authorization"] = f"{scheme} {account.name}:{base64.b64encode(digest).decode('ascii')}"
    elif token:
        sent["Authorization"] = f"Bearer {token}"
    else:
        arguments = f"{arguments}&{account.signature}" if arguments else account.signature
    return (f"{path}?{arguments}" if arguments else path), sent


def _text(name: str, method: str, path: str, query: Mapping[str, str], sent: Mapping[str, str], length: int) -> str:
    """What Shared Key signs for blobs and queues."""
    lower = {name.lower(): value for name, value in sent.items()}
    return "\n".join(
        (
            method,
            "",
            "",
            str(length) if length else "",
            lower.get("content-md5", ""),
            lower.get("content-type", ""),
            "",
            lower.get("if-modified-since", ""),
            lower.get("if-match", ""),
            lower.get("if-none-match", ""),
            lower.get("if-unmodified-since", ""),
            lower.get("range", ""),
            *(f"{name}:{lower[name]}" for name in sorted(lower) if name.startswith("x-ms-")),
            f"/{name}{path}",
            *(f"{name}:{query[name]}" for name in sorted(query)),
        )
    )


def _table_text(name: str, path: str, query: Mapping[str, str], date: str) -> str:
    """What Shared Key Lite signs for tables: of the query, only ``comp`` counts."""
    resource = f"/{name}{path}"
    if "comp" in query:
        resource += f"?comp={query['comp']}"
    return f"{date}\n{resource}"
