"""The keys with which somebody signs JSON web tokens: fetched, kept, and fetched again when they rotate (stage 6).

OpenID metadata names the issuer and the key set. Keys are kept for a day. A key that is not known may be a new one, so the set is fetched again, but not more often than
``LEAST_PAUSE``: whoever makes up key ids does not make Matta a nuisance to the metadata's server. While the server is away,
keys that were fetched before serve for one more day.

Source: OpenID Connect Discovery 1.0 section 3; RFC 7517.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from shared.adapters.bounded_http import BoundedHttp, is_safe_url
from shared.errors import TemporaryError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

FRESH_SECONDS = 24 * 3600.0
USABLE_SECONDS = 48 * 3600.0
LEAST_PAUSE = 30.0
"""Seconds between two fetches for key ids that are not known."""
PAUSE_AFTER_FAILURE = 5.0
_LEAST_KEY_BITS = 2048
_MOST_KEYS = 100
_Document = TypeVar("_Document")


class KeysUnavailable(TemporaryError):
    """The signing keys cannot be had now."""


class _Metadata(msgspec.Struct):
    issuer: str
    jwks_uri: str


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


_metadata_decoder = msgspec.json.Decoder(_Metadata)
_key_set_decoder = msgspec.json.Decoder(_KeySet)


@dataclass(frozen=True, slots=True)
class JwtKey:
    """One key: the issuer that the metadata names, the key, and all that the key set says of it (RFC 7517 section 4)."""

    issuer: str
    key: RSAPublicKey
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one fetch found, and when; replaced as a whole, so that it is read without a lock."""

    keys: Mapping[str, JwtKey]
    fetched_at: float


class JwtKeys:
    """Keys by id. Safe to use from several threads; of several that need a fetch one makes it."""

    def __init__(self, openid_url: str, http: BoundedHttp, clock: Callable[[], float] = time.monotonic) -> None:
        """``openid_url`` is the address of the OpenID metadata; ``clock`` counts seconds."""
        self._url = openid_url
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: _Kept | None = None
        self._next_try = clock()

    def key(self, kid: str) -> JwtKey | None:
        """The key with this id, ``None`` where there is none. Raises ``KeysUnavailable``.

        Who asks for a key that is there never waits for somebody else's fetch, however slow the metadata's server is.
        """
        kept, now = self._kept, self._clock()
        if kept is not None and kid in kept.keys and now - kept.fetched_at < USABLE_SECONDS:
            is_fresh = now - kept.fetched_at < FRESH_SECONDS
            if is_fresh or now < self._next_try or not self._lock.acquire(blocking=False):
                return kept.keys[kid]
        elif kept is not None and now - kept.fetched_at < USABLE_SECONDS and now < self._next_try:
            return None
        else:
            self._lock.acquire()
        try:
            return self._look(kid)
        finally:
            self._lock.release()

    def _look(self, kid: str) -> JwtKey | None:
        """``key``, by the one thread that may fetch."""
        kept, now = self._kept, self._clock()
        wanted = kept is None or now - kept.fetched_at >= FRESH_SECONDS or kid not in kept.keys
        trouble: TemporaryError | None = None
        if wanted and now >= self._next_try:
            try:
                found = self._fetch()
            except TemporaryError as error:
                trouble = error
                self._next_try = self._clock() + PAUSE_AFTER_FAILURE
            else:
                now = self._clock()
                kept = self._kept = _Kept(found, now)
                self._next_try = now + LEAST_PAUSE
        if kept is None or now - kept.fetched_at >= USABLE_SECONDS:
            raise KeysUnavailable("the signing keys are not there") from trouble
        key = kept.keys.get(kid)
        if key is None and trouble is not None:
            raise trouble  # it may be a new key
        return key

    def _fetch(self) -> Mapping[str, JwtKey]:
        metadata = self._document(self._url, _metadata_decoder)
        plain = urlsplit(self._url).scheme == "http"
        if not is_safe_url(metadata.jwks_uri) or (urlsplit(metadata.jwks_uri).scheme == "http" and not plain):
            raise KeysUnavailable("the metadata names a key set that is not on https")
        if not metadata.issuer:
            raise KeysUnavailable("the metadata names no issuer")
        found = {}
        for document in self._document(metadata.jwks_uri, _key_set_decoder).keys[:_MOST_KEYS]:
            kid, key = document.get("kid"), _public_key(document)
            if isinstance(kid, str) and kid and key is not None:
                found[kid] = JwtKey(metadata.issuer, key, document)
        if not found:
            raise KeysUnavailable("the key set has no key that can be used")
        return found

    def _document(self, url: str, decoder: msgspec.json.Decoder[_Document]) -> _Document:
        answer = self._http.exchange("GET", url, headers={})
        if answer.status != 200 or not answer.complete:
            raise KeysUnavailable(f"{urlsplit(url).hostname} answers {answer.status} when asked for keys")
        try:
            return decoder.decode(answer.body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise KeysUnavailable(f"what {urlsplit(url).hostname} answers is no key document") from error


def _public_key(document: Mapping[str, Any]) -> RSAPublicKey | None:
    """The RSA key of an entry, ``None`` where it is of another kind, too short or damaged."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from jwt.algorithms import RSAAlgorithm

    if document.get("kty") != "RSA" or document.get("use", "sig") != "sig":
        return None
    try:
        key = RSAAlgorithm.from_jwk({"kty": "RSA", "n": document.get("n"), "e": document.get("e")})
    except Exception:  # one damaged key does not take the others away
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_KEY_BITS else None
