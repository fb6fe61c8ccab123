"""What is taken out of a message and what stays; and when nothing may be taken at all."""

from __future__ import annotations

import random

import pytest

from shared.core.message.parse import parse
from shared.core.transform.archive.write import _shrinks
from shared.core.transform.would_break import WouldBreak
from shared.core.transform.zip_taking import archive_files, find_taking
from tests.support.attachment_shapes import HEADER
from tests.support.messages import crlf, own

ICS = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n"


def mixed(*parts: str, kind: str = "mixed") -> bytes:
    inside = "".join(f"--B\n{part}\n" for part in parts)
    return crlf(f'{HEADER}Content-Type: multipart/{kind}; boundary="B"\n\n{inside}--B--\n')


TEXT = "Content-Type: text/plain\n\nHello"
FILE = 'Content-Type: application/pdf; name="a.pdf"\n\n%PDF'
CALENDAR = f"Content-Type: text/calendar; method=REQUEST\n\n{ICS}"
SIGNATURE = "Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----"


@pytest.mark.parametrize(
    ("data", "names"),
    [
        pytest.param(mixed(TEXT), [], id="text"),
        pytest.param(mixed(TEXT, FILE), ["a.pdf"], id="file"),
        pytest.param(mixed(TEXT, "Content-Type: text/plain\nContent-Disposition: attachment\n\nx"), ["part-2.txt"], id="text-said-to-be-attached"),
        pytest.param(mixed(TEXT, "Content-Type: text/plain; name=log.txt\n\nx"), ["log.txt"], id="text-with-a-name"),
        pytest.param(mixed(TEXT, "Content-Type: image/png\nContent-Disposition: inline\n\nx"), ["part-2.png"], id="picture-that-nothing-shows"),
        pytest.param(mixed(TEXT, "Content-Type: application/pdf\n\n%PDF"), ["part-2.pdf"], id="file-without-name"),
        pytest.param(mixed(TEXT, "Content-Type: message/rfc822\n\nSubject: Re: x/y\n\nz"), ["Re_ x_y.eml"], id="attached-message"),
        pytest.param(mixed(TEXT, "Content-Type: text/vcard; name=me.vcf\n\nBEGIN:VCARD"), ["me.vcf"], id="card"),
        pytest.param(mixed(TEXT, CALENDAR), [], id="invitation"),
        pytest.param(mixed(TEXT, f"Content-Type: text/calendar; name=a.ics\nContent-Disposition: attachment\n\n{ICS}"), ["a.ics"], id="calendar-file"),
        pytest.param(mixed(TEXT, f"Content-Type: text/calendar; name=a.ics\nContent-Disposition: attachment\n\n{ICS}", FILE), ["a.ics", "a.pdf"], id="calendar-file-beside-another"),
        pytest.param(mixed(TEXT, CALENDAR, f"Content-Type: text/calendar; name=a.ics\nContent-Disposition: attachment\n\n{ICS}"), [], id="copy-of-the-invitation"),
        pytest.param(mixed(TEXT, "Content-Type: text/calendar; name=a.ics\n\nsecret"), ["a.ics"], id="no-calendar-in-spite-of-its-type"),
        pytest.param(mixed(TEXT, SIGNATURE, kind="signed"), [], id="signature-alone"),
        pytest.param(own("related-picture-shown-in-text"), ["image002.png", "list.csv"], id="shown-picture-stays"),
    ],
)  # fmt: skip
def test_files_are_taken_and_text_stays(data: bytes, names: list[str]) -> None:
    tree = parse(data)
    taken = [file.name for file in archive_files(tree.data, find_taking(tree).files)]
    assert taken == names


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(mixed(mixed(TEXT, FILE).decode().partition("MIME-Version: 1.0\r\n")[2].replace("\r\n", "\n").replace("B", "C"), SIGNATURE, kind="signed"), "pgp-signed", id="pgp-signed-around-a-file"),
        pytest.param(mixed(TEXT + "\n-----BEGIN PGP MESSAGE-----\nx", FILE), "pgp-encrypted", id="pgp-encrypted-text-and-a-file"),
        pytest.param(mixed(TEXT + "\n-----BEGIN PGP SIGNED MESSAGE-----\nx", FILE), "pgp-signed", id="pgp-signed-text-and-a-file"),
        pytest.param(own("smime-encrypted"), "smime-encrypted", id="smime-encrypted"),
        pytest.param(own("smime-opaque-signed-without-type"), "smime-signed", id="smime-signed-opaque"),
        pytest.param(own("pgp-mime-encrypted"), "pgp-encrypted", id="pgp-mime-encrypted"),
        pytest.param(own("tnef-winmail-dat"), "tnef", id="tnef"),
        pytest.param(own("rights-managed-rpmsg"), "rights-managed", id="rights-managed"),
        pytest.param(mixed(TEXT, CALENDAR, FILE), "calendar", id="invitation-with-a-file"),
        pytest.param(own("dsn-exchange"), "report", id="report-with-the-message-it-is-about"),
        pytest.param(crlf(HEADER + 'Content-Type: message/partial; id="x"; number=1; total=2\n\nSubject: y\n\nz'), "partial", id="fragment"),
    ],
)  # fmt: skip
def test_what_would_break_is_refused_with_the_reason(data: bytes, what: str) -> None:
    with pytest.raises(WouldBreak) as caught:
        find_taking(parse(data))
    assert caught.value.what == what


@pytest.mark.parametrize("name", ["pgp-inline-signed", "calendar-request-outlook", "read-receipt-outlook"])
def test_protected_mail_without_files_is_nothing_to_refuse(name: str) -> None:
    assert not find_taking(parse(own(name))).files


def test_every_file_is_taken_however_many_there_are() -> None:
    """Facts stop at 2,000 attachments; what is left out there would leave in plain here."""
    count = 2_500
    taking = find_taking(parse(mixed(TEXT, *[FILE] * count)))
    assert len(taking.files) == len(taking.parts) == count


@pytest.mark.parametrize("encoding", ["base64", "8bit", "quoted-printable"])
def test_samples_come_from_several_places_of_a_large_file(encoding: str) -> None:
    line = "QUJD" * 19 if encoding == "base64" else "=41BC" * 15
    tree = parse(
        mixed(f"Content-Type: application/pdf\nContent-Transfer-Encoding: {encoding}\n\n" + f"{line}\n" * 20_000)
    )
    [file] = archive_files(tree.data, find_taking(tree).files)
    samples = list(file.samples())
    assert len(samples) == (1 if encoding == "quoted-printable" else 3)
    assert 20_000 < sum(map(len, samples)) < 200_000
    assert set(b"".join(samples)) <= set(b"ABC=41\r\n")


def test_a_file_with_a_solid_start_and_a_soft_rest_is_deflated() -> None:
    """By its start alone it would be stored."""
    body = random.Random(1).randbytes(60_000).hex()[:90_000].encode("ascii")
    solid = random.Random(1).randbytes(60_000).replace(b"\n", b"x").replace(b"\r", b"x").replace(b"--", b"xx")
    data = mixed("Content-Type: application/pdf\nContent-Transfer-Encoding: binary\n\nHERE").replace(
        b"HERE", solid + body * 4
    )
    tree = parse(data)
    [file] = archive_files(tree.data, find_taking(tree).files)
    assert not _shrinks([next(iter(file.samples()))])
    assert _shrinks(file.samples())
