"""`./dev bench`: which benchmarks there are, the table, the results file, and what a broken one does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.rows import Row
from local.commands import bench

ROWS = [
    Row("受信の速さ", "80/s", "100/s", 0.8, "0.79–0.81", ">= 0.8"),
    Row("slow thing", "9 ms", "1 ms", 9.0, "8.00–9.50", "<= 3", "why it is slow"),
    Row("without baseline", "5 ms", "–", None, "", "<= 3", "Postfix is not installed"),
]


def test_every_benchmark_is_found_and_helpers_are_not() -> None:
    names = bench.benchmarks()
    assert {"end_to_end", "cold_start", "due", "parse"} <= set(names)
    assert not {"rows", "rounds", "sink", "client", "postfix", "python_filter", "__init__"} & set(names)


def test_table_shows_met_and_missed_and_keeps_columns_under_wide_letters() -> None:
    lines = bench.table(ROWS).splitlines()
    assert lines[2].endswith("met")
    assert lines[3].endswith("MISSED")
    assert not lines[4].endswith(("met", "MISSED"))
    # 受信の速さ is five letters and ten columns wide.
    assert lines[2].index("80/s") + 5 == lines[3].index("9 ms")
    assert "slow thing: why it is slow" in lines


@pytest.mark.slow
def test_one_benchmark_runs_and_its_numbers_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.json"
    assert bench.main(["--quick", "--results", str(results), "cold_start"]) == 0
    content = json.loads(results.read_text("utf-8"))
    assert content["quick"] is True
    assert content["machine"]["cores"] >= 1
    [row] = [row for row in content["rows"] if row["goal"]]
    assert row["goal"] == "<= 1"
    assert row["met"] is (row["ratio"] <= 1)
    assert "cold start" in capsys.readouterr().out


def test_a_benchmark_that_breaks_is_a_failure_and_the_others_are_still_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(name: str, *, quick: bool) -> list[Row]:
        if name == "due":
            raise RuntimeError("no storage")
        return ROWS[:1]

    monkeypatch.setattr(bench, "measure", measure)
    results = tmp_path / "results.json"
    assert bench.main(["--results", str(results), "due", "parse"]) == 1
    assert json.loads(results.read_text("utf-8"))["failed"] == ["due"]
    shown = capsys.readouterr()
    assert "受信の速さ" in shown.out
    assert "no storage" in shown.err


def test_an_unknown_name_is_told_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["speed"]) == 2
    assert "end_to_end" in capsys.readouterr().err
