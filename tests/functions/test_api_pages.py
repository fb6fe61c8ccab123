"""Lists go on page by page, with marks that are good for the same list of the same person alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.core.policy.tenant_settings import Access
from tests.support.api import DIRECTORY, Reply, call_api, granted, make_api_world, sign_on
from tests.support.app import INSIDE, OUTSIDE, SENDER, World

COUNT = 7


@pytest.fixture
def world() -> World:
    made = make_api_world(
        access=Access(entra_tenant=DIRECTORY, grants=(granted("admin@aozora.example", "tenant-administrator"),))
    )
    for _ in range(COUNT):
        made.judge(OUTSIDE)
    return made


def page(world: World, token: str, **query: object) -> Reply:
    return call_api(world, "GET", "/messages/held?" + "&".join(f"{key}={value}" for key, value in query.items()), token)


def ids(rows: list[Mapping[str, Mapping[str, Mapping[str, str]]]]) -> list[str]:
    return [row["message"]["ref"]["queue_id"] for row in rows]


@pytest.mark.parametrize("limit", [1, 2, 3, COUNT - 1, COUNT, COUNT + 1])
def test_pages_have_every_message_once_newest_first(world: World, limit: int) -> None:
    token = sign_on(world, SENDER)
    found: list[str] = []
    after = ""
    for _ in range(COUNT + 1):
        reply = page(world, token, limit=limit, after=after)
        assert len(reply.json["rows"]) <= limit
        found += ids(reply.json["rows"])
        after = reply.json["after"]
        if not after:
            break
    assert found == ids(page(world, token, limit=200).json["rows"])
    assert len(set(found)) == COUNT
    assert found == sorted(found, reverse=True)


def test_a_mark_is_refused_in_another_list_for_another_person_and_when_changed(world: World) -> None:
    token = sign_on(world, SENDER)
    mark = page(world, token, limit=2).json["after"]
    assert page(world, token, limit=2, after=mark).status == 200
    other, administrator = sign_on(world, INSIDE), sign_on(world, "admin@aozora.example")
    refused = [
        page(world, other, after=mark),
        page(world, administrator, after=mark),
        page(world, token, after=mark[:-2] + ("AA" if mark[-2:] != "AA" else "BB")),
        page(world, token, after="x"),
        call_api(world, "GET", f"/messages/sent?after={mark}", token),
    ]
    assert [(reply.status, reply.problem) for reply in refused] == [(422, "invalid")] * len(refused)
    assert all("first page" in reply.json["detail"] for reply in refused)


def test_a_mark_names_no_row_of_storage(world: World) -> None:
    mark = page(world, sign_on(world, SENDER), limit=2).json["after"]
    assert SENDER not in mark
    assert "demo" not in mark
