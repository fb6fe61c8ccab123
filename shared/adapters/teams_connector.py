"""Sending to Teams by the Bot Connector REST API: the ``TeamsMessenger`` port (stage 5).

The bot's token goes to the hosts that the operator lists and nowhere else, whatever a stored conversation says.
Nothing is tried again here but a request whose token was refused: who sends knows when the next try makes sense.

Source: "Bot Framework REST API reference" (Send to Conversation, Update Activity) and "Optimize your bot with rate
limiting in Teams" in Microsoft's documentation.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

import msgspec

from shared.adapters.bounded_http import Answer, BoundedHttp, NoAnswer, is_loopback, is_safe_url
from shared.adapters.teams_bot_token import BotToken
from shared.ports import Secrets
from shared.ports_teams import CardRefused, Conversation, NotReachable, TeamsUnavailable
from shared.settings import ProcessSettings

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
LONGEST_PAUSE = 3600.0
"""Seconds: a longer Retry-After is cut to this."""
_SECONDS = 10.0
_LARGEST_ANSWER = 64 * 1024
_LATER = frozenset([408, 412, 425, 429])
_GONE = frozenset([403, 404, 410])
_encoder = msgspec.json.Encoder()


class _Reply(msgspec.Struct):
    id: str = ""


_reply_decoder = msgspec.json.Decoder(_Reply)


class ConnectorTeamsMessenger:
    """``TeamsMessenger`` on HTTP. Safe to use from several threads."""

    def __init__(self, process: ProcessSettings, secrets: Secrets) -> None:
        """Nothing is asked for before the first card."""
        self._hosts = frozenset(host.strip().lower() for host in process.bot_service_hosts.split(",") if host.strip())
        self._token = BotToken(process, secrets)
        self._http = BoundedHttp(_SECONDS, _LARGEST_ANSWER)

    def post_card(self, to: Conversation, card: bytes, summary: str) -> str:
        """See the port. The id is empty where Teams took the card and its answer could not be read."""
        return self._send("POST", to, "", _card_activity(card, summary))

    def update_card(self, to: Conversation, activity: str, card: bytes, summary: str) -> None:
        """See the port."""
        if not activity:
            raise NotReachable("the card's activity is not known")
        self._send("PUT", to, activity, {**_card_activity(card, summary), "id": activity})

    def post_text(self, to: Conversation, text: str) -> str:
        """See the port."""
        try:
            return self._send("POST", to, "", {"type": "message", "textFormat": "markdown", "text": text})
        except CardRefused as error:
            raise NotReachable(str(error)) from error

    def _send(self, method: str, to: Conversation, activity: str, content: dict[str, object]) -> str:
        url = self._url(to, activity)
        whole = {
            **content,
            "from": {"id": to.bot_key},
            "recipient": {"id": to.person_key},
            "conversation": {"id": to.id},
        }
        body = _encoder.encode(whole)
        answer = self._exchange(method, url, body)
        if answer.status == 401:
            # The token may have been withdrawn before its end: once more with a fresh one.
            answer = self._exchange(method, url, body, again=True)
        _judge(answer)
        return _activity_of(answer)

    def _exchange(self, method: str, url: str, body: bytes, *, again: bool = False) -> Answer:
        token = self._token.value()
        if again:
            self._token.drop(token)
            token = self._token.value()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        try:
            return self._http.exchange(method, url, headers=headers, body=body)
        except NoAnswer as error:
            raise TeamsUnavailable(str(error)) from error

    def _url(self, to: Conversation, activity: str) -> str:
        if not is_safe_url(to.service_url) or urlsplit(to.service_url).query or not self._is_ours(to.service_url):
            raise NotReachable("the conversation is on a host that the bot may not send to")
        steps = ["v3", "conversations", to.id, "activities", *([activity] if activity else [])]
        if any(not step.strip(".") for step in steps):
            raise NotReachable("an id that is none")
        return "/".join([to.service_url.rstrip("/"), *(quote(step, safe="") for step in steps)])

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.port is None or (parts.scheme, parts.port) == ("https", 443) or is_loopback(host):
            return host in self._hosts or f"{host}:{parts.port}" in self._hosts
        return f"{host}:{parts.port}" in self._hosts


def _card_activity(card: bytes, summary: str) -> dict[str, object]:
    attachment = {"contentType": CARD_TYPE, "content": msgspec.Raw(card)}
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def _judge(answer: Answer) -> None:
    """Raise what an answer means; nothing where the request was taken."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _GONE:
        raise NotReachable(f"Teams answers {status}")
    if status in _LATER or status >= 500 or status == 401 or 300 <= status < 400:
        raise TeamsUnavailable(f"Teams answers {status}", _pause(answer.headers.get("retry-after", "")))
    raise CardRefused(f"Teams answers {status}")


def _pause(text: str) -> float:
    """Seconds of a Retry-After field (RFC 9110 section 10.2.3), 0 where it says nothing that can be used."""
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_PAUSE)


def _activity_of(answer: Answer) -> str:
    """The id in an answer. What Teams took is not sent again for the sake of an id that got lost."""
    try:
        return _reply_decoder.decode(answer.body).id if answer.body else ""
    except msgspec.MsgspecError:
        return ""
