"""Inserting text: into the right parts, in their charset and encoding, and nowhere else."""

from __future__ import annotations

import pytest

from shared.core.message.attachments import Leaf, leaves
from shared.core.message.parse import parse
from shared.core.message.spans import Span, Tree
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.insert_text import LONGEST, InsertText, insert_text
from shared.core.transform.splice import Edit
from shared.core.transform.text_places import Place
from shared.core.transform.would_break import WouldBreak
from shared.errors import Unreadable
from tests.support.messages import crlf
from tests.support.second_parser import second_parse
from tests.support.second_tree import second_tree
from tests.support.text_reading import ReadLeaf, inserted, outline, read_leaves, visible
from tests.support.text_shapes import SHAPES, WRITINGS, message

TEXTS = {
    "ascii": "Checked: 100% = fine.\nSecond line",
    "kanji": "【社外秘】確認済みです。\n～二行目～",
    "utf-8-only": "①😀 déjà vu ½",
}
ONLY_UTF_8 = frozenset({"utf-8-only"})
PLACES: tuple[Place, ...] = ("top", "bottom")
HEAD = "From: a@example.co.jp\nTo: b@example.com\nSubject: x\n"


def argument(name: str, place: Place) -> InsertText:
    lines = TEXTS[name].split("\n")
    return InsertText(TEXTS[name], "".join(f"<p>{line}</p>" for line in lines), place)


def without(data: bytes, numbers: tuple[int, ...]) -> bytes:
    """The message without its leaves of these numbers: what no insertion may change."""
    tree = parse(data)
    out, position = b"", 0
    for number, leaf in enumerate(own_leaves(tree)):
        if number in numbers:
            out += data[position : leaf.part.span.start]
            position = leaf.part.span.end
    return out + data[position:]


def own_leaves(tree: Tree) -> list[Leaf]:
    return list(leaves(tree))


def same_letters(text: str) -> str:
    """Characters that Microsoft and the standard name differently, under one name."""
    return text.translate(str.maketrans("～－", "〜−"))


