"""Errors of storage and its SDKs become errors of this project: one place, used by every storage adapter.

An SDK's error text may quote request headers, so only the HTTP status and storage's error code are kept in the cause.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TypeVar

from shared.errors import MattaError, PermanentError, StorageUnavailable

Result = TypeVar("Result")
_TRIES = 3
_FIRST_PAUSE = 0.1


class Verdict(Enum):
    """What an error says about the request that it answers."""

    EXISTS = "exists"
    CHANGED = "changed"
    MISSING = "missing"
    TOO_LARGE = "too large"
    UNCLEAR = "unclear"
    """No answer, or none that tells whether the request was carried out."""


# learn.microsoft.com/rest/api/storageservices/table-service-error-codes, …/blob-service-error-codes
_BY_CODE = {
    "EntityAlreadyExists": Verdict.EXISTS,
    "BlobAlreadyExists": Verdict.EXISTS,
    "ConditionNotMet": Verdict.CHANGED,
    "UpdateConditionNotSatisfied": Verdict.CHANGED,
    "EntityNotFound": Verdict.MISSING,
    "ResourceNotFound": Verdict.MISSING,
    "BlobNotFound": Verdict.MISSING,
    "EntityTooLarge": Verdict.TOO_LARGE,
    "PropertyValueTooLarge": Verdict.TOO_LARGE,
    "RequestBodyTooLarge": Verdict.TOO_LARGE,
}


class RefusedRequest(Exception):
    """Storage answered a request of our own REST client with an error. ``error_code`` is ``""`` where it named none."""

    def __init__(self, status_code: int, error_code: str) -> None:
        super().__init__(f"{status_code} {error_code}".rstrip())
        self.status_code = status_code
        self.error_code = error_code


def verdict(error: BaseException) -> Verdict:
    """What to make of an error that a call to storage raised. A missing table or container is ``UNCLEAR``: nothing is known."""
    return _BY_CODE.get(error_code(error), Verdict.TOO_LARGE if _status(error) == 413 else Verdict.UNCLEAR)


def error_code(error: BaseException) -> str:
    """Storage's own word for an error, ``""`` where it gave none."""
    code = getattr(error, "error_code", None)
    if code is None:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        code = headers.get("x-ms-error-code")
    if code is None:
        code = getattr(getattr(error, "error", None), "code", None)
    return str(getattr(code, "value", code) or "")


def _status(error: BaseException) -> int:
    return getattr(error, "status_code", None) or 0


def unavailable(what: str, error: BaseException) -> StorageUnavailable:
    """The temporary error for something that storage did not do."""
    answered = " ".join(filter(None, (str(_status(error) or ""), error_code(error)))) or "no answer"
    return StorageUnavailable(f"{what}: {type(error).__name__}, {answered}")


def is_transport(error: BaseException) -> bool:
    """Whether an error comes from storage, the SDK, the HTTP client below it or the network, and not from our own code.

    ``HTTPException``: an SDK reads multipart answers with the standard library and lets its errors through. ``OSError``
    takes in the errors of the ``requests`` package.
    """
    if isinstance(error, (RefusedRequest, OSError)):
        return True
    from azure.core.exceptions import AzureError

    if isinstance(error, AttributeError) and isinstance(error.__context__, AzureError):
        # azure-data-tables 12 looks for headers in an answer that broke off before there were any.
        return True
    return isinstance(error, (AzureError, http.client.HTTPException))


@contextmanager
def storage_call(what: str) -> Iterator[None]:
    """Translate errors of the SDK calls inside. ``what`` names the work in logs, without personal data.

    Raises ``PermanentError`` for something too large, ``StorageUnavailable`` for everything else.
    """
    try:
        yield
    except MattaError:
        raise
    except Exception as error:
        if not is_transport(error):
            raise
        if verdict(error) is Verdict.TOO_LARGE:
            raise PermanentError(f"{what}: too large for storage") from error
        raise unavailable(what, error) from error


def repeated(call: Callable[[], Result], timeout_seconds: float) -> Result:
    """Try again after ``StorageUnavailable``, three times at most and never starting after ``timeout_seconds``.

    Only for calls that may be carried out twice. The SDKs' own retries are off: they repeat conditional writes too.
    """
    deadline = time.monotonic() + timeout_seconds
    pause = _FIRST_PAUSE
    for _ in range(_TRIES - 1):
        try:
            return call()
        except StorageUnavailable:
            if time.monotonic() + pause >= deadline:
                raise
            time.sleep(pause)
            pause *= 3
    return call()
