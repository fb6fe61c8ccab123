"""Messages of a storage queue, taken and finished at little cost; below the queue trigger.

A host looks into its queues many times a second. The SDK's pipeline spends more of this process on one empty answer than
storage does; the few requests that every message needs go over a plain HTTP client instead.

Source: https://learn.microsoft.com/rest/api/storageservices/operations-on-messages
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import aiohttp
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError, ServiceRequestError
from azure.storage.queue import QueueSasPermissions, generate_queue_sas
from azure.storage.queue.aio import QueueServiceClient
from yarl import URL

_SIGNATURE_HOURS = 2
_MESSAGE = re.compile(r"<QueueMessage>(.*?)</QueueMessage>", re.DOTALL)
_FIELD = re.compile(r"<(\w+)>([^<]*)</\1>|<MessageText\s*/>")


@dataclass(slots=True)
class TakenMessage:
    """A message that this host has leased. ``pop_receipt`` changes with every renewal of the lease."""

    id: str
    content: str
    dequeue_count: int
    pop_receipt: str
    inserted_on: datetime | None
    expires_on: datetime | None
    next_visible_on: datetime | None


class QueueMessages:
    """The messages of one queue. Needs a connection string with an account key, as Azurite's is.

    Every method raises ResourceNotFoundError where the queue or the message does not exist (any more), and another
    AzureError when storage does not answer.
    """

    def __init__(self, service: QueueServiceClient, queue: str, session: aiohttp.ClientSession) -> None:
        self._service = service
        self._queue = queue
        self._session = session
        self._signature = ""
        self._signed_until = datetime.min.replace(tzinfo=UTC)

    async def take(self, most: int, lease: int) -> list[TakenMessage]:
        """Up to ``most`` messages (32 at most), hidden from others for ``lease`` seconds."""
        text, _ = await self._request("GET", "messages", f"numofmessages={most}&visibilitytimeout={lease}", 200)
        return [_read(part) for part in _MESSAGE.findall(text)]

    async def hide(self, message: TakenMessage, seconds: int) -> None:
        """Keep a message hidden for so long from now on; its receipt is renewed."""
        receipt = quote(message.pop_receipt, safe="")
        path = f"messages/{quote(message.id, safe='')}"
        _, headers = await self._request("PUT", path, f"popreceipt={receipt}&visibilitytimeout={seconds}", 204)
        message.pop_receipt = headers.get("x-ms-popreceipt", message.pop_receipt)

    async def delete(self, message: TakenMessage) -> None:
        """The message is done with."""
        receipt = quote(message.pop_receipt, safe="")
        await self._request("DELETE", f"messages/{quote(message.id, safe='')}", f"popreceipt={receipt}", 204)

    async def _request(self, method: str, path: str, query: str, wanted: int) -> tuple[str, Mapping[str, str]]:
        url = f"{self._service.url.rstrip('/')}/{self._queue}/{path}?{query}&{self._sign()}"
        try:
            async with self._session.request(method, URL(url, encoded=True)) as response:
                text = await response.text("utf-8")
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
            # The error's text may hold the address with its signature.
            raise ServiceRequestError(f"queue: {type(error).__name__}") from None
        if response.status == wanted:
            return text, response.headers
        failure = ResourceNotFoundError if response.status == 404 else HttpResponseError
        raised = failure(f"queue: status {response.status}")
        raised.status_code = response.status
        raise raised

    def _sign(self) -> str:
        """A signature that allows taking messages out of this queue, made anew before it runs out."""
        now = datetime.now(UTC)
        if now + timedelta(minutes=10) > self._signed_until:
            key = getattr(self._service.credential, "account_key", None)
            if not key or not self._service.account_name:
                raise AzureError("the queue trigger needs a connection string with an account key")
            self._signed_until = now + timedelta(hours=_SIGNATURE_HOURS)
            self._signature = generate_queue_sas(
                self._service.account_name,
                self._queue,
                account_key=key,
                permission=QueueSasPermissions(read=True, update=True, process=True),
                start=now - timedelta(minutes=10),
                expiry=self._signed_until,
            )
        return self._signature


def _read(part: str) -> TakenMessage:
    fields = {found[1]: html.unescape(found[2]) for found in _FIELD.finditer(part) if found[1]}
    try:
        return TakenMessage(
            fields["MessageId"],
            fields.get("MessageText", ""),
            int(fields.get("DequeueCount", "1")),
            fields["PopReceipt"],
            _moment(fields.get("InsertionTime")),
            _moment(fields.get("ExpirationTime")),
            _moment(fields.get("TimeNextVisible")),
        )
    except (KeyError, ValueError) as error:
        raise ServiceRequestError(f"queue: a message that is none: {type(error).__name__}") from None


def _moment(text: str | None) -> datetime | None:
    return parsedate_to_datetime(text).astimezone(UTC) if text else None
