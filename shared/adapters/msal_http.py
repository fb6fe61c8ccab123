"""MSAL's HTTP client with Matta's bounds on size, time and addresses: for the bot's token and for next hops' (stages 4b and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from shared.adapters.bounded_http import Answer, BoundedHttp, NoAnswer

_SECONDS = 10.0
_LARGEST_ANSWER = 256 * 1024


class MsalResponse:
    """What MSAL reads of an HTTP response."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = answer.headers
        self.text = answer.body.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Raises ``NoAnswer`` for an error's status."""
        if self.status_code >= 400:
            raise NoAnswer(f"the authority answers {self.status_code}")


class MsalHttp:
    """See ``http_client`` of MSAL's applications. Every method raises ``NoAnswer``."""

    def __init__(self) -> None:
        self._http = BoundedHttp(_SECONDS, _LARGEST_ANSWER)

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> MsalResponse:
        """Ask."""
        query = f"?{urlencode(params)}" if params else ""
        return self._send("GET", url + query, headers, None)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> MsalResponse:
        """Send a form."""
        query = f"?{urlencode(params)}" if params else ""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", url + query, {**form, **(headers or {})}, urlencode(data or {}).encode())

    def close(self) -> None:
        """Connections end with their threads."""

    def _send(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None) -> MsalResponse:
        answer = self._http.exchange(method, url, headers=headers or {}, body=body)
        if not answer.complete:
            raise NoAnswer("the authority's answer broke off")
        return MsalResponse(answer)
