"""A soak of seconds: everything arrives, is sampled, and a leak would be seen in the file that it writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.commands import soak as command
from local.soak import clearing, run

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(300)]


def test_steady_mail_is_sampled_and_all_of_it_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_WARM_UP_SECONDS", 1.0)
    monkeypatch.setattr(run, "_MEASURE_SECONDS", 2.0)
    monkeypatch.setattr(run, "SAMPLE_SECONDS", 0.8)
    monkeypatch.setattr(clearing, "EVERY_SECONDS", 1.0)
    monkeypatch.setattr(clearing, "AGE_SECONDS", 0.5)
    results = tmp_path / "soak.json"
    code = command.main(["--minutes", "0.1", "--rate", "4", "--data", str(tmp_path / "run"), "--results", str(results)])
    found = json.loads(results.read_text("utf-8"))
    assert found["measured_rate"] > 0
    assert found["rate"] == 4
    assert found["accepted"] >= 20
    assert found["lost"] == 0
    assert found["cleared"] > 0
    assert found["troubles_of_clearing"] == 0
    assert len(found["samples"]) >= 4
    assert {"relay", "functions", "azurite"} == set(found["trends"])
    assert all(sample["usages"]["relay"]["resident"] > 0 for sample in found["samples"])
    # Seconds after the start memory may well grow: the exit code says what the figures say.
    assert code == (0 if found["flat"] else 1)
