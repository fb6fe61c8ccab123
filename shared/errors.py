"""Errors of every stage: what failed for good, what may work later, and what a stranger may read of it.

Two texts never mix: ``public`` may be shown to whoever asked (an SMTP client, a browser); the cause is for logs and
operators. An exception that is none of these counts as temporary everywhere.
"""

from __future__ import annotations


class MattaError(Exception):
    """Base of all errors raised on purpose.

    ``public`` is a sentence that may leave the service; ``str(error)`` is the internal cause.
    """

    public = "The request could not be completed."

    def __init__(self, cause: str, *, public: str | None = None) -> None:
        super().__init__(cause)
        if public is not None:
            self.public = public


class TemporaryError(MattaError):
    """May work when tried again: storage slow, next hop away, lease held by somebody else."""

    public = "The service cannot do this right now. Please try again later."


class PermanentError(MattaError):
    """Will fail again however often it is tried."""

    public = "The request cannot be completed."


class StorageUnavailable(TemporaryError):
    """Blob, Table or Queue storage did not answer in time or answered with a server error."""


class SecretsUnreadable(TemporaryError):
    """Keys or secrets cannot be had now: a damaged file, a vault that is away. Work goes on when somebody has put it right."""


class Conflict(TemporaryError):
    """A conditional write lost: somebody else changed the row first. Load again and decide again."""

    public = "Somebody else changed this at the same time. Please look again."


class NotFound(PermanentError):
    """The thing asked for does not exist for this tenant."""

    public = "Not found."


class InvalidSettings(PermanentError):
    """A settings document does not fit the model. ``public`` names the place and what is allowed there."""

    public = "The settings are not valid."


class Unreadable(PermanentError):
    """A message broke a bound of the parser (depth, parts, header size). It is kept and held, never dropped."""

    public = "The message could not be read."
