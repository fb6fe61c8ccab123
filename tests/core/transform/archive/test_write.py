"""Archives: every program opens them, with the right password only, and finds the names and contents that went in."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.transform.archive import write
from shared.core.transform.archive.names import LONGEST_NAME
from shared.core.transform.archive.write import ArchiveFile, EncryptedZip, ZipMethod, encrypted_zip
from tests.support.archives import OPENERS, Files, WrongPassword, by_python, openers

PASSWORD = "Kx7-mQ2=vR9p"
WHEN = datetime(2026, 3, 14, 15, 9, 26)
FILES: Files = {
    "見積書①.xlsx": random.Random(1).randbytes(70_000),
    "🍣 sushi 😀👨‍👩‍👧.txt": "寿司\r\n".encode() * 20_000,
    "x" * 250 + ".docx": b"255 bytes",
    "が" * 84 + "あ": b"255 bytes of Japanese",
    "plain name with spaces.csv": b"a,b\r\n" * 400_000,
    "empty.dat": b"",
    "ümläut (2).pdf": b"%PDF-1.7 " + random.Random(2).randbytes(300_000),
    "one": b"1",
}
COMBINATIONS = [
    pytest.param(method, name, id=f"{method}-{name}") for method in ZipMethod for name in openers(method.value)
]


def in_pieces(data: bytes, size: int = 65_536) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def file(name: str, data: bytes) -> ArchiveFile:
    return ArchiveFile(name, lambda: in_pieces(data), lambda: [data[:40_000]], len(data))


def archive(files: Files, method: ZipMethod, seed: int = 7) -> EncryptedZip:
    return encrypted_zip(
        [file(name, data) for name, data in files.items()], method, PASSWORD, WHEN, random.Random(seed).randbytes
    )


def written(files: Files, method: ZipMethod) -> bytes:
    return b"".join(archive(files, method))


@pytest.mark.parametrize(("method", "opener"), COMBINATIONS)
def test_every_program_finds_the_names_and_contents(method: ZipMethod, opener: str) -> None:
    assert all(len(name.encode()) <= LONGEST_NAME for name in FILES)
    assert OPENERS[opener](written(FILES, method), PASSWORD) == FILES


@pytest.mark.parametrize(("method", "opener"), COMBINATIONS)
def test_a_wrong_password_opens_nothing(method: ZipMethod, opener: str) -> None:
    data = written({"見積書①.xlsx": b"secret" * 100}, method)
    with pytest.raises(WrongPassword):
        OPENERS[opener](data, PASSWORD + "x")


@pytest.mark.parametrize("method", ZipMethod)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.text(
            st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/\\\0"), min_size=1, max_size=30
        ),
        st.one_of(st.binary(max_size=500), st.binary(min_size=1, max_size=8).map(lambda unit: unit * 9_000)),
        max_size=5,
    )
)
def test_whatever_goes_in_comes_out(method: ZipMethod, files: Files) -> None:
    assert by_python(written(files, method), PASSWORD) == files


@pytest.mark.parametrize("method", ZipMethod)
def test_it_can_be_read_twice_and_gives_the_same(method: ZipMethod) -> None:
    made = archive(FILES, method)
    assert b"".join(made) == b"".join(made)


@pytest.mark.parametrize("method", ZipMethod)
def test_the_same_file_twice_is_not_the_same_bytes_twice(method: ZipMethod) -> None:
    """Salt and noise differ from file to file, so that equal contents do not show."""
    content = b"the very same" * 3
    one, two = ZipBytes(written({"a": content, "b": content}, method)).bodies()
    assert one != two


class ZipBytes:
    """The places of an archive by its own directory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            self.items = opened.infolist()

    def bodies(self) -> list[bytes]:
        found = []
        for item in self.items:
            start = item.header_offset
            start += 30 + sum(int.from_bytes(self.data[start + at : start + at + 2], "little") for at in (26, 28))
            found.append(self.data[start : start + item.compress_size])
        return found


@pytest.mark.parametrize("method", ZipMethod)
def test_what_shrinks_is_deflated_and_what_does_not_is_stored_with_its_sizes_in_front(method: ZipMethod) -> None:
    items = {item.filename: item for item in ZipBytes(written(FILES, method)).items}
    shrinking, solid = items["plain name with spaces.csv"], items["見積書①.xlsx"]
    assert shrinking.compress_size < shrinking.file_size / 100
    assert shrinking.flag_bits & 8
    assert not solid.flag_bits & 8
    assert solid.compress_size == solid.file_size + (28 if method is ZipMethod.AES_256 else 12)


@pytest.mark.parametrize("method", ZipMethod)
def test_headers_say_utf8_encrypted_and_local_time(method: ZipMethod) -> None:
    for item in ZipBytes(written(FILES, method)).items:
        assert item.flag_bits & 1
        assert bool(item.flag_bits & 0x800) is not item.filename.isascii()
        assert item.date_time == (2026, 3, 14, 15, 9, 26)
        assert item.create_system == 3
        assert item.external_attr >> 16 == 0o100644
        if method is ZipMethod.AES_256:
            assert item.compress_type == 99
            assert item.CRC == 0


@pytest.mark.parametrize(
    ("method", "name"), [(method, name) for method in ZipMethod for name in openers(method.value) if name != "unzip"]
)
def test_an_archive_without_files_is_an_archive(method: ZipMethod, name: str) -> None:
    assert OPENERS[name](written({}, method), PASSWORD) == {}


@pytest.mark.parametrize(("method", "opener"), COMBINATIONS)
def test_files_that_need_zip64_are_opened_too(method: ZipMethod, opener: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the bound lowered, since 4 GiB take minutes: the headers and descriptors are those of large files."""
    monkeypatch.setattr(write, "_ZIP64_FROM", 0)
    data = written(FILES, method)
    assert all(item.extract_version >= 45 for item in ZipBytes(data).items)
    assert OPENERS[opener](data, PASSWORD) == FILES


@pytest.mark.parametrize("method", ZipMethod)
def test_the_password_shows_nowhere(method: ZipMethod) -> None:
    made = archive(FILES, method)
    assert PASSWORD not in repr(made)
    assert PASSWORD.encode() not in b"".join(made)


def test_a_password_that_programs_would_read_differently_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        encrypted_zip([file("a", b"a")], ZipMethod.AES_256, "パスワード", WHEN, random.Random(1).randbytes)


def test_methods_are_the_words_of_settings() -> None:
    assert [method.value for method in ZipMethod] == ["aes-256", "zipcrypto"]
