"""Which attachments are encrypted: archives by the programs that people use, whole and in part, large and damaged."""

from __future__ import annotations

import base64
import binascii
import io
import random
import struct
import subprocess
import zipfile
import zlib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.encrypted_archives import ArchiveKind, EncryptedArchive, encrypted_archive, encrypted_parts
from shared.core.message.parse import parse
from shared.core.message.spans import Span
from shared.core.transform.archive.write import ArchiveFile, ZipMethod, encrypted_zip
from tests.support.debian import require
from tests.support.messages import crlf

WHOLE_ZIP = EncryptedArchive(ArchiveKind.ZIP, True)
PART_ZIP = EncryptedArchive(ArchiveKind.ZIP, False)
FILES = {"見積書.csv": b"1,2,3\n" * 50, "b.bin": random.Random(4).randbytes(300_000)}


def look(content: bytes, encoding: str = "8bit") -> EncryptedArchive | None:
    if encoding == "base64":
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        content = binascii.b2a_qp(content, istext=False)
    elif encoding == "x-uuencode":
        lines = [binascii.b2a_uu(content[start : start + 45]) for start in range(0, len(content), 45)]
        content = b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"
    message = b"before" + content + b"after"
    return encrypted_archive(message, Span(6, 6 + len(content)), encoding)


def ours(method: ZipMethod, files: dict[str, bytes] = FILES) -> bytes:
    made = [
        ArchiveFile(name, lambda data=data: [data], lambda data=data: [data], len(data)) for name, data in files.items()
    ]  # type: ignore[misc]
    return b"".join(encrypted_zip(made, method, "Kx7mQ2vR9p", datetime(2026, 1, 1), random.Random(1).randbytes))


