"""A short run of the fault harness: some rounds of real faults, and nothing lost, changed or doubled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.chaos.plan import make_plan, write_plan
from local.commands import chaos

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(400)]
SEED = 5
MESSAGES = 90
ROUNDS = 6


def test_nothing_is_lost_changed_or_doubled_while_parts_are_broken(
    tmp_path: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    write_plan(make_plan(SEED, MESSAGES, ROUNDS), tmp_path / "plan.json")
    results = tmp_path / "chaos.json"
    code = chaos.main(
        ["--replay", str(tmp_path / "plan.json"), "--data", str(tmp_path / "run"), "--results", str(results)]
    )
    shown = capsys.readouterr()
    found = json.loads(results.read_text("utf-8"))
    assert found["findings"] == [], shown.out
    assert code == 0, shown.err
    assert found["rounds"] == ROUNDS
    assert found["messages"] >= MESSAGES, "every letter was accepted in the end"
    assert sum(map(len, found["faults"].values())) > 0
    assert found["fates"]["arrived"] > 0
    assert found["fates"]["bounced"] > 0
    assert found["decided"] > 0
    for name, value in (*found["fates"].items(), *found["duplicates"].items()):
        record_property(name, value)
