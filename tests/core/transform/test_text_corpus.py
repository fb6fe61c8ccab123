"""Messages as mail programs write texts (tests/corpus/texts): which of their parts take a text, and how it is written there.

Each file's name begins with the program or the machine, and says the shape. People and contents are invented.
"""

from __future__ import annotations

import pytest

from shared.core.message.headers import token
from shared.core.message.parse import parse
from shared.core.message.spans import Tree
from shared.core.transform.insert_text import InsertText
from shared.core.transform.text_places import HTML, PLAIN, text_places
from tests.support.messages import OWN_CORPUS
from tests.support.second_parser import second_parse
from tests.support.text_reading import inserted, read_leaves, visible

TEXTS = OWN_CORPUS / "texts"
KANJI = InsertText("社外秘です。")
PART_NAMES = {
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "vnd.ms-excel": "xls",
}

CORPUS: dict[str, tuple[str, str, str, str]] = {
    "al-mail-plain-without-mime": ("plain", "1", "1", "none/7bit"),
    "apple-mail-alternative-html-pdf-html": (
        "alternative plain mixed html pdf html",
        "1 2.1",
        "1 2.3",
        "utf-8/base64 utf-8/quoted-printable",
    ),
    "apple-mail-alternative-related-picture": (
        "alternative plain related html png",
        "1 2.1",
        "1 2.1",
        "utf-8/quoted-printable utf-8/quoted-printable",
    ),
    "apple-mail-iso-2022-jp-flowed-delsp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "apple-mail-picture-and-blank-text": ("mixed jpeg plain", "2", "2", "us-ascii/7bit"),
    "apple-mail-plain-flowed-delsp": ("plain", "1", "1", "utf-8/base64"),
    "apple-mail-plain-us-ascii": ("plain", "1", "1", "us-ascii/7bit"),
    "apple-mail-text-file-text": ("mixed plain pdf plain pdf plain", "1", "5", "utf-8/quoted-printable"),
    "becky-attachment-name-rfc2047": ("mixed plain xls", "1", "1", "iso-2022-jp/7bit"),
    "becky-html-iso-2022-jp": ("alternative plain html", "1 2", "1 2", "iso-2022-jp/7bit iso-2022-jp/7bit"),
    "becky-plain-iso-2022-jp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "becky-reply-quoted": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "cron-euc-jp-plain": ("plain", "1", "1", "euc-jp/8bit"),
    "docomo-mobile-decorated-shift_jis": (
        "mixed related alternative plain html gif jpeg",
        "1.1.1 1.1.2",
        "1.1.1 1.1.2",
        "shift_jis/base64 shift_jis/quoted-printable",
    ),
    "docomo-mobile-plain-iso-2022-jp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "exchange-disclaimer-behind-the-document": ("html", "1", "1", "utf-8/quoted-printable"),
    "exchange-gb2312-label": ("alternative plain html", "1 2", "1 2", "gb2312/base64 gb2312/base64"),
    "exchange-plain-us-ascii": ("plain", "1", "1", "us-ascii/7bit"),
    "exchange-plain-windows-1252-quoted-printable": ("plain", "1", "1", "windows-1252/quoted-printable"),
    "exchange-three-forms-with-amp": (
        "alternative plain x-amp-html html",
        "1 2 3",
        "1 2 3",
        "utf-8/base64 utf-8/quoted-printable utf-8/base64",
    ),
    "fax-gateway-picture-as-message": ("tiff", "", "", ""),
    "gmail-alternative-base64": ("alternative plain html", "1 2", "1 2", "utf-8/base64 utf-8/base64"),
    "gmail-alternative-quoted-printable": (
        "alternative plain html",
        "1 2",
        "1 2",
        "utf-8/quoted-printable utf-8/quoted-printable",
    ),
    "gmail-attachment-without-text": (
        "mixed alternative plain html vcard",
        "1.1 1.2",
        "1.1 1.2",
        "utf-8/7bit utf-8/7bit",
    ),
    "gmail-mixed-attachment": ("mixed alternative plain html pdf", "1.1 1.2", "1.1 1.2", "utf-8/base64 utf-8/base64"),
    "gmail-plain-text-mode": ("plain", "1", "1", "utf-8/base64"),
    "gmail-related-inline-picture": (
        "related alternative plain html png",
        "1.1 1.2",
        "1.1 1.2",
        "utf-8/base64 utf-8/base64",
    ),
    "groupware-utf-8-base64-one-line": ("plain", "1", "1", "utf-8/base64"),
    "iphone-photo-between-texts": ("mixed plain jpeg plain", "1", "3", "utf-8/base64"),
    "iphone-photo-only": ("mixed jpeg plain", "2", "2", "us-ascii/7bit"),
    "iphone-plain-signature": ("plain", "1", "1", "utf-8/base64"),
    "iphone-reply-html": ("alternative plain html", "1 2", "1 2", "utf-8/base64 utf-8/base64"),
    "lotus-notes-shift_jis-html": ("alternative plain html", "1 2", "1 2", "shift_jis/base64 shift_jis/base64"),
    "mailing-list-footer-as-part": ("mixed plain plain", "1", "2", "us-ascii/7bit"),
    "mobile-carrier-empty-text-and-photo": ("mixed plain jpeg", "1", "1", "iso-2022-jp/7bit"),
    "multifunction-printer-scan-alone": ("mixed pdf", "", "", ""),
    "newsletter-conditional-comments": ("alternative plain html", "1 2", "1 2", "utf-8/8bit utf-8/8bit"),
    "outlook-classic-attachment-and-empty-text": ("mixed plain xlsx", "1", "1", "iso-2022-jp/7bit"),
    "outlook-classic-mixed-related-attachment": (
        "mixed related alternative plain html png pdf",
        "1.1.1 1.1.2",
        "1.1.1 1.1.2",
        "utf-8/quoted-printable utf-8/quoted-printable",
    ),
    "outlook-classic-plain-iso-2022-jp-quoted-printable": ("plain", "1", "1", "iso-2022-jp/quoted-printable"),
    "outlook-classic-plain-iso-2022-jp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "outlook-classic-related-logo": (
        "related alternative plain html png",
        "1.1 1.2",
        "1.1 1.2",
        "iso-2022-jp/7bit iso-2022-jp/7bit",
    ),
    "outlook-classic-shift_jis-html": ("alternative plain html", "1 2", "1 2", "shift_jis/base64 shift_jis/base64"),
    "outlook-classic-word-html-iso-2022-jp": (
        "alternative plain html",
        "1 2",
        "1 2",
        "iso-2022-jp/quoted-printable iso-2022-jp/quoted-printable",
    ),
    "outlook-classic-word-html-utf-8": ("alternative plain html", "1 2", "1 2", "utf-8/base64 utf-8/base64"),
    "outlook-mac-alternative": ("alternative plain html", "1 2", "1 2", "utf-8/base64 utf-8/base64"),
    "outlook-mobile-ios-signature": ("alternative plain html", "1 2", "1 2", "utf-8/base64 utf-8/base64"),
    "outlook-new-forward-with-attachment": (
        "mixed alternative plain html pdf",
        "1.1 1.2",
        "1.1 1.2",
        "utf-8/base64 utf-8/base64",
    ),
    "outlook-new-html-without-plain": ("html", "1", "1", "utf-8/quoted-printable"),
    "outlook-new-reply-with-quote": ("alternative plain html", "1 2", "1 2", "utf-8/base64 utf-8/base64"),
    "report-csv-in-text-and-attachment": ("mixed plain csv", "1", "1", "utf-8/8bit"),
    "shuriken-attachment-raw-name": ("mixed plain jpeg", "1", "1", "iso-2022-jp/7bit"),
    "shuriken-html-related-stationery": (
        "related alternative plain html gif",
        "1.1 1.2",
        "1.1 1.2",
        "iso-2022-jp/7bit iso-2022-jp/7bit",
    ),
    "shuriken-plain-iso-2022-jp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "sylpheed-plain-iso-2022-jp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "thunderbird-alternative-8bit": ("alternative plain html", "1 2", "1 2", "utf-8/8bit utf-8/8bit"),
    "thunderbird-html-alone-euc-jp": ("html", "1", "1", "euc-jp/8bit"),
    "thunderbird-mixed-rfc2231-name": ("mixed plain pdf", "1", "1", "utf-8/8bit"),
    "thunderbird-plain-flowed-iso-2022-jp": ("plain", "1", "1", "iso-2022-jp/7bit"),
    "thunderbird-plain-flowed-utf-8": ("plain", "1", "1", "utf-8/8bit"),
    "thunderbird-related-in-alternative": (
        "alternative plain related html png",
        "1 2.1",
        "1 2.1",
        "utf-8/8bit utf-8/8bit",
    ),
    "web-form-html-without-body-tag": ("html", "1", "1", "utf-8/8bit"),
    "windows-live-mail-iso-2022-jp": (
        "alternative plain html",
        "1 2",
        "1 2",
        "iso-2022-jp/7bit iso-2022-jp/quoted-printable",
    ),
    "x-sjis-8bit-plain": ("plain", "1", "1", "x-sjis/8bit"),
}
"""By name: the parts' types, the sections that take a text at the top and at the bottom, and how the latter are written."""