def plain(files: dict[str, bytes] = FILES, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.comment = comment
        opened.mkdir("folder")
        for name, data in files.items():
            opened.writestr(name, data)
    return out.getvalue()


def by_program(tmp_path: Path, *command: str, twice: tuple[str, ...] = ()) -> bytes:
    """An archive of ``FILES`` by a command line in which ``OUT`` stands for it."""
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    for line in (command, twice):
        if line:
            words = [require(line[0]), *[word.replace("OUT", "made.archive") for word in line[1:]]]
            subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    return next(tmp_path.glob("made.archive*")).read_bytes()


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable", "x-uuencode"])
@pytest.mark.parametrize("method", ZipMethod)
def test_our_own_archives_are_encrypted_whole(method: ZipMethod, encoding: str) -> None:
    assert look(ours(method), encoding) == WHOLE_ZIP


@pytest.mark.parametrize(
    ("command", "found"),
    [
        pytest.param(("zip", "-P", "pw", "OUT", "見積書.csv", "b.bin"), WHOLE_ZIP, id="info-zip"),
        pytest.param(("7zz", "a", "-tzip", "-ppw", "OUT", "見積書.csv", "b.bin"), WHOLE_ZIP, id="7-zip-zipcrypto"),
        pytest.param(("7zz", "a", "-tzip", "-mem=AES256", "-ppw", "OUT", "b.bin"), WHOLE_ZIP, id="7-zip-aes"),
        pytest.param(
            ("7zz", "a", "-t7z", "-ppw", "OUT", "b.bin"), EncryptedArchive(ArchiveKind.SEVEN_ZIP, True), id="7z"
        ),
        pytest.param(
            ("7zz", "a", "-t7z", "-mhe=on", "-ppw", "OUT", "b.bin"),
            EncryptedArchive(ArchiveKind.SEVEN_ZIP, True),
            id="7z-names-too",
        ),
        pytest.param(("7zz", "a", "-t7z", "OUT", "見積書.csv", "b.bin"), None, id="7z-plain"),
        pytest.param(("7zz", "a", "-t7z", "-mhc=off", "OUT", "b.bin"), None, id="7z-plain-with-plain-header"),
        pytest.param(
            ("7zz", "a", "-t7z", "-mhc=off", "-ppw", "OUT", "b.bin"),
            EncryptedArchive(ArchiveKind.SEVEN_ZIP, True),
            id="7z-plain-header",
        ),
        pytest.param(("zip", "OUT", "b.bin"), None, id="info-zip-plain"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_archives_of_other_programs(
    tmp_path: Path, command: tuple[str, ...], found: EncryptedArchive | None, encoding: str
) -> None:
    assert look(by_program(tmp_path, *command), encoding) == found


def test_a_zip_of_which_one_file_is_encrypted_is_so_in_part(tmp_path: Path) -> None:
    again = ("7zz", "a", "-tzip", "-ppw", "OUT", "b.bin")
    made = by_program(tmp_path, "zip", "OUT", "見積書.csv", twice=again)
    assert look(made) == PART_ZIP


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(plain(), id="plain-zip"),
        pytest.param(plain(comment=b"c" * 60_000), id="plain-zip-with-comment"),
        pytest.param(plain({}), id="no-files"),
        pytest.param(plain({"inner.zip": ours(ZipMethod.AES_256)}), id="encrypted-zip-deep-inside"),
        pytest.param(b"PK\3\4", id="cut-off-at-once"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", id="7z-cut-off"),
        pytest.param(b"%PDF-1.7" * 9_000, id="something-else"),
        pytest.param(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(9_000), id="old-office-file"),
    ],
)  # fmt: skip
def test_what_is_not_encrypted_or_cannot_be_told(content: bytes, encoding: str) -> None:
    assert look(content, encoding) is None


def test_a_zip_whose_end_is_missing_counts_in_part() -> None:
    assert look(ours(ZipMethod.ZIPCRYPTO)[:-500], "base64") == PART_ZIP


def test_many_files_make_a_directory_longer_than_the_first_look() -> None:
    files = {f"{number:0200}": b"x" for number in range(1_500)}
    made = ours(ZipMethod.ZIPCRYPTO, files)
    assert look(made, "base64") == WHOLE_ZIP
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        middle = made.rindex(b"PK\1\2", 0, len(made) - 100_000) + 8
        assert len(opened.infolist()) == 1_500
    assert look(made[:middle] + b"\0" + made[middle + 1 :], "base64") == PART_ZIP


def test_a_comment_after_the_directory_is_looked_past() -> None:
    made = ours(ZipMethod.AES_256)
    comment = b"PK\5\6 is no end here " * 50
    assert look(made[:-2] + struct.pack("<H", len(comment)) + comment) in (WHOLE_ZIP, PART_ZIP)


def test_an_encrypted_office_file() -> None:
    """[MS-OFFCRYPTO]: a compound file with a stream ``EncryptedPackage``; its directory may stand early or late."""
    name = "EncryptedPackage".encode("utf-16-le")
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
    for content in (head + name + bytes(200_000), head + bytes(200_000) + name + bytes(300)):
        assert look(content, "base64") == EncryptedArchive(ArchiveKind.OFFICE, True)


def _vint(number: int) -> bytes:
    return bytes((number,)) if number < 128 else bytes((number & 0x7F | 0x80, number >> 7))


def _rar5_block(kind: int, fields: bytes, extra: bytes = b"", data: int | None = None) -> bytes:
    flags = (1 if extra else 0) | (2 if data is not None else 0)
    body = (
        _vint(kind) + _vint(flags) + (_vint(len(extra)) if extra else b"") + (_vint(data) if data is not None else b"")
    )
    body += fields + extra
    return struct.pack("<L", zlib.crc32(_vint(len(body)) + body)) + _vint(len(body)) + body


def _rar5(*, encrypted: bool) -> bytes:
    record = _vint(1) + bytes(20)
    other = _vint(2) + bytes(5)
    extra = _vint(len(other)) + other + (_vint(len(record)) + record if encrypted else b"")
    return b"Rar!\x1a\7\1\0" + _rar5_block(1, b"\0") + _rar5_block(2, bytes(12), extra, 100) + bytes(100)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(_rar5(encrypted=True), EncryptedArchive(ArchiveKind.RAR, False), id="5-file"),
        pytest.param(_rar5(encrypted=False), None, id="5-plain"),
        pytest.param(b"Rar!\x1a\7\1\0" + _rar5_block(4, bytes(24)), EncryptedArchive(ArchiveKind.RAR, True), id="5-names-too"),
        pytest.param(
            b"Rar!\x1a\7\0" + struct.pack("<HBHHL", 0, 0x73, 0, 13, 0)[:11] + bytes(2) + struct.pack("<HBHHL", 0, 0x74, 4, 40, 9) + bytes(40),
            EncryptedArchive(ArchiveKind.RAR, False),
            id="4-file",
        ),
        pytest.param(
            b"Rar!\x1a\7\0" + struct.pack("<HBHH", 0, 0x73, 0, 13) + bytes(6) + struct.pack("<HBHHL", 0, 0x74, 0, 40, 9) + bytes(40),
            None,
            id="4-plain",
        ),
        pytest.param(b"Rar!\x1a\7\0" + struct.pack("<HBHH", 0, 0x73, 0x80, 13) + bytes(6), EncryptedArchive(ArchiveKind.RAR, True), id="4-names-too"),
        pytest.param(b"Rar!\x1a\7\0", None, id="cut-off"),
    ],
)  # fmt: skip
def test_rar_archives_by_their_headers(content: bytes, found: EncryptedArchive | None) -> None:
    """Made by the published layout, since no free program writes RAR."""
    assert look(content) == found


@given(
    st.sampled_from([b"PK\3\4", b"7z\xbc\xaf\x27\x1c\0\4", b"Rar!\x1a\7\1\0", b"Rar!\x1a\7\0", b""]),
    st.binary(max_size=400),
)
def test_no_bytes_are_too_odd(start: bytes, rest: bytes) -> None:
    assert look(start + rest) in (
        None,
        *[EncryptedArchive(kind, whole) for kind in ArchiveKind for whole in (True, False)],
    )


@given(st.data(), st.sampled_from(list(ZipMethod)))
def test_a_damaged_archive_raises_nothing(data: st.DataObject, method: ZipMethod) -> None:
    made = bytearray(ours(method, {"a.txt": b"hello", "b.txt": b"world"}))
    for _ in range(data.draw(st.integers(1, 5))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    look(bytes(made), "base64")
    assert look(bytes(made[: data.draw(st.integers(0, len(made)))])) in (None, WHOLE_ZIP, PART_ZIP)


def test_parts_of_a_message_are_named_and_attached_messages_looked_into() -> None:
    archive = base64.encodebytes(ours(ZipMethod.AES_256, {"a": b"b"})).decode()
    part = f"Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n{archive}"
    other = f"Content-Type: application/zip; name=b.zip\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(plain()).decode()}"
    inner = f"Content-Type: multipart/mixed; boundary=I\n\n--I\n{part}--I--\n"
    data = crlf(
        f"Content-Type: multipart/mixed; boundary=B\n\n--B\n\ntext\n--B\n{other}--B\n{part}--B\nContent-Type: message/rfc822\n\n{inner}--B--\n"
    )
    assert encrypted_parts(parse(data)) == {"3": True, "4": False}
    assert encrypted_parts(parse(crlf("Subject: x\n\nhello\n"))) == {}
