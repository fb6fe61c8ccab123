"""A plan follows from its seed, holds every kind of fault and letter, and comes back from its file as it was."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from local.chaos.letters import letter_bytes, number_in, subject
from local.chaos.plan import SENDERS, make_plan, read_plan, write_plan


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert make_plan(1, 50, 10) == make_plan(1, 50, 10)
    assert make_plan(1, 50, 10) != make_plan(2, 50, 10)


def test_a_plan_comes_back_from_its_file(tmp_path: Path) -> None:
    plan = make_plan(3, 200, 20)
    write_plan(plan, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == plan


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"seed": 1}')
    with pytest.raises(ValueError, match="no plan"):
        read_plan(tmp_path / "plan.json")


def test_a_full_run_has_every_part_kind_and_letter() -> None:
    plan = make_plan(20261122, 5000, 200)
    assert {fault.round for fault in plan.faults} == set(range(200)), "a fault in every round"
    assert {letter.round for letter in plan.letters} == set(range(200)), "letters in every round"
    kinds = {(fault.part, fault.kind) for fault in plan.faults}
    for part in ("relay", "functions", "storage", "next-hop"):
        assert {"kill", "pause"} <= {kind for name, kind in kinds if name == part}
    assert {("storage", kind) for kind in ("slow", "cut", "answer", "garbage", "half-close")} <= kinds
    assert {
        ("next-hop", kind) for kind in ("slow", "cut", "refuse", "garbage", "half-close", "hang-up-stored")
    } <= kinds
    letters = Counter(letter.kind for letter in plan.letters)
    assert set(letters) >= {"pass", "eight-bit", "several", "large", "utf8", "null", "gone", "part-gone", "hold"}
    assert {"release", "discard", "leave"} <= {letter.decision for letter in plan.letters}
    assert not any(set(letter.recipients) & set(SENDERS) for letter in plan.letters), "senders get nothing but notices"


def test_letters_are_what_smtp_can_carry_and_the_same_each_time() -> None:
    plan = make_plan(5, 400, 10)
    for letter in plan.letters:
        raw = letter_bytes(letter, 5)
        assert raw == letter_bytes(letter, 5)
        assert raw.endswith(b"\r\n")
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert b"\r" not in raw.replace(b"\r\n", b"")
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert number_in(raw, 5) == letter.number
        assert number_in(raw, 6) is None
        assert subject(letter.number).encode() in raw
    assert any(b"\r\n.\r\n" in letter_bytes(letter, 5) for letter in plan.letters), "lines that need dot-stuffing"
