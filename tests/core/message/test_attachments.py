"""What counts as an attachment, and under which name."""

from __future__ import annotations

import pytest

from shared.core.message.attachments import find_attachments
from shared.core.message.limits import Limits
from shared.core.message.parse import parse
from tests.support.messages import crlf

PDF = "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename=a.pdf\n\n%PDF"
TEXT = "Content-Type: text/plain\n\nhello"
HTML = 'Content-Type: text/html\n\n<img src="cid:pic@1">'
ICS = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR"


def multipart(subtype: str, *parts: str, boundary: str = "b", parameters: str = "") -> str:
    lines = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"{parameters}\n\n{lines}--{boundary}--\n'


SHAPES: dict[str, tuple[str, list[str]]] = {
    "text only": (TEXT, []),
    "mixed": (multipart("mixed", TEXT, PDF), ["a.pdf@2"]),
    "the message is the file": (PDF, ["a.pdf@1"]),
    "inline with a name": (multipart("mixed", TEXT, PDF.replace("attachment;", "inline;")), ["a.pdf@2"]),
    "name only in the type": (multipart("mixed", TEXT, "Content-Type: application/zip; name=a.zip\n\nPK"), ["a.zip@2"]),
    "no name at all": (multipart("mixed", TEXT, "Content-Type: application/zip\n\nPK"), ["part-2.zip@2"]),
    "no name and an odd type": (multipart("mixed", TEXT, "Content-Type: application/x-odd\n\nx"), ["part-2.bin@2"]),
    "disposition name wins": (multipart("mixed", TEXT, PDF.replace("filename=a", "filename=b")), ["b.pdf@2"]),
    "text file": (multipart("mixed", TEXT, "Content-Type: text/plain; name=notes.txt\n\nx"), ["notes.txt@2"]),
    "text called an attachment": (multipart("mixed", TEXT, "Content-Type: text/html\nContent-Disposition: attachment\n\nx"), ["part-2.html@2"]),
    "second text without a name is body": (multipart("mixed", TEXT, "Content-Disposition: inline\n\nfooter"), []),
    "text with an unknown disposition": (multipart("mixed", TEXT, "Content-Disposition: filename=a.txt\n\nx"), ["part-2.txt@2"]),
    "text with two dispositions": (
        multipart("mixed", TEXT, "Content-Disposition: inline\nContent-Disposition: attachment; filename=a.txt\n\nx"),
        ["part-2.txt@2"],
    ),
    "text with two types": (
        multipart("mixed", TEXT, "Content-Type: text/plain\nContent-Type: application/pdf; name=a.pdf\n\n%PDF"),
        ["part-2.txt@2"],
    ),
    "text that says one thing twice": (multipart("mixed", TEXT, "Content-Disposition: inline\nContent-Disposition: inline\n\nx"), []),
    "resource fork without its file": (
        multipart("appledouble", "Content-Type: application/applefile; name=a\n\nx"),
        ["a@1"],
    ),
    "resource fork beside a text": (
        multipart("appledouble", "Content-Type: application/applefile; name=a\n\nx", TEXT),
        ["a@1"],
    ),
    "compressed content": ("Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\n\nx", ["smime.p7z@1"]),
    "a PDF whose name says picture": (
        multipart("related", HTML, "Content-Type: application/pdf; name=p.png\nContent-ID: <pic@1>\n\n%PDF"),
        ["p.png@2"],
    ),
    "csv without a name": (multipart("mixed", TEXT, "Content-Type: text/csv\n\na,b"), ["part-2.csv@2"]),
    "nested mixed": (multipart("mixed", multipart("mixed", TEXT, PDF, boundary="i"), PDF), ["a.pdf@1.2", "a.pdf@2"]),
    "inside alternative (Apple Mail)": (multipart("alternative", TEXT, multipart("mixed", HTML, PDF, boundary="i")), ["a.pdf@2.2"]),
    "in related but no picture": (multipart("related", HTML, PDF + "\n"), ["a.pdf@2"]),
    "picture shown by the text": (multipart("related", HTML, "Content-Type: image/png; name=p.png\nContent-ID: <Pic@1>\n\nx"), ["p.png@2 inline"]),
    "picture with percent signs in its id": (
        multipart("related", HTML.replace("pic@1", "pic%401"), "Content-Type: image/png; name=p.png\nContent-ID: <pic@1>\n\nx"),
        ["p.png@2 inline"],
    ),
    "picture sent as octets": (multipart("related", HTML, "Content-Type: application/octet-stream; name=p.png\nContent-ID: <pic@1>\n\nx"), ["p.png@2 inline"]),
    "picture not shown": (multipart("related", HTML, "Content-Type: image/png; name=p.png\nContent-ID: <other>\n\nx"), ["p.png@2"]),
    "picture called an attachment": (
        multipart("related", HTML, "Content-Type: image/png\nContent-ID: <pic@1>\nContent-Disposition: attachment; filename=p.png\n\nx"),
        ["p.png@2"],
    ),
    "a spreadsheet with a shown id is still a file": (
        multipart("related", HTML, "Content-Type: application/vnd.ms-excel; name=a.xls\nContent-ID: <pic@1>\n\nx"),
        ["a.xls@2"],
    ),
    "picture outside of related": (multipart("mixed", HTML, "Content-Type: image/png; name=p.png\nContent-ID: <pic@1>\n\nx"), ["p.png@2"]),
    "attached message": (multipart("mixed", TEXT, "Content-Type: message/rfc822\n\nSubject: =?utf-8?B?6KaL?=\n\nx"), ["見.eml@2"]),
    "attached message without subject": (multipart("mixed", TEXT, "Content-Type: message/rfc822\n\nTo: x\n\nx"), ["part-2.eml@2"]),
    "file inside an attached message is not listed": (
        multipart("mixed", TEXT, "Content-Type: message/rfc822; name=old.eml\n\n" + multipart("mixed", TEXT, PDF, boundary="i")),
        ["old.eml@2"],
    ),
    "S/MIME signature": (multipart("signed", TEXT, "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx"), []),
    "signature type where no signature belongs": (multipart("mixed", TEXT, "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx"), ["smime.p7s@2"]),
    "signature as first part": (multipart("signed", "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx", TEXT), ["smime.p7s@1"]),
    "signature larger than any": (
        multipart("signed", TEXT, "Content-Type: application/pkcs7-signature; name=smime.p7s\n\n" + "x" * 300_000),
        ["smime.p7s@2"],
    ),
    "S/MIME envelope": ("Content-Type: application/pkcs7-mime; name=smime.p7m\n\nx", []),
    "S/MIME envelope beside a text": (multipart("mixed", TEXT, "Content-Type: application/pkcs7-mime; name=smime.p7m\n\nx"), ["smime.p7m@2"]),
    "PGP/MIME": (multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1", "Content-Type: application/octet-stream; name=e.asc\n\nx"), []),
    "third part of PGP/MIME": (
        multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nV", "Content-Type: application/octet-stream\n\nx", PDF),
        ["a.pdf@3"],
    ),
    "report": (multipart("report", TEXT, "Content-Type: message/delivery-status\n\nx", "Content-Type: text/rfc822-headers\n\nx"), []),
    "report part with a name": (
        multipart("report", TEXT, "Content-Type: message/delivery-status\nContent-Disposition: attachment; filename=d.txt\n\nx"),
        ["d.txt@2"],
    ),
    "invitation": (multipart("alternative", TEXT, f"Content-Type: text/calendar; method=REQUEST\n\n{ICS}"), []),
    "calendar type on something else": (multipart("alternative", TEXT, "Content-Type: text/calendar; method=REQUEST; name=a.xls\n\nx"), ["a.xls@2"]),
    "calendar file": (multipart("mixed", TEXT, f"Content-Type: text/calendar; name=holidays.ics\n\n{ICS}"), ["holidays.ics@2"]),
    "TNEF without a name": (multipart("mixed", TEXT, "Content-Type: application/ms-tnef\n\nx"), ["winmail.dat@2"]),
    "uuencoded in the text": ("Content-Type: text/plain\n\nbegin 644 a.bin\n#86)C\n`\nend", ["a.bin@1"]),
    "Mac resource fork": (multipart("appledouble", "Content-Type: application/applefile; name=a.pdf\n\nx", PDF), ["a.pdf@2"]),
    "multipart that has no parts": ("Content-Type: multipart/mixed; boundary=x\n\nno such line", []),
    "multipart whose boundary is wrong": (multipart("mixed", TEXT, PDF).replace('"b"', "other"), ["part-TEXT.bin@TEXT"]),
    "multipart that is encoded": (
        multipart("mixed", TEXT, PDF).replace("\n\n", "\nContent-Transfer-Encoding: base64\n\n", 1).replace("--b", "LS1i"),
        ["part-TEXT.bin@TEXT"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("message", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_shape(message: str, expected: list[str]) -> None:
    found = find_attachments(parse(crlf(message)))
    assert [f"{item.name}@{item.part}{' inline' if item.inline else ''}" for item in found] == expected


def test_sizes_are_of_the_content() -> None:
    message = multipart(
        "mixed", TEXT, "Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\naGVsbG8="
    )
    (attachment,) = find_attachments(parse(crlf(message)))
    assert (attachment.size, attachment.content_type, attachment.extension) == (5, "application/zip", "zip")


def test_no_more_than_the_maximum_is_listed() -> None:
    message = multipart("mixed", TEXT, *[PDF] * 9)
    assert len(find_attachments(parse(crlf(message)), Limits(max_attachments=4))) == 4


def test_an_unreadable_message_has_none() -> None:
    tree = parse(crlf(multipart("mixed", TEXT, PDF)), Limits(max_parts=2))
    assert tree.unreadable == "too-many-parts"
    assert find_attachments(tree) == ()
