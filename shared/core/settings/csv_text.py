"""CSV as text (RFC 4180): rows with the line that each begins on, and back. Pure; used by import and export.

Spreadsheets run a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, whoever wrote it. Such a cell gets an
apostrophe before it when it is written, which is taken away when it is read; cells that have apostrophes there by
themselves get one more, so that every text comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.core.settings.problem import ImportRefused, Problem

MOST_ROWS = 200_000
"""Records of a file, blank ones with them."""
MOST_CELLS = 1000
"""Cells of one record."""
_MOST_MISTAKES = 10_000
"""Records that cannot be read, after which nobody reads on."""
DELIMITERS = (",", "\t", ";")
BYTE_ORDER_MARK = "\ufeff"
# owasp.org/www-community/attacks/CSV_Injection; the full-width forms run in Japanese spreadsheets.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]|\A\s|\s\Z')


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a record, and the line of the file that it begins on."""

    line: int
    cells: tuple[str, ...]


def read_rows(text: str) -> list[Row]:
    """All records but blank ones. The delimiter (comma, tab, semicolon) is the one that the first line has most of.

    Raises ``ImportRefused`` for quotes that do not end, text behind them, and too many rows or cells. A file that is wrong
    everywhere, or huge, is not read to its end: whoever sends it should not keep others waiting.
    """
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows: list[Row] = []
    problems: list[Problem] = []
    position, line = 0, 1
    records = 0
    while position < len(text) and len(problems) < _MOST_MISTAKES:
        cells, end, problem = _record(text, position, delimiter)
        records += 1
        if problem:
            problems.append(Problem(line, "", problem))
        elif any(cell.strip() for cell in cells):
            rows.append(Row(line, tuple(cells)))
        line += _line_ends(text, position, end)
        position = end
        if records > MOST_ROWS:
            raise ImportRefused([Problem(line, "", f"the file has too many rows; at most {MOST_ROWS}")])
    if problems:
        raise ImportRefused(problems)
    return rows


def write_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a mark at its beginning, so that Excel knows it; lines end in CR LF."""
    lines = (",".join(_quoted(cell) for cell in row) for row in rows)
    return (BYTE_ORDER_MARK + "".join(f"{line}\r\n" for line in lines)).encode("utf-8")


def guarded(cell: str) -> str:
    """The cell as it is written to a file."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was meant."""
    return cell[1:] if _GUARDED.match(cell) else cell


def _quoted(cell: str) -> str:
    safe = guarded(cell)
    return '"' + safe.replace('"', '""') + '"' if _NEEDS_QUOTES.search(safe) else safe


def _record(text: str, start: int, delimiter: str) -> tuple[list[str], int, str]:
    """The cells of the record at ``start``, where the next one begins, and what is wrong with it."""
    cells: list[str] = []
    position = start
    while True:
        if text.startswith('"', position):
            cell, position, problem = _quoted_cell(text, position)
            if problem:
                return cells, _line_end(text, position)[1], problem
        else:
            end = _cell_end(text, position, delimiter)
            cell, position = text[position:end], end
        cells.append(unguarded(cell))
        if text.startswith(delimiter, position):
            if len(cells) >= MOST_CELLS:
                return cells, _line_end(text, position)[1], f"has too many cells; at most {MOST_CELLS}"
            position += len(delimiter)
            continue
        end, following = _line_end(text, position)
        if end != position:
            return cells, following, "there is text behind the closing quote of a cell"
        return cells, following, ""


def _quoted_cell(text: str, start: int) -> tuple[str, int, str]:
    pieces: list[str] = []
    position = start + 1
    while True:
        quote = text.find('"', position)
        if quote < 0:
            return "", len(text), "a cell begins with a quote that is never closed"
        pieces.append(text[position:quote])
        if not text.startswith('"', quote + 1):
            return "".join(pieces), quote + 1, ""
        pieces.append('"')
        position = quote + 2


_ENDS = {delimiter: re.compile(f"[{re.escape(delimiter)}\r\n]") for delimiter in DELIMITERS}
_LINE_END = re.compile("\r\n|\r|\n")


def _cell_end(text: str, position: int, delimiter: str) -> int:
    found = _ENDS[delimiter].search(text, position)
    return found.start() if found else len(text)


def _line_end(text: str, position: int) -> tuple[int, int]:
    """Where the line ends, and where the next one begins."""
    found = _LINE_END.search(text, position)
    return (found.start(), found.end()) if found else (len(text), len(text))


def _line_ends(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end)
