"""User name and password to tenant; counting wrong guesses."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator

import pytest

from shared.ports_relay import IngressRule, IngressUser
from smtp_relay.attribution import RuleBook
from smtp_relay.authenticator import Authenticator, Busy, Guessing
from smtp_relay.passwords import hash_password

HASHES = {password: hash_password(password) for password in ("one", "two", "same")}
BOOK = RuleBook(
    [
        IngressRule("a", users=(IngressUser("mailer", HASHES["one"]), IngressUser("shared", HASHES["same"]))),
        IngressRule("b", users=(IngressUser("mailer", HASHES["two"]), IngressUser("shared", HASHES["same"]))),
        IngressRule("c", users=(IngressUser("broken", "no hash"), IngressUser("名前", HASHES["one"]))),
    ]
)


@pytest.fixture
def authenticator() -> Iterator[Authenticator]:
    made = Authenticator()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("user", "password", "tenant"),
    [
        pytest.param("mailer", "one", "a", id="name of two tenants, password of the first"),
        pytest.param("mailer", "two", "b", id="password of the second"),
        pytest.param("mailer", "three", None, id="wrong password"),
        pytest.param("shared", "same", None, id="name and password of two tenants are nobody's"),
        pytest.param("broken", "one", None, id="unusable hash"),
        pytest.param("nobody", "one", None, id="unknown name"),
        pytest.param("名前", "one", "c", id="name in another script"),
        pytest.param("", "", None, id="nothing"),
    ],
)
def test_tenant_of_a_login(authenticator: Authenticator, user: str, password: str, tenant: str | None) -> None:
    found = asyncio.run(authenticator.find(BOOK, user, password.encode()))
    assert (None if found is None else found.tenant_id) == tenant


def test_unknown_name_takes_as_long_as_a_known_one(authenticator: Authenticator) -> None:
    async def seconds(user: str) -> float:
        started = time.perf_counter()
        await authenticator.find(BOOK, user, b"wrong")
        return time.perf_counter() - started

    async def run() -> tuple[float, float]:
        await seconds("nobody")
        pairs = [(await seconds("名前"), await seconds("nobody")) for _ in range(7)]
        return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)

    known, unknown = asyncio.run(run())
    assert 0.25 < unknown / known < 4


def test_flood_of_logins_is_put_off_and_the_loop_goes_on(authenticator: Authenticator) -> None:
    async def run() -> tuple[int, float]:
        logins = [asyncio.create_task(authenticator.find(BOOK, "nobody", b"x")) for _ in range(40)]
        longest = 0.0
        while not all(login.done() for login in logins):
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)
        results = await asyncio.gather(*logins, return_exceptions=True)
        return sum(isinstance(result, Busy) for result in results), longest

    busy, longest = asyncio.run(run())
    assert busy == 8
    assert longest < 3.0


class TestGuessing:
    @staticmethod
    def make(now: list[float]) -> Guessing:
        return Guessing(lambda: now[0], failures=3, window_seconds=60, shut_out_seconds=600, delay_seconds=1)

    def test_each_wrong_password_waits_longer_and_the_third_shuts_out_for_a_while(self) -> None:
        now = [0.0]
        guessing = self.make(now)
        assert [guessing.failed("192.0.2.1") for _ in range(2)] == [1, 2]
        assert not guessing.is_shut_out("192.0.2.1")
        assert guessing.failed("192.0.2.1") == 4
        assert guessing.is_shut_out("192.0.2.1")
        assert not guessing.is_shut_out("192.0.2.2")
        now[0] = 599
        assert guessing.is_shut_out("192.0.2.1")
        now[0] = 601
        assert not guessing.is_shut_out("192.0.2.1")

    def test_delay_has_an_end(self) -> None:
        guessing = self.make([0.0])
        assert max(guessing.failed("192.0.2.1") for _ in range(100)) == 15

    def test_old_mistakes_are_forgotten(self) -> None:
        now = [0.0]
        guessing = self.make(now)
        for now[0] in (0, 61, 122, 183):
            assert guessing.failed("192.0.2.1") == 1
        assert not guessing.is_shut_out("192.0.2.1")

    def test_right_password_clears_the_count(self) -> None:
        guessing = self.make([0.0])
        guessing.failed("192.0.2.1")
        guessing.failed("192.0.2.1")
        guessing.succeeded("192.0.2.1")
        assert guessing.failed("192.0.2.1") == 1

    def test_whole_ipv6_network_counts_as_one(self) -> None:
        guessing = self.make([0.0])
        for number in range(3):
            guessing.failed(f"2001:db8::{number}")
        assert guessing.is_shut_out("2001:db8::ffff")
        assert not guessing.is_shut_out("2001:db8:0:1::1")

    def test_memory_is_bounded_and_the_latest_are_kept(self) -> None:
        guessing = self.make([0.0])
        for number in range(30_000):
            guessing.failed(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
        assert len(guessing._peers) == 20_000
