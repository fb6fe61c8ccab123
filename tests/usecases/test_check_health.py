"""Health: every part is asked, whatever fails is named, and nothing of its cause is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.app import App
from shared.errors import StorageUnavailable
from shared.settings import MisconfiguredProcess
from shared.usecases.check_health import check_health
from tests.fakes.secrets import DEFAULT_KEYS, FakeSecrets
from tests.support.app import World

DOWN = StorageUnavailable("account key of storage: hunter2")
PARTS = ("configuration", "keys", "settings", "messages", "schedule", "spool")


def test_everything_answers() -> None:
    world = World()
    for _ in range(2):
        report = check_health(lambda: world.app)
        assert report.parts == tuple((part, "ok") for part in PARTS)
        assert report.healthy


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        pytest.param("settings", lambda world: world.settings_store.trouble.before("tenants", DOWN), id="settings"),
        pytest.param("messages", lambda world: world.messages.trouble.before("load", DOWN), id="messages"),
        pytest.param("schedule", lambda world: world.schedule.trouble.before("read_mark", DOWN), id="schedule"),
        pytest.param("spool", lambda world: world.spool.trouble.before("committed_since", DOWN), id="spool"),
    ],
)
def test_the_part_that_fails_is_named_and_only_that(part: str, damage: Callable[[World], None]) -> None:
    world = World()
    damage(world)
    report = check_health(lambda: world.app)
    assert dict(report.parts) == dict.fromkeys(PARTS, "ok") | {part: "failed"}
    assert not report.healthy


@pytest.mark.parametrize("purpose", sorted(DEFAULT_KEYS))
def test_a_missing_key_is_noticed_before_mail_needs_it(purpose: str) -> None:
    world = World()
    keys = {name: keys for name, keys in DEFAULT_KEYS.items() if name != purpose}
    secrets = world.app.secrets
    assert isinstance(secrets, FakeSecrets)
    secrets.keys = keys
    assert dict(check_health(lambda: world.app).parts)["keys"] == "failed"


def test_a_process_that_cannot_be_put_together_fails_in_every_part_and_says_nothing_of_it() -> None:
    def build() -> App:
        raise MisconfiguredProcess("MATTA_LEASE_SECONDS must be a number of seconds")

    report = check_health(build)
    assert set(dict(report.parts).values()) == {"failed"}
    assert "LEASE" not in repr(report)