def with_text(was: ReadLeaf, now: ReadLeaf, name: str, place: Place) -> None:
    """The leaf holds its old text and the new one, in this order or the other, and nothing else new."""
    wanted = same_letters(TEXTS[name])
    new, old = same_letters(now.text), same_letters(was.text)
    if was.kind == "text/plain":
        if place == "top":
            assert new == f"{wanted}\n{old}"
        else:
            assert new == f"{old}{wanted}\n"
        return
    shown = [visible(old), " ".join(wanted.split("\n"))]
    assert visible(new) == " ".join(shown if place == "bottom" else reversed(shown))
    assert new.replace("<p>" + "</p><p>".join(wanted.split("\n")) + "</p>\n", "").replace("\n\n", "\n") == old.replace(
        "\n\n", "\n"
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(("charset", "encoding"), WRITINGS, ids=[f"{c}-{e}" for c, e in WRITINGS])
@pytest.mark.parametrize("shape", SHAPES)
def test_text_is_inserted_once_into_each_form(shape: str, charset: str, encoding: str, name: str, place: Place) -> None:
    data = message(shape, charset, encoding)
    made = inserted(data, argument(name, place))
    numbers = SHAPES[shape].top if place == "top" else SHAPES[shape].bottom
    before, after = read_leaves(data), read_leaves(made)
    assert outline(made) == outline(data)
    assert [part.kind for part in second_tree(made).walk()] == [part.kind for part in second_tree(data).walk()]
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        if number not in numbers:
            assert now == was
            continue
        with_text(was, now, name, place)
        moves = (charset not in ("utf-8", "gb18030") and name in ONLY_UTF_8) or charset == "utf-16"
        moves = moves or (charset == "cp932" and name in ONLY_UTF_8)
        assert now.charset == ("utf-8" if moves else charset)
        assert now.encoding == (encoding if not (moves and encoding == "7bit") else now.encoding)
        assert now.encoding != "8bit" or encoding == "8bit"
    assert without(made, numbers) == without(data, numbers)
    assert inserted(made, argument(name, place)) == made


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shape", ["alternative", "outlook-mixed-alternative", "thunderbird-alternative-of-related"])
@pytest.mark.parametrize(("charset", "encoding"), [("utf-8", "base64"), ("iso-2022-jp", "7bit"), ("euc-jp", "8bit")])
def test_another_mail_program_reads_it_too(shape: str, charset: str, encoding: str, place: Place) -> None:
    found = second_parse(inserted(message(shape, charset, encoding), argument("kanji", place)))
    assert same_letters(found.text.replace("\r\n", "\n")).count(same_letters("確認済みです。\n～二行目～")) == 1
    assert same_letters(found.html).count(same_letters("<p>～二行目～</p>")) == 1
    assert found.text.count("見積の件です") == found.html.count("見積の件です") == 1


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("charset", "encoding"), WRITINGS, ids=[f"{c}-{e}" for c, e in WRITINGS])
def test_the_message_keeps_its_line_ends(charset: str, encoding: str, place: Place, line_end: str) -> None:
    data = message("outlook-mixed-alternative", charset, encoding)
    if charset == "utf-16":
        data = message("outlook-mixed-alternative", "utf-8", "base64")
    if line_end == "\n":
        data = data.replace(b"\r\n", b"\n")
    made = inserted(data, argument("kanji", place))
    assert (b"\r" in made) == (line_end == "\r\n")
    assert made.count(b"\n") == made.count(line_end.encode())
    assert inserted(made, argument("kanji", place)) == made


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("shape", SHAPES)
def test_encoded_bytes_that_are_there_stay(shape: str, place: Place, encoding: str) -> None:
    charset = "iso-2022-jp" if encoding == "7bit" else "utf-8"
    data = message(shape, charset, encoding)
    edit = insert_text(parse(data), argument("kanji", place))
    assert len(edit.splices) == len(SHAPES[shape].top if place == "top" else SHAPES[shape].bottom)
    assert all(splice.span.length == 0 for splice in edit.splices)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a < b &\n  c", "a < b & c"), ("一\n\n二\t三", "一 二 三")],
    ids=["markup", "empty-line-and-tab"],
)
def test_without_html_the_text_is_shown_as_markup(text: str, shown: str) -> None:
    made = inserted(message("html", "utf-8", "8bit"), InsertText(text, place="top"))
    assert visible(read_leaves(made)[0].text).startswith(shown)


def test_html_alone_leaves_plain_forms_as_they_are() -> None:
    data = message("alternative", "utf-8", "8bit")
    made = inserted(data, InsertText("", "<p>only here</p>"))
    assert read_leaves(made)[0] == read_leaves(data)[0]
    assert "only here" in read_leaves(made)[1].text


@pytest.mark.parametrize("text", ["", "\n", "  \n \r\n"])
def test_nothing_to_insert_changes_nothing(text: str) -> None:
    edit = insert_text(parse(message("plain", "utf-8", "8bit")), InsertText(text))
    assert edit == Edit(notes=(("nothing-to-insert", ""),))


