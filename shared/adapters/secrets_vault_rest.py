"""Key Vault's REST interface, as much of it as is needed: one secret, and the list of a secret's versions.

Sources: learn.microsoft.com/rest/api/keyvault/secrets/get-secret, …/get-secret-versions;
learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses (errors), …/overview-throttling
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from shared.adapters.identity_tokens import IdentityTokens
from shared.adapters.secrets_vault_http import Answer, get
from shared.errors import NotFound, SecretsUnreadable
from shared.settings import MisconfiguredProcess

_API_VERSION = "7.4"
_SECONDS = 5.0
_LARGEST_ANSWER = 256 * 1024
_MOST_PAGES = 40
"""Of 25 versions each: the most that is asked of a list."""
_LONGEST_PAUSE = 60.0
_CLOUDS = {
    ".vault.azure.net": "https://vault.azure.net",
    ".vault.azure.cn": "https://vault.azure.cn",
    ".vault.usgovcloudapi.net": "https://vault.usgovcloudapi.net",
}
"""Ends of vaults' names, and the resource that their tokens are for."""
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_VERSION = re.compile(r"[0-9A-Za-z]{1,64}")


class VaultAway(SecretsUnreadable):
    """The vault gave no answer, or one that may be another next time. ``pause`` seconds should pass before it is asked again."""

    def __init__(self, cause: str, pause: float = 0.0) -> None:
        super().__init__(cause)
        self.pause = pause


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret, without its value. Times are in seconds since 1970 by the vault's clock; 0: none is set."""

    id: str
    enabled: bool
    created: float
    not_before: float = 0.0
    expires: float = 0.0


class _Attributes(msgspec.Struct):
    enabled: bool = False
    created: float = 0.0
    nbf: float = 0.0
    exp: float = 0.0


class _Item(msgspec.Struct):
    id: str
    attributes: _Attributes


class _Page(msgspec.Struct):
    value: list[_Item] = []
    nextLink: str | None = None  # the vault's own name


class _Bundle(msgspec.Struct):
    value: str


class _Inner(msgspec.Struct):
    code: str = ""


class _Error(msgspec.Struct):
    code: str = ""
    innererror: _Inner | None = None


class _Failure(msgspec.Struct):
    error: _Error


_PAGE = msgspec.json.Decoder(_Page)
_BUNDLE = msgspec.json.Decoder(_Bundle)
_FAILURE = msgspec.json.Decoder(_Failure)


def vault_resource(url: str) -> str:
    """What tokens for a vault are made for. Raises ``MisconfiguredProcess`` where a token must not go there.

    Only https, and only hosts of Key Vault (a private endpoint has the same name) or, for stand-ins, this machine.
    """
    host = _server(url)[0]
    for ending, resource in _CLOUDS.items():
        if host.endswith(ending) and host != ending[1:]:
            return resource
    if host in _THIS_MACHINE:
        return _CLOUDS[".vault.azure.net"]
    raise MisconfiguredProcess("MATTA_KEY_VAULT_URL must be the address of a Key Vault, https://….vault.azure.net/")


class VaultRest:
    """Requests to one vault. Safe to use from several threads."""

    def __init__(self, url: str, tokens: IdentityTokens) -> None:
        """``url`` as ``vault_resource`` takes it. Nothing is asked yet."""
        self._url = url.rstrip("/")
        self._tokens = tokens

    def value(self, name: str, version: str = "") -> str:
        """A secret's value, the newest version's if none is named. Raises ``NotFound``, also for a disabled one; ``VaultAway``."""
        answer = self._ask(f"{self._url}/secrets/{name}/{version}?api-version={_API_VERSION}")
        try:
            return _BUNDLE.decode(answer.body).value
        except (msgspec.DecodeError, RecursionError):
            raise VaultAway("the vault's answer to a request for a secret cannot be read") from None

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions of a secret, in no order. Raises ``NotFound`` where there is none, ``VaultAway``."""
        found = tuple(self._versions(name))
        if not found:
            raise NotFound(f"the vault holds no version of {name}")
        return found

    def _versions(self, name: str) -> Iterator[Version]:
        link = f"{self._url}/secrets/{name}/versions?api-version={_API_VERSION}&maxresults=25"
        for _ in range(_MOST_PAGES):
            answer = self._ask(link)
            try:
                page = _PAGE.decode(answer.body)
            except (msgspec.DecodeError, RecursionError):
                raise VaultAway("the vault's list of versions cannot be read") from None
            for item in page.value:
                *_, owner, version = ["", *urlsplit(item.id).path.split("/")]
                if owner.lower() != name.lower() or not _VERSION.fullmatch(version):
                    raise VaultAway("the vault's list of versions names something else")
                told = item.attributes
                yield Version(version, told.enabled, told.created, told.nbf, told.exp)
            if not page.nextLink:
                return
            link = self._followed(page.nextLink)
        raise VaultAway(f"{name} has more versions than can be read: old ones should be removed")

    def _followed(self, link: str) -> str:
        """The address of the next page, which has to be the same vault's: a token goes with the request."""
        if _server(link) != _server(self._url):
            raise VaultAway("the vault's list goes on at another server")
        return link

    def _ask(self, url: str) -> Answer:
        token = self._token()
        answer = self._exchange(url, token)
        if answer.status == 401:
            self._tokens.refused(token)
            if (other := self._token()) != token:
                answer = self._exchange(url, other)
        if answer.status == 200 and answer.complete:
            return answer
        code = _code(answer.body)
        if answer.status == 404 or code == "SecretDisabled":
            raise NotFound(f"not in the vault, or disabled: {code}")
        raise VaultAway(f"the vault answered {answer.status} {code}".rstrip(), _pause(answer))

    def _token(self) -> str:
        return self._tokens.value()

    def _exchange(self, url: str, token: str) -> Answer:
        return get(url, token, seconds=_SECONDS, most_bytes=_LARGEST_ANSWER)


def _server(url: str) -> tuple[str, int]:
    """Host and port of an https address without user and fragment; ``("", 0)`` for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443  # raises where it is no number
    except ValueError:
        return "", 0
    if parts.scheme != "https" or parts.username is not None or parts.fragment:
        return "", 0
    return (parts.hostname or "").lower(), port


def _code(body: bytes) -> str:
    """The vault's own word for an error; its text is not kept, it may quote what was asked."""
    try:
        error = _FAILURE.decode(body).error
    except (msgspec.DecodeError, RecursionError):
        return ""
    word = error.innererror.code if error.innererror is not None and error.innererror.code else error.code
    return word if re.fullmatch(r"[A-Za-z]{1,60}", word) else ""


def _pause(answer: Answer) -> float:
    """Seconds that the vault wants to be left alone, at most a minute."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() and asked.isascii() else 0.0
