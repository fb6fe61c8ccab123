"""One encrypted ZIP at the end of the message, in every shape that attachments come in; the rest keeps every byte."""

from __future__ import annotations

import base64
import email
import email.header
import email.policy
import io
import random
import zipfile
from datetime import datetime, timedelta, timezone

import pytest

from shared.core.message.limits import Limits
from shared.core.message.parse import parse
from shared.core.transform.archive.write import ArchiveFile, ZipMethod, encrypted_zip
from shared.core.transform.splice import apply
from shared.core.transform.zip_attachments import ZipArguments, zip_attachments
from shared.errors import Unreadable
from tests.support.archives import Files, by_python
from tests.support.attachment_shapes import (
    ALTERNATIVE_APPLE,
    HEADER,
    MIXED,
    PDF,
    RELATED,
    ROOT_IS_FILE,
    SHAPES,
    UUENCODED,
)
from tests.support.messages import crlf, outline
from tests.support.second_tree import second_tree

PASSWORD = "Kx7mQ2vR9p"
NOW = datetime(2026, 3, 14, 9, 5, 7, tzinfo=timezone(timedelta(hours=9)))
NAME = "enc_20260314090507.zip"


def arguments(seed: int = 1, **changes: object) -> ZipArguments:
    settled: dict[str, object] = {"password": PASSWORD, "now": NOW, "random": random.Random(seed).randbytes}
    return ZipArguments(**{**settled, **changes})  # type: ignore[arg-type]


def zipped(data: bytes, **changes: object) -> bytes:
    """The message with its attachments encrypted; what must hold for every message is checked on the way."""
    edit = zip_attachments(parse(data), arguments(**changes))
    assert edit.splices, edit.notes
    assert PASSWORD not in repr(edit)
    out = b"".join(apply(data, edit.splices))
    assert out == b"".join(apply(data, edit.splices)), "reading twice must give the same"
    twice = zip_attachments(parse(out), arguments(seed=2, **changes))
    assert (twice.splices, twice.notes) == ((), (("already-encrypted", ""),))
    return out


def shape(data: bytes) -> list[str]:
    """The tree in words, without contents, once the two other parsers have agreed to it."""
    tree = parse(data)
    ours = [part.content.value for part in tree.walk() if not _in_message(part.path, tree)]
    by_email = [
        part.get_content_type() for part in _walk_email(email.message_from_bytes(data, policy=email.policy.compat32))
    ]
    assert by_email == ours
    assert [part.kind for part in second_tree(data).walk()][: len(ours)] == ours
    return [line.partition(" b'")[0].partition(' b"')[0] for line in outline(data)]


def _in_message(path: str, tree: object) -> bool:
    return ".TEXT" in path


def _walk_email(message: email.message.Message) -> list[email.message.Message]:
    found = [message]
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            found += _walk_email(part)  # type: ignore[arg-type]
    return found