def test_line_ends_and_control_characters_of_a_text_are_put_right() -> None:
    made = inserted(message("plain", "utf-8", "8bit"), InsertText("a\r\nb\rc\x00\x07\x1b$B\td\ud800\n", place="top"))
    assert made.split(b"\r\n\r\n", 1)[1].startswith("a\r\nb\r\nc$B\td?\r\nこ".encode())


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        pytest.param(InsertText("x" * (LONGEST + 1)), "characters", id="long-text"),
        pytest.param(InsertText("x", "<p>" + "x" * LONGEST), "characters", id="long-html"),
        pytest.param(InsertText("x", "<html><body>x</body></html>"), "body", id="whole-document"),
        pytest.param(InsertText("x", "<p>x<!-- "), "body", id="open-comment"),
        pytest.param(InsertText("x", '<a href="x>y</a>'), "body", id="open-attribute"),
        pytest.param(InsertText("x", "<style>p{}"), "body", id="open-style"),
    ],
)
def test_texts_that_no_message_can_take_are_refused(arguments: InsertText, word: str) -> None:
    with pytest.raises(BadArgument, match=word):
        insert_text(parse(message("html", "utf-8", "8bit")), arguments)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        pytest.param('Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n', "pgp-signed", id="pgp-signed"),
        pytest.param('Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pkcs7-signature\n\nx\n--b--\n--o\n\nlist footer\n--o--\n', "smime-signed", id="signed-with-a-list-footer-outside"),
        pytest.param("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx\n", "smime-encrypted", id="smime-encrypted"),
        pytest.param("Content-Type: application/pkcs7-mime; smime-type=certs-only\n\nx\n", "smime-signed", id="certificates-alone"),
        pytest.param('Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nx\n--b--\n', "pgp-encrypted", id="pgp-encrypted"),
        pytest.param("\n-----BEGIN PGP SIGNED MESSAGE-----\n\nhi\n", "pgp-signed", id="pgp-inline"),
        pytest.param("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/ms-tnef\n\nx\n--b--\n", "tnef", id="tnef"),
        pytest.param("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg\n\nx\n--b--\n", "rights-managed", id="rights-managed"),
        pytest.param("Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n", "calendar", id="calendar"),
        pytest.param("Content-Type: multipart/alternative; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--b--\n", "calendar", id="calendar-as-alternative"),
        pytest.param("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: text/calendar; method=REQUEST; name=a.ics\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n--b--\n", "calendar", id="calendar-with-method-as-file"),
        pytest.param('Content-Type: message/partial; id="x@y"; number=1; total=2\n\nSubject: half\n', "partial", id="partial"),
        pytest.param("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n", "report", id="report-without-text"),
        pytest.param("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\nend\n", "transfer-encoding", id="uuencoded-body"),
        pytest.param("Content-Type: text/html\n\n<html><frameset><frame></frameset></html>\n", "frames", id="frames"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", PLACES)
def test_what_would_break_is_left_alone(body: str, what: str, place: Place) -> None:
    with pytest.raises(WouldBreak) as refusal:
        insert_text(parse(crlf(HEAD + "MIME-Version: 1.0\n" + body)), InsertText("text", place=place))
    assert refusal.value.what == what


def test_a_calendar_file_is_a_file() -> None:
    body = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: text/calendar; name=a.ics\nContent-Disposition: attachment\n\nBEGIN:VCALENDAR\n--b--\n"
    assert b"hi\r\ntext\r\n--b" in inserted(crlf(HEAD + "MIME-Version: 1.0\n" + body), InsertText("text"))


def test_a_message_that_cannot_be_read_is_refused() -> None:
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(200))
    with pytest.raises(Unreadable):
        insert_text(parse(crlf(HEAD + deep)), InsertText("text"))


def test_an_older_copy_in_what_is_quoted_is_no_reason_to_leave_it_out() -> None:
    data = crlf(HEAD + "\nNew words.\n\nFooter\n> quoted\n")
    assert inserted(data, InsertText("Footer")).endswith(b"> quoted\r\nFooter\r\n")
    assert inserted(data, InsertText("words.")).endswith(b"> quoted\r\nwords.\r\n")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param("Footer, not the same\n", "bottom", id="bottom-longer-line"),
        pytest.param("not the same Footer\n", "bottom", id="bottom-end-of-line"),
        pytest.param("Footer is here\n", "top", id="top-longer-line"),
        pytest.param("a\nFooter\n", "top", id="top-second-line"),
    ],
)
def test_text_that_is_there_as_part_of_other_text_does_not_count(body: str, place: Place) -> None:
    data = crlf(HEAD + "\n" + body)
    made = inserted(data, InsertText("Footer", place=place))
    assert len(made) == len(data) + len(b"Footer\r\n")


def test_spans_of_an_edit_lie_inside_the_parts_that_take_the_text() -> None:
    data = message("apple-file-inside-alternative", "iso-2022-jp", "7bit")
    tree = parse(data)
    edit = insert_text(tree, argument("utf-8-only", "bottom"))
    parts = [own_leaves(tree)[number].part.span for number in SHAPES["apple-file-inside-alternative"].bottom]
    assert all(any(within(splice.span, part) for part in parts) for splice in edit.splices)
    assert edit.notes == (("moved-to-utf-8", "1"), ("moved-to-utf-8", "2.3"))


def within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
