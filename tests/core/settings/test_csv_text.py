"""CSV as text: grammar, lines, formulas."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.settings import csv_text
from shared.core.settings.csv_text import guarded, read_rows, unguarded, write_rows
from shared.core.settings.problem import ImportRefused
from tests.support.settings_strategies import TEXTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("a,b\r\nc,d\r\n", [(1, ("a", "b")), (2, ("c", "d"))], id="CR LF"),
        pytest.param("a,b\nc,d", [(1, ("a", "b")), (2, ("c", "d"))], id="LF, and none at the end"),
        pytest.param("a,b\rc,d\r", [(1, ("a", "b")), (2, ("c", "d"))], id="CR"),
        pytest.param(
            'a\n"x\ny\r\nz",b\nc', [(1, ("a",)), (2, ("x\ny\r\nz", "b")), (5, ("c",))], id="a row of three lines"
        ),
        pytest.param("a\n\n \n,\nb", [(1, ("a",)), (5, ("b",))], id="blank rows are passed over and counted"),
        pytest.param('"a""b","",c""d', [(1, ('a"b', "", 'c""d'))], id="quotes"),
        pytest.param("a\tb,c\td", [(1, ("a", "b,c", "d"))], id="tabs"),
        pytest.param("a;b;c,d", [(1, ("a", "b", "c,d"))], id="semicolons"),
        pytest.param("a,,\n,,b", [(1, ("a", "", "")), (2, ("", "", "b"))], id="empty cells"),
        pytest.param("件名,\u3000x", [(1, ("件名", "\u3000x"))], id="Japanese"),
        pytest.param("'=1,'@a,'x,''=", [(1, ("=1", "@a", "'x", "'="))], id="guards are taken away"),
    ],
)
def test_rows_with_their_lines(text: str, expected: list[tuple[int, tuple[str, ...]]]) -> None:
    assert [(row.line, row.cells) for row in read_rows(text)] == expected


@pytest.mark.parametrize(
    ("text", "lines", "words"),
    [
        pytest.param('a\n"b', [2], "never closed", id="a quote that is never closed"),
        pytest.param('a\n"b"c,d\ne', [2], "behind the closing quote", id="text behind a quote"),
        pytest.param('"a"b\nc\n"d"e\nf', [1, 3], "behind the closing quote", id="every such line is told"),
    ],
)
def test_broken_rows_are_told_with_their_lines(text: str, lines: list[int], words: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_rows(text)
    assert [problem.line for problem in refused.value.problems] == lines
    assert all(words in problem.text for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(",\n" * 11, "too many rows", id="blank rows"),
        pytest.param("a," * 11, "too many cells", id="cells"),
        pytest.param('"a"b\n' * 11, "closing quote", id="mistakes"),
    ],
)
def test_what_is_only_there_to_be_much_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    for name in ("MOST_ROWS", "MOST_CELLS", "_MOST_MISTAKES"):
        monkeypatch.setattr(csv_text, name, 3)
    with pytest.raises(ImportRefused) as refused:
        read_rows(text)
    assert words in refused.value.problems[0].text
    assert refused.value.count <= 3


def test_a_row_of_many_cells_does_not_hide_the_rows_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MOST_CELLS", 3)
    with pytest.raises(ImportRefused) as refused:
        read_rows('a,b,c\na,b,c,d\nx,y\n"a"b\n')
    assert [problem.line for problem in refused.value.problems] == [2, 4]


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MOST_ROWS", 10)
    assert len(read_rows("a\n" * 10)) == 10
    with pytest.raises(ImportRefused, match="1 problems"):
        read_rows("a\n" * 11)


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "'=1",
        "''=1",
        "=cmd|' /C calc'!A0",
        "@example.com",
    ],
)
def test_a_formula_is_never_written_as_one_and_comes_back(cell: str) -> None:
    written = guarded(cell)
    assert written.startswith("'")
    assert unguarded(written) == cell


@pytest.mark.parametrize("cell", ["", "a", "'", "'a", "1", "a=b", " =1", "taro@example.com", "’=1"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell
    assert unguarded(cell) == cell


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4).map(tuple), max_size=6))
def test_what_is_written_is_read_again_and_other_programs_agree(rows: list[tuple[str, ...]]) -> None:
    header = ("id", "name", "x", "y")
    written = write_rows([header, *rows])
    text = written.decode("utf-8-sig")
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert [row.cells for row in read_rows(text)[1:]] == kept
    other = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [tuple(unguarded(cell) for cell in row) for row in other] == [tuple(row) for row in rows]
    assert written.startswith(b"\xef\xbb\xbf")


def test_time_is_linear_in_the_size_whatever_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MOST_CELLS", 1_000_000)

    def seconds(size: int) -> float:
        started = time.perf_counter()
        for text in ('"' + '""' * size + '"', "," * size, "a\r" * size, '"a",' * size):
            read_rows(text)
        return time.perf_counter() - started

    seconds(1000)
    assert seconds(160_000) < 60 * max(seconds(10_000), 0.002)
