"""Files of Excel and of editors, in the charsets that they come in."""

from __future__ import annotations

import pytest

from shared.core.settings import text_file
from shared.core.settings.problem import ImportRefused
from shared.core.settings.text_file import decode_file

TEXT = "id,name\r\n髙橋①,営業部～㈱\r\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEXT.encode("utf-8"), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="UTF-8 with a mark, as Excel writes it"),
        pytest.param(TEXT.encode("cp932"), id="Shift_JIS with Microsoft's additions"),
        pytest.param(TEXT.encode("utf-16"), id="UTF-16, Excel's Unicode text"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="UTF-16, the other way round"),
    ],
)
def test_charsets_are_told_apart(data: bytes) -> None:
    assert decode_file(data) == TEXT


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param(b"a\nb\n\xff\xfe\xfd", 3, id="no charset at all"),
        pytest.param(b"\xef\xbb\xbfa\n\xff", 2, id="a mark that lies"),
        pytest.param(b"a\nb\0c", 2, id="a NUL"),
        pytest.param(b"PK\x03\x04\0\0", 1, id="an Excel workbook"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(ImportRefused) as refused:
        decode_file(data)
    assert refused.value.problems[0].line == line


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LARGEST_FILE", 10)
    assert decode_file(b"x" * 10) == "x" * 10
    with pytest.raises(ImportRefused, match="problems"):
        decode_file(b"x" * 11)
