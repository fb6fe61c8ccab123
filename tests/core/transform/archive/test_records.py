"""Records of archives whose numbers do not fit 32 or 16 bits, and times that do not fit at all."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from shared.core.transform.archive.records import DEFLATED, STORED, Header, central_header, end_of_archive, local_header

GIB = 1024**3


def header(name: str = "name", when: datetime = datetime(2026, 1, 1), **numbers: int) -> Header:
    return Header(name, STORED, when, aes=False, streamed=False, zip64=numbers.pop("zip64", 0) == 1, **numbers)


@pytest.mark.parametrize(
    ("size", "offset"),
    [
        pytest.param(100, 0, id="small"),
        pytest.param(5 * GIB, 0, id="large-file"),
        pytest.param(100, 5 * GIB, id="far-in"),
        pytest.param(6 * GIB, 7 * GIB, id="both"),
        pytest.param(2**32 - 1, 0, id="just-the-mark-of-zip64"),
        pytest.param(2**32 - 13, 2**32 - 1, id="around-the-mark"),
    ],
)
def test_sizes_and_places_beyond_32_bits_are_read_by_python(size: int, offset: int, tmp_path: Path) -> None:
    """A file with holes has the size of a large archive and takes no room."""
    one = header("見積書.bin", size=size, packed=size + 12, crc=7, zip64=int(size >= 2**31))
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.seek(offset)
        file.write(local_header(one))
        file.seek(one.packed, io.SEEK_CUR)
        place = file.tell()
        listing = central_header(one, offset)
        file.write(listing + end_of_archive(1, len(listing), place))
    with zipfile.ZipFile(path) as opened:
        [item] = opened.infolist()
    assert (item.filename, item.file_size, item.compress_size) == ("見積書.bin", size, size + 12)
    assert (item.header_offset, item.CRC) == (offset, 7)


@pytest.mark.parametrize("count", [65_534, 65_535, 65_536, 70_000])
def test_more_files_than_16_bits_count(count: int) -> None:
    first = local_header(header("0"))
    listing = b"".join(central_header(header(str(number)), 0) for number in range(count))
    with zipfile.ZipFile(io.BytesIO(first + listing + end_of_archive(count, len(listing), len(first)))) as opened:
        assert len(opened.infolist()) == count


@pytest.mark.parametrize(
    ("when", "read"),
    [
        pytest.param(datetime(2026, 12, 31, 23, 59, 59), (2026, 12, 31, 23, 59, 58), id="two-seconds-grain"),
        pytest.param(datetime(1970, 1, 1), (1980, 1, 1, 0, 0, 0), id="before-1980"),
        pytest.param(datetime(2200, 5, 6), (2107, 5, 6, 0, 0, 0), id="after-2107"),
    ],
)
def test_times_are_as_near_as_the_format_allows(when: datetime, read: tuple[int, ...]) -> None:
    listing = central_header(header(when=when), 0)
    with zipfile.ZipFile(io.BytesIO(listing + end_of_archive(1, len(listing), 0))) as opened:
        assert opened.infolist()[0].date_time == read


def test_aes_hides_the_method_and_leaves_the_checksum_out() -> None:
    one = Header("a", DEFLATED, datetime(2026, 1, 1), aes=True, streamed=False, zip64=False, crc=123, size=1, packed=2)
    listing = central_header(one, 0)
    with zipfile.ZipFile(io.BytesIO(listing + end_of_archive(1, len(listing), 0))) as opened:
        [item] = opened.infolist()
    assert (item.compress_type, item.CRC, item.extract_version) == (99, 0, 51)
    assert item.extra == bytes.fromhex("019907000200414503" + "0800")
