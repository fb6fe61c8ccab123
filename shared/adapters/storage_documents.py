"""Documents in Table rows: any frozen value as msgspec JSON, compressed, in binary properties ``d0``, ``d1``, …

A property holds 64 KiB and a row 1 MiB (learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
A large document names the same addresses many times, further apart than a compressor's window reaches; there, every
longer text is stored once and named by its number.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from shared.errors import PermanentError

PIECE = 60 * 1024
"""Bytes in one property."""
LARGEST = 15 * PIECE
"""Bytes of a document as stored; leaves room for keys and small columns within 1 MiB."""
_FOLD_FROM = 24 * 1024
_FOLD_TEXT = 8
_FOLDED = b"F"
_REFERENCE = "$"


def pack(value: object, what: str) -> dict[str, bytes]:
    """The properties that hold a document. Raises ``PermanentError``, naming ``what``, where it is too large."""
    try:
        document = msgspec.json.encode(value)
    except UnicodeEncodeError as error:  # a lone surrogate: no JSON and no other place could hold it
        raise PermanentError(f"{what} holds text that is no Unicode") from error
    if len(document) > _FOLD_FROM:
        document = _fold(document)
    packed = zlib.compress(document, 6)
    if len(packed) > LARGEST:
        raise PermanentError(f"{what} is too large for storage: {len(packed)} bytes, {LARGEST} at most")
    return {f"d{index}": packed[start : start + PIECE] for index, start in enumerate(range(0, len(packed), PIECE))}


def unpack(row: Mapping[str, Any]) -> Any:
    """The document of a row as plain dicts, lists, numbers and texts; ``msgspec.convert`` makes a value of it."""
    pieces: list[bytes] = []
    while (piece := row.get(f"d{len(pieces)}")) is not None:
        pieces.append(piece)
    document = zlib.decompress(b"".join(pieces))
    if document.startswith(_FOLDED):
        texts, value = msgspec.json.decode(document[len(_FOLDED) :])
        return _unfolded(value, texts)
    return msgspec.json.decode(document)


def _fold(document: bytes) -> bytes:
    numbers: dict[str, int] = {}

    def folded(value: Any) -> Any:
        if isinstance(value, str):
            if len(value) < _FOLD_TEXT:
                return value
            return {_REFERENCE: numbers.setdefault(value, len(numbers))}
        if isinstance(value, dict):
            return {name: folded(item) for name, item in value.items()}
        if isinstance(value, list):
            return [folded(item) for item in value]
        return value

    value = folded(msgspec.json.decode(document))
    return _FOLDED + msgspec.json.encode((list(numbers), value))


def _unfolded(value: Any, texts: list[str]) -> Any:
    if isinstance(value, dict):
        if len(value) == 1 and _REFERENCE in value:
            return texts[value[_REFERENCE]]
        return {name: _unfolded(item, texts) for name, item in value.items()}
    if isinstance(value, list):
        return [_unfolded(item, texts) for item in value]
    return value
