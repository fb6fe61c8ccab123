"""Regular expressions: what is refused and why, and that no pattern can stall Matta."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from shared.core.policy.regular_expression import (
    LARGEST_PROGRAM,
    LONGEST_PATTERN,
    LONGEST_TEXT,
    AnyLiteral,
    BadPattern,
    compile_pattern,
)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        pytest.param("(", "missing )", id="open group"),
        pytest.param("a**b", "bad repetition operator", id="two stars"),
        pytest.param("[z-a]", "invalid character class range", id="class the wrong way round"),
        pytest.param(r"(?=x)", "invalid perl operator", id="look-ahead"),
        pytest.param(r"(?<!x)y", "invalid", id="look-behind"),
        pytest.param(r"(a)\1", "invalid escape", id="back-reference"),
        pytest.param("a{1001}", "invalid repetition size", id="too many repetitions"),
        pytest.param("(a{100}){100}", "invalid repetition size", id="repetitions of repetitions"),
        pytest.param(r"\p{L}{500}", "too large", id="more memory than allowed"),
        pytest.param(r".{0,500}c.{0,500}x", f"at most {LARGEST_PROGRAM}", id="more steps than allowed"),
        pytest.param("a" * (LONGEST_PATTERN + 1), f"at most {LONGEST_PATTERN}", id="too long"),
        pytest.param("\ud800", "surrogate", id="half a character"),
    ],
)
def test_pattern_is_refused_with_its_reason(pattern: str, told: str) -> None:
    with pytest.raises(BadPattern, match=".") as refused:
        compile_pattern(pattern)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        pytest.param("b+", "aabbc", "bb", id="the first place"),
        pytest.param("B", "abc", "b", id="without regard to case"),
        pytest.param("見積.?", "御見積書", "見積書", id="Japanese"),
        pytest.param("x*", "abc", "", id="may be empty"),
        pytest.param("z", "abc", None, id="nowhere"),
        pytest.param("^b", "a\nb", None, id="the beginning is that of the text"),
        pytest.param("(?m)^b", "a\nb", "b", id="lines on request"),
        pytest.param("a.b", "a\nb", None, id="a dot is no line break"),
        pytest.param("b", "a\ud800b", "b", id="beside half a surrogate pair"),
    ],
)
def test_pattern_finds(pattern: str, text: str, found: str | None) -> None:
    assert compile_pattern(pattern).found(text) == found


def test_only_the_beginning_of_a_very_long_text_is_looked_at() -> None:
    assert compile_pattern("z").found("a" * (LONGEST_TEXT - 1) + "z") == "z"
    assert compile_pattern("z").found("a" * LONGEST_TEXT + "z") is None


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    measured = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        measured.append(time.perf_counter() - start)
    return statistics.median(measured)


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        pytest.param("(a+)+$", "a", id="nested repetition"),
        pytest.param("(a|aa)+$", "a", id="alternatives that overlap"),
        pytest.param("(a*)*b", "a", id="star of a star"),
        pytest.param("(.*a){20}b", "a", id="many stars"),
        pytest.param("^(([a-z])+.)+[A-Z]([a-z])+$", "a", id="class of nested groups"),
    ],
)
def test_hostile_pattern_costs_no_more_than_a_plain_scan_times_a_constant(pattern: str, unit: str) -> None:
    text = unit * 1_000_000 + "!"
    plain, hostile = compile_pattern("zzz"), compile_pattern(pattern)
    hostile.found(text)  # the automaton is built with the first text
    assert seconds(lambda: hostile.found(text)) <= 50 * seconds(lambda: plain.found(text)) + 0.01


def test_worst_kind_of_pattern_grows_with_the_text_and_not_faster() -> None:
    # No automaton of bounded memory holds "an a so many places before a c": RE2 then follows all ways at once.
    pattern = compile_pattern("a[ab]{200}c")
    rounds = [("ab" * 997 + "aab" * 331 + "b") * count for count in (4, 32)]
    short, long = (seconds(lambda text=text: pattern.found(text), 3) for text in rounds)  # type: ignore[misc]  # bound in the loop
    assert long <= 8 * 4 * short + 0.01


def test_engine_is_loaded_only_when_a_pattern_is_compiled() -> None:
    code = (
        "import sys, shared.core.policy.evaluate as e; assert 're2' not in sys.modules;"
        "from shared.core.policy.regular_expression import compile_pattern as c; c('a'); assert 're2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_literals_are_found_as_they_are() -> None:
    literals = AnyLiteral([".*", "見積", "a|b"])
    assert literals.found("xx見積 .*") == "見積"
    assert literals.found("anything") is None
    assert literals.several("a|b 見積 .* 見積", 5) == ["a|b", "見積", ".*"]
    assert literals.several("a|b 見積", 1) == ["a|b"]
