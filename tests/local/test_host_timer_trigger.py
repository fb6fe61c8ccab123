"""Timer triggers in a real host process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.host.state import HostState, TimerStatus
from tests.support.azurite import Azurite
from tests.support.sample_app import NEVER, SampleApp, until


def test_a_timer_fires_at_its_times_and_never_beside_itself(azurite: Azurite, tmp_path: Path) -> None:
    # Each run takes longer than the schedule's second.
    settings = {"SAMPLE_TIMER_SECONDS": "1.2"}
    with SampleApp(azurite, tmp_path, schedule="* * * * * *", settings=settings) as app:
        app.host.start()
        until(lambda: len(app.events("timer-start")) >= 3)
        starts = app.events("timer-start")
        assert not any(event["overlaps"] for event in starts)
        assert not any(event["past_due"] for event in starts)
        assert all(event["at"] % 1 < 0.5 for event in starts), "not at the second"


def test_a_time_that_passed_while_the_host_was_down_fires_as_past_due(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, schedule="*/2 * * * * *") as app:
        app.host.start()
        until(lambda: app.events("timer-end"))
        app.host.kill()
        until(lambda: datetime.now(UTC).timestamp() > app.events("timer-end")[-1]["at"] + 2.2)
        before = len(app.events("timer-start"))
        app.host.start()
        until(lambda: len(app.events("timer-start")) > before)
        assert app.events("timer-start")[before]["past_due"] is True
        until(lambda: len(app.events("timer-start")) > before + 1)
        assert app.events("timer-start")[before + 1]["past_due"] is False


def test_a_run_that_was_killed_is_past_due_afterwards(azurite: Azurite, tmp_path: Path) -> None:
    with SampleApp(azurite, tmp_path, schedule="*/3 * * * * *", settings={"SAMPLE_TIMER_SECONDS": "1"}) as app:
        app.host.start()
        until(lambda: app.events("timer-start"))
        app.host.kill()
        assert app.events("timer-end") == []
        app.host.start()
        until(lambda: len(app.events("timer-start")) == 2)
        assert app.events("timer-start")[1]["past_due"] is True


@pytest.mark.parametrize(
    ("kept", "fires"),
    [
        pytest.param(NEVER, True, id="same-schedule"),
        pytest.param("0 0 0 1 1 *", False, id="changed-schedule"),
    ],
)
def test_a_changed_schedule_is_not_past_due(azurite: Azurite, tmp_path: Path, kept: str, fires: bool) -> None:
    now = datetime.now(UTC)
    with SampleApp(azurite, tmp_path, schedule=NEVER) as app:
        state = HostState(tmp_path / "state" / "host.sqlite3")
        state.write_timer("on_time", TimerStatus(kept, None, now - timedelta(days=1), now))
        state.close()
        app.host.start()
        if fires:
            until(lambda: app.events("timer-end"))
            assert app.events("timer-start")[0]["past_due"] is True
        else:
            app.host.stop()
            assert app.events("timer-start") == []