MOVED = {
    "apple-mail-picture-and-blank-text": "utf-8/base64",
    "apple-mail-plain-us-ascii": "utf-8/base64",
    "exchange-plain-us-ascii": "utf-8/quoted-printable",
    "exchange-plain-windows-1252-quoted-printable": "utf-8/quoted-printable",
    "gmail-attachment-without-text": "utf-8/base64 utf-8/base64",
    "iphone-photo-only": "utf-8/base64",
    "mailing-list-footer-as-part": "utf-8/quoted-printable",
}
"""How those are written that cannot hold the Japanese text, after they have taken it."""


def message(name: str) -> bytes:
    return (TEXTS / f"{name}.eml").read_bytes()


def structure(tree: Tree) -> str:
    subtypes = [part.content.sub for part in tree.walk()]
    return " ".join(PART_NAMES.get(subtype, subtype) for subtype in subtypes)


def sections(tree: Tree, place: str) -> str:
    return " ".join(leaf.part.path for leaf in text_places(tree, "top" if place == "top" else "bottom"))


def writing(tree: Tree, paths: str) -> str:
    parts = [part for part in tree.walk() if part.path in paths.split()]
    return " ".join(f"{token(part.content.parameters, 'charset') or 'none'}/{part.encoding}" for part in parts)


