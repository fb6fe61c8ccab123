"""Commits told in the words of Event Grid: to a real HTTP server, while it is away, and never in anybody's way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from local.host.blob_events import read_events
from smtp_relay import events
from smtp_relay.events import CommitEvents
from tests.support.web_server import Asked, Reply, web_server


def told(asked: list[Asked]) -> list[tuple[str, str, str]]:
    return [
        (event.container, event.blob.name, event.blob.etag) for request in asked for event in read_events(request.body)
    ]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def test_commits_are_told_together_and_in_order() -> None:
    with web_server(lambda asked: Reply(200)) as server:

        async def run() -> None:
            teller = CommitEvents(f"{server.url}/runtime/webhooks/blobs?code=x")
            for number in range(450):
                teller.committed(f"spool/2026112109/acme/{number}.eml", f'"0x{number}"', 10)
            task = asyncio.create_task(teller.run())
            await until(lambda: len(told(server.asked)) == 450)
            task.cancel()
            teller.close()

        asyncio.run(run())
        assert told(server.asked) == [
            ("spool", f"2026112109/acme/{number}.eml", f"0x{number}") for number in range(450)
        ]
        assert len(server.asked) < 10
        assert {request.path for request in server.asked} == {"/runtime/webhooks/blobs?code=x"}
        assert json.loads(server.asked[0].body)[0]["data"]["contentLength"] == 10


def test_a_host_that_is_away_costs_its_events_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_PAUSE_SECONDS", 0.01)
    answers = [Reply(silent=True), Reply(200)]
    with web_server(lambda asked: answers.pop(0) if answers else Reply(200)) as server:

        async def run() -> None:
            teller = CommitEvents(server.url)
            task = asyncio.create_task(teller.run())
            teller.committed("spool/lost", '"1"', 1)
            await until(lambda: len(server.asked) == 1)
            await asyncio.sleep(0.05)
            teller.committed("spool/told", '"2"', 1)
            await until(lambda: len(server.asked) == 2)
            task.cancel()

        asyncio.run(run())
        assert told(server.asked[1:]) == [("spool", "told", "2")]


def test_of_too_many_that_wait_the_oldest_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_MOST_WAITING", 3)
    with web_server(lambda asked: Reply(200)) as server:

        async def run() -> None:
            teller = CommitEvents(server.url)
            for number in range(5):
                teller.committed(f"spool/{number}", '"1"', 1)
            task = asyncio.create_task(teller.run())
            await until(lambda: bool(server.asked))
            task.cancel()

        asyncio.run(run())
        assert [name for _, name, _ in told(server.asked)] == ["2", "3", "4"]