def files_in(data: bytes) -> Files:
    """What the last part of the message, found by Python's ``email``, holds."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    last = list(message.iter_parts())[-1]
    assert last.get_content_disposition() == "attachment"
    return by_python(last.get_payload(decode=True), PASSWORD)


@pytest.mark.parametrize(("data", "tree", "files"), SHAPES)
@pytest.mark.parametrize("method", ZipMethod)
def test_every_shape_becomes_one_archive_at_the_end(
    data: bytes, tree: list[str], files: Files, method: ZipMethod
) -> None:
    out = zipped(data, method=method)
    assert shape(out) == tree
    assert files_in(out) == files


@pytest.mark.parametrize(("data", "tree", "files"), SHAPES)
def test_a_missing_end_boundary_does_no_harm(data: bytes, tree: list[str], files: Files) -> None:
    """The end boundary of the outermost multipart and all after it are gone."""
    end = parse(data).root.delimiters
    if not end:
        data = data[:-2]
    out = zipped(data[: end[-1].start] if end else data)
    assert shape(out) == tree
    assert files_in(out) == files


@pytest.mark.parametrize(("data", "tree", "files"), SHAPES)
def test_bare_line_feeds_stay_the_only_line_ends(data: bytes, tree: list[str], files: Files) -> None:
    out = zipped(data.replace(b"\r\n", b"\n"))
    assert b"\r" not in out
    assert shape(out) == tree
    assert {name: content.replace(b"\r\n", b"\n") for name, content in files.items() if content[:4] != b"\x89PNG"} == {
        name: content for name, content in files_in(out).items() if content[:4] != b"\x89PNG"
    }


def test_only_the_part_and_the_archive_differ() -> None:
    out = zipped(MIXED)
    before, after = MIXED.split(b'\r\n--B\r\nContent-Type: application/pdf; name="a.pdf"')
    assert out.startswith(before + b"\r\n--B\r\nContent-Type: application/zip;\r\n name=")
    assert out.endswith(b"\r\n--B--\r\nepilogue\r\n")
    assert after.endswith(b"\r\n--B--\r\nepilogue\r\n")


def test_the_archive_is_named_by_the_pattern_in_the_tenants_time() -> None:
    out = zipped(MIXED)
    part = list(email.message_from_bytes(out, policy=email.policy.default).iter_parts())[-1]
    assert (part.get_filename(), part.get_content_type(), part["content-transfer-encoding"]) == (
        NAME,
        "application/zip",
        "base64",
    )
    assert second_tree(out).children[-1].filename == NAME


def test_a_name_that_is_not_ascii_is_read_by_old_and_new_programs() -> None:
    name = "暗号化された添付ファイル_" + "長い名前" * 8 + "_20260314.zip"
    out = zipped(MIXED, file_name=name.replace("20260314", "{YYYY}{MM}{DD}"))
    part = list(email.message_from_bytes(out, policy=email.policy.default).iter_parts())[-1]
    assert part.get_filename() == name
    assert (
        str(email.header.make_header(email.header.decode_header(part.get_param("name", header="content-type")))) == name
    )
    assert second_tree(out).children[-1].filename == name
    assert all(len(line) <= 78 for line in out.split(b"\r\n"))


def test_a_type_that_filters_let_through_can_be_asked_for() -> None:
    assert shape(zipped(MIXED, content_type="application/octet-stream"))[-1] == "2 application/octet-stream"


def test_names_of_files_are_gone_from_the_message() -> None:
    out = zipped(ROOT_IS_FILE)
    assert b"secret name" not in out
    assert b"X-After: kept\r\n" in out


def test_a_header_that_is_moved_keeps_its_bytes_and_the_message_its_other_fields() -> None:
    out = zipped(ALTERNATIVE_APPLE)
    tree = parse(out)
    assert tree.bytes_of(tree.root.children[0].span).startswith(
        b'Content-Type: multipart/alternative;\r\n boundary="A"\r\nContent-Language: ja\r\n\r\n--A\r\n'
    )
    assert [field.key for field in tree.root.fields] == [b"from", b"to", b"subject", b"mime-version", b"content-type"]


def test_a_message_without_mime_gets_its_version() -> None:
    out = zipped(UUENCODED)
    message = email.message_from_bytes(out)
    assert message["mime-version"] == "1.0"
    assert message.get_payload(0).get_payload(decode=True) == b"Hello\r\n\r\nBye\r\n"


def test_the_encoding_of_8_bit_content_is_said_outside_too() -> None:
    data = MIXED.replace(b"multipart/mixed", b"multipart/related").replace(
        b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n"
    )
    tree = parse(zipped(data))
    assert (tree.root.encoding, tree.root.children[0].encoding) == ("8bit", "8bit")


def test_a_length_that_is_no_longer_true_goes() -> None:
    data = MIXED.replace(b"Subject: x\r\n", b"Subject: x\r\nContent-Length: 400\r\nContent-Class: urn:a\r\n")
    out = zipped(data)
    assert b"Content-Length" not in out
    assert b"Content-Class: urn:a\r\n" in out


def test_a_boundary_is_one_that_occurs_nowhere() -> None:
    """The source of randomness gives what the message already holds."""
    data = RELATED.replace(b"<p>x</p>", b"<p>=_" + b"00" * 16 + b"</p>")
    edit = zip_attachments(parse(data), arguments(random=bytes))
    out = b"".join(apply(data, edit.splices))
    assert b'boundary="=_' + b"00" * 16 + b'x"' in out


def test_a_part_that_is_a_header_without_blank_line_keeps_its_bytes() -> None:
    data = crlf(
        HEADER + 'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n--B\n'
        "Content-Type: text/csv; name=one.csv\n\n1,2\n--B\nContent-Type: text/plain\n--B--\n"
    )
    tree = parse(zipped(data))
    assert [tree.bytes_of(part.span) for part in tree.root.children[:2]] == [b"Content-Type: text/plain\r\n"] * 2
    data = data.replace(b"--B\r\nContent-Type: text/plain\r\n--B--", b"--B--").replace(b"\r\n\r\n1,2", b"")
    tree = parse(zipped(data))
    assert tree.bytes_of(tree.root.children[0].span) == b"Content-Type: text/plain\r\n"
    assert [part.content.value for part in tree.root.children] == ["text/plain", "application/zip"]


def test_a_header_that_breaks_off_is_no_obstacle() -> None:
    data = crlf("Content-Type: application/pdf; name=a.pdf\nSubject: x")
    out = zipped(data)
    assert email.message_from_bytes(out)["subject"] == "x"
    assert files_in(out) == {"a.pdf": b""}


def encrypted(data: bytes, method: ZipMethod = ZipMethod.AES_256) -> str:
    """Somebody's encrypted archive of some bytes, in base64."""
    made = encrypted_zip(
        [ArchiveFile("x.csv", lambda: [data], lambda: [data], len(data))],
        method,
        "theirs-123",
        NOW,
        random.Random(3).randbytes,
    )
    return base64.encodebytes(b"".join(made)).decode()