def test_every_message_has_its_line() -> None:
    assert {path.stem for path in TEXTS.glob("*.eml")} == set(CORPUS)


@pytest.mark.parametrize("name", CORPUS)
def test_what_the_message_is(name: str) -> None:
    tree = parse(message(name))
    top, bottom = sections(tree, "top"), sections(tree, "bottom")
    assert (structure(tree), top, bottom, writing(tree, bottom)) == CORPUS[name]


@pytest.mark.parametrize("name", CORPUS)
def test_japanese_text_is_written_as_the_part_is(name: str) -> None:
    made = inserted(message(name), KANJI)
    bottom = CORPUS[name][2]
    if bottom:
        assert writing(parse(made), bottom) == MOVED.get(name, CORPUS[name][3])
    texts = [leaf for leaf in read_leaves(made) if KANJI.text in shown(leaf.kind, leaf.charset, leaf.content)]
    assert len(texts) == len(bottom.split()) or (not bottom and len(texts) == 1)


@pytest.mark.parametrize("name", [name for name in CORPUS if "none/" not in CORPUS[name][3]])
def test_another_mail_program_shows_it(name: str) -> None:
    found = second_parse(inserted(message(name), KANJI))
    assert KANJI.text in found.text or KANJI.text in found.html
    if found.html and CORPUS[name][2]:
        assert visible(found.html).count(KANJI.text) >= 1


def shown(kind: str, charset: str, content: bytes) -> str:
    if kind not in PLAIN | HTML:
        return ""
    codec = {"": "iso2022_jp", "x-sjis": "cp932"}.get(charset, charset)
    text = content.decode(codec)
    return text if kind == "text/plain" else visible(text)
