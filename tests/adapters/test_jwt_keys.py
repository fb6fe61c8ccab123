"""Signing keys: fetched once, again when they rotate, never at a stranger's pace, and only from where they belong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.adapters.bounded_http import Answer, BoundedHttp
from shared.adapters.jwt_keys import (
    FRESH_SECONDS,
    LEAST_PAUSE,
    PAUSE_AFTER_FAILURE,
    USABLE_SECONDS,
    JwtKeys,
    KeysUnavailable,
)
from tests.support.teams_signing import ISSUER, KeyServer, jwk, key_server
from tests.support.web_server import Reply


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


class _Gate(BoundedHttp):
    """Holds every request until it is opened."""

    def __init__(self, seconds: float, size: int) -> None:
        super().__init__(seconds, size)
        self.opened, self.reached = threading.Event(), threading.Event()
        self.opened.set()

    def exchange(self, *args: Any, **more: Any) -> Answer:
        self.reached.set()
        self.opened.wait(10)
        return super().exchange(*args, **more)


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with key_server() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(server: KeyServer, clock: Clock) -> JwtKeys:
    return JwtKeys(server.url, BoundedHttp(2.0, 100_000), clock)


def test_a_key_comes_with_its_issuer_and_all_that_is_said_of_it(keys: JwtKeys) -> None:
    found = keys.key("key-1")
    assert found is not None
    assert found.issuer == ISSUER
    assert found.document["endorsements"] == ["msteams"]
    assert found.key.key_size == 2048


def test_keys_are_fetched_once_a_day(server: KeyServer, keys: JwtKeys, clock: Clock) -> None:
    for _ in range(20):
        clock.now += 60
        assert keys.key("key-1") is not None
    assert server.fetches == 1
    clock.now += FRESH_SECONDS
    assert keys.key("key-1") is not None
    assert server.fetches == 2


def test_a_crowd_that_needs_the_first_keys_makes_one_fetch(server: KeyServer, keys: JwtKeys) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(keys.key("key-1"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert None not in found
    assert server.fetches == 1


@pytest.mark.parametrize(
    ("older", "fetcher"),
    [
        pytest.param(LEAST_PAUSE, "key-2", id="while one looks for a new key"),
        pytest.param(FRESH_SECONDS, "key-1", id="while one renews keys of yesterday"),
    ],
)
def test_a_known_key_is_had_at_once_while_one_waits_for_a_slow_server(
    server: KeyServer, clock: Clock, older: float, fetcher: str
) -> None:
    http = _Gate(2.0, 100_000)
    keys = JwtKeys(server.url, http, clock)
    assert keys.key("key-1") is not None
    clock.now += older
    http.opened.clear()
    http.reached.clear()
    waiting = threading.Thread(target=lambda: keys.key(fetcher))
    waiting.start()
    try:
        assert http.reached.wait(5)
        asked: list[object] = []
        others = threading.Thread(target=lambda: asked.extend(keys.key("key-1") for _ in range(20)))
        others.start()
        others.join(5)
        assert len(asked) == 20
        assert None not in asked
        assert waiting.is_alive()
    finally:
        http.opened.set()
        waiting.join(5)
    assert server.fetches == 2


def test_a_flood_of_made_up_ids_does_not_become_a_flood_of_fetches(
    server: KeyServer, keys: JwtKeys, clock: Clock
) -> None:
    for number in range(600):
        clock.now += 0.1
        assert keys.key(f"made-up-{number}") is None
    assert server.fetches == 2  # a minute: the first fetch, and one after the pause
    assert keys.key("key-1") is not None


def test_a_new_key_is_found_after_the_pause_at_the_latest(server: KeyServer, keys: JwtKeys, clock: Clock) -> None:
    assert keys.key("key-1") is not None
    server.keys.append(jwk("key-2"))
    clock.now += LEAST_PAUSE
    assert keys.key("key-2") is not None


def test_a_key_that_was_withdrawn_goes_with_the_next_fetch(server: KeyServer, keys: JwtKeys, clock: Clock) -> None:
    assert keys.key("key-1") is not None
    server.keys = [jwk("key-2")]
    clock.now += FRESH_SECONDS
    assert keys.key("key-1") is None


def test_an_outage_of_a_day_is_survived_and_no_longer_one(server: KeyServer, keys: JwtKeys, clock: Clock) -> None:
    assert keys.key("key-1") is not None
    server.broken = Reply(500)
    clock.now += USABLE_SECONDS - 1
    assert keys.key("key-1") is not None
    clock.now += PAUSE_AFTER_FAILURE
    with pytest.raises(KeysUnavailable):
        keys.key("key-1")


def test_an_unknown_key_during_an_outage_may_be_a_new_one(server: KeyServer, keys: JwtKeys, clock: Clock) -> None:
    assert keys.key("key-1") is not None
    server.broken = Reply(500)
    clock.now += LEAST_PAUSE
    with pytest.raises(KeysUnavailable):
        keys.key("key-2")


def test_a_server_that_is_away_is_left_alone_for_a_while(server: KeyServer, keys: JwtKeys, clock: Clock) -> None:
    server.broken = Reply(500)
    for _ in range(10):
        with pytest.raises(KeysUnavailable):
            keys.key("key-1")
    assert server.server is not None
    assert len(server.server.asked) == 1
    server.broken = None
    clock.now += PAUSE_AFTER_FAILURE
    assert keys.key("key-1") is not None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: setattr(s, "broken", Reply(404)), id="no metadata"),
        pytest.param(lambda s: setattr(s, "broken", Reply(302, headers={"Location": "/elsewhere"})), id="a redirect"),
        pytest.param(lambda s: setattr(s, "broken", Reply(body=b"<html>")), id="no JSON"),
        pytest.param(lambda s: setattr(s, "broken", Reply(body=b"[" * 50_000)), id="nested without end"),
        pytest.param(lambda s: setattr(s, "broken", Reply(body=b" " * 200_000)), id="too large"),
        pytest.param(lambda s: setattr(s, "broken", Reply(body=b'{"issuer": "x"}', cut=4)), id="broken off"),
        pytest.param(lambda s: setattr(s, "broken", Reply(silent=True)), id="closed without a word"),
        pytest.param(lambda s: s.metadata.update(issuer=""), id="no issuer"),
        pytest.param(lambda s: s.metadata.update(jwks_uri="http://keys.example/keys"), id="keys without TLS elsewhere"),
        pytest.param(lambda s: s.metadata.update(jwks_uri="file:///etc/passwd"), id="keys in a file"),
        pytest.param(lambda s: s.metadata.update(jwks_uri="https://u:p@127.0.0.1/keys"), id="keys behind a password"),
        pytest.param(lambda s: setattr(s, "keys", []), id="no key"),
        pytest.param(lambda s: setattr(s, "keys", ["key"]), id="a key that is a text"),
        pytest.param(lambda s: setattr(s, "keys", [jwk("key-1", bits=1024)]), id="a short key alone"),
        pytest.param(lambda s: setattr(s, "keys", [jwk("key-1", use="enc")]), id="a key for encryption alone"),
        pytest.param(lambda s: setattr(s, "keys", [{"kty": "oct", "kid": "key-1", "k": "c2VjcmV0"}]), id="a secret"),
    ],
)
def test_whatever_is_no_key_set_makes_keys_unavailable(
    server: KeyServer, keys: JwtKeys, change: Callable[[KeyServer], object]
) -> None:
    change(server)
    with pytest.raises(KeysUnavailable):
        keys.key("key-1")


def test_a_damaged_key_takes_none_of_the_others_away(server: KeyServer, keys: JwtKeys) -> None:
    broken = [jwk("key-3", n="***"), jwk("key-4", e=None), {"kty": "RSA"}, jwk("key-5", bits=1024)]
    server.keys = [*broken, jwk("key-1")]
    assert keys.key("key-1") is not None
    assert [keys.key(kid) for kid in ("key-3", "key-4", "key-5")] == [None, None, None]


def test_a_slow_server_is_given_up(server: KeyServer, clock: Clock) -> None:
    server.broken = Reply(body=json.dumps({"issuer": ISSUER}).encode(), pause=0.05)
    keys = JwtKeys(server.url, BoundedHttp(0.3, 100_000), clock)
    with pytest.raises(KeysUnavailable):
        keys.key("key-1")


def test_metadata_without_tls_is_not_asked_for_elsewhere(clock: Clock) -> None:
    with pytest.raises(KeysUnavailable):
        JwtKeys("http://login.example/metadata", BoundedHttp(1.0, 1000), clock).key("key-1")