def with_files(*contents: str) -> bytes:
    parts = "".join(
        f"--B\nContent-Type: application/octet-stream; name=f{index}\nContent-Transfer-Encoding: base64\n\n{content}\n"
        for index, content in enumerate(contents)
    )
    return crlf(HEADER + f'Content-Type: multipart/mixed; boundary="B"\n\n--B\n\nHello\n{parts}--B--\n')


@pytest.mark.parametrize("method", ZipMethod)
def test_attachments_that_are_all_encrypted_are_left_alone_if_the_policy_says_so(method: ZipMethod) -> None:
    data = with_files(encrypted(b"1", method), encrypted(b"22" * 90_000, method))
    assert zip_attachments(parse(data), arguments()).notes == (("already-encrypted", ""),)
    out = zipped(data, skip_if_encrypted=False)
    assert sorted(files_in(out)) == ["f0", "f1"]


def test_one_file_that_is_not_encrypted_takes_the_others_with_it() -> None:
    assert sorted(files_in(zipped(with_files(encrypted(b"1"), PDF)))) == ["f0", "f1"]


def test_somebodys_archive_with_our_mark_does_not_pass_for_ours_when_it_is_plain() -> None:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as opened:
        opened.writestr("secret.csv", "1,2")
    data = with_files(base64.b64encode(plain.getvalue()).decode()).replace(
        b"name=f0\r\n", b"name=f0\r\nX-Matta-Archive: aes-256\r\n"
    )
    for skip in (True, False):
        assert list(files_in(zipped(data, skip_if_encrypted=skip))) == ["f0"]


def test_a_message_without_attachments_is_not_changed() -> None:
    edit = zip_attachments(parse(crlf(HEADER + "\nHello\n")), arguments())
    assert (edit.splices, edit.notes) == ((), (("nothing-to-encrypt", ""),))


def test_notes_tell_name_method_and_number_of_files() -> None:
    notes = zip_attachments(parse(MIXED), arguments(method=ZipMethod.ZIPCRYPTO)).notes
    assert notes == (("zip-name", NAME), ("zip-method", "zipcrypto"), ("zip-files", "1"))


def test_a_message_whose_parts_are_not_known_is_refused() -> None:
    with pytest.raises(Unreadable):
        zip_attachments(parse(MIXED, Limits(max_parts=2)), arguments())
