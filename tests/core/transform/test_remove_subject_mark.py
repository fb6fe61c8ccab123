"""A9: the mark is gone from the subject in whatever form it was written, and the rest reads as before."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.message.decode import clean
from shared.core.message.parse import parse
from shared.core.transform.bad_argument import BadArgument
from shared.core.transform.remove_subject_mark import RemoveSubjectMark, without_mark
from tests.support.corpus import corpus
from tests.support.messages import crlf, facts, own
from tests.support.transforms import edit_of, from_separator_on, second_reading, text_by_email, transformed

MARK = "[[send]]"
SEND = RemoveSubjectMark(MARK)


def word(text: str, charset: str = "utf-8", encoding: str = "B") -> bytes:
    raw = text.encode(charset)
    if encoding == "B":
        shown = b64encode(raw)
    else:
        shown = b"".join(b"=%02X" % byte if byte > 127 or not chr(byte).isalnum() else bytes([byte]) for byte in raw)
    return b"=?%s?%s?%s?=" % (charset.encode(), encoding.encode(), shown)


KEPT_AS_WRITTEN: dict[str, tuple[bytes, bytes]] = {
    "plain, in front": (b" [[send]] Offer", b" Offer"),
    "plain, behind": (b" Offer [[send]]", b" Offer"),
    "plain, between": (b" Our [[send]] offer", b" Our offer"),
    "plain, stuck to a word": (b" Our[[send]]offer", b" Ouroffer"),
    "behind a prefix": (b" Re: [[send]] Offer", b" Re: Offer"),
    "behind a prefix, alone": (b" Re: [[send]]", b" Re:"),
    "alone": (b" [[send]]", b""),
    "alone in an encoded word": (b" " + word("[[send]]"), b""),
    "twice": (b" [[send]] Our [[send]] offer[[send]]", b" Our offer"),
    "nested": (b" [[se[[send]]nd]] Offer", b" Offer"),
    "no space behind the colon": (b"[[send]]Offer", b"Offer"),
    "before encoded words": (b" [[send]] " + word("見積書"), b" " + word("見積書")),
    "behind encoded words": (b" " + word("見積書") + b" [[send]]", b" " + word("見積書")),
    "between a prefix and encoded words, folded": (
        b" Re: [[send]]\r\n " + word("見積", "iso-2022-jp") + b"\r\n " + word("の件", "iso-2022-jp"),
        b" Re: " + word("見積", "iso-2022-jp") + b"\r\n " + word("の件", "iso-2022-jp"),
    ),
    "before raw utf-8": (" [[send]] 生の件名".encode(), " 生の件名".encode()),
    "before raw shift_jis": (b" [[send]] " + "表予能の件".encode("cp932"), b" " + "表予能の件".encode("cp932")),
    "before raw iso-2022-jp": (b" [[send]] " + "予定の件".encode("iso2022_jp"), b" " + "予定の件".encode("iso2022_jp")),
    "full width in raw shift_jis": ("［［送信］］ 表".encode("cp932"), "表".encode("cp932")),
    "in a Q word, at its end": (b" =?utf-8?Q?=E8=A6=8B_[[send]]?=", b" =?utf-8?Q?=E8=A6=8B_?="),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), KEPT_AS_WRITTEN.values(), ids=KEPT_AS_WRITTEN.keys())
def test_cut_out_of_the_bytes(body: bytes, expected: bytes) -> None:
    mark = RemoveSubjectMark("［［送信］］") if "送信".encode("cp932") in body else SEND
    data = b"From: a@b.example\r\nSubject:%s\r\nTo: c@d.example\r\n\r\nbody [[send]]\r\n"
    assert transformed(data % body, mark) == data % expected


ENCODED_ANEW: dict[str, tuple[bytes, str]] = {
    "inside one word": (b" " + word("見積[[send]]書"), "見積書"),
    "inside one word, with spaces": (b" " + word("見積 [[send]] 書"), "見積 書"),
    "inside a Q word": (b" " + word("[[send]] 見積書", encoding="Q"), "見積書"),
    "inside iso-2022-jp": (b" " + word("[[send]] 見積書", "iso-2022-jp"), "見積書"),
    "inside shift_jis": (b" " + word("[[send]]表予能", "shift_jis"), "表予能"),
    "split over two words": (b" " + word("見積 [[se") + b"\r\n " + word("nd]] 書の件"), "見積 書の件"),
    "split over words of two encodings": (b" " + word("見積 [[se") + b" " + word("nd]] 書の件", encoding="Q"), "見積 書の件"),
    "split over words of two charsets": (b" " + word("見積 [[se", "iso-2022-jp") + b" " + word("nd]] 書"), "見積 書"),
    "a word of its own between others": (b" " + word("見積") + b" " + word("[[send]]") + b" " + word("書"), "見積書"),
    "raw between two encoded words": (b" " + word("見積") + b" [[send]] " + word("書"), "見積 書"),
    "words cut inside a character": (
        b" =?utf-8?B?" + b64encode("[[send]] 見".encode()[:-1]) + b"?= =?utf-8?B?" + b64encode("見".encode()[-1:]) + b"?=",
        "見",
    ),
    "word without its end": (b" =?utf-8?B?" + b64encode("[[send]] 見積".encode()), "見積"),
    "long": (b" " + b"\r\n ".join(word("見積書送付の件" * 2) for _ in range(6)) + b" " + word("[[send]]"), "見積書送付の件" * 12),
    "behind a prefix that stays": (b" Re: " + word("[[send]]見積書"), "Re: 見積書"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), ENCODED_ANEW.values(), ids=ENCODED_ANEW.keys())
def test_encoded_anew(body: bytes, expected: str) -> None:
    data = b"From: a@b.example\r\nSubject:" + body + b"\r\nTo: c@d.example\r\n\r\nbody\r\n"
    made = transformed(data, SEND)
    assert facts(made).subject == expected
    assert text_by_email(made, "Subject") == expected
    parsed = second_reading(made)
    assert parsed is not None
    assert parsed.subject == expected
    assert made.startswith(b"From: a@b.example\r\nSubject:")
    assert made.endswith(b"\r\nTo: c@d.example\r\n\r\nbody\r\n")
    assert all(len(line) <= 76 for line in made.split(b"\r\n"))
    assert transformed(made, SEND) == made


SPELLINGS = ["[[send]]", "［［send］］", "【即時送信】", "[[NoZip]]", "!!", "#send now#", "[[送信]]"]


@pytest.mark.parametrize("mark", SPELLINGS)
@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "shift_jis"])
@pytest.mark.parametrize("encoding", ["B", "Q"])
def test_spelling_that_the_decision_names(mark: str, charset: str, encoding: str) -> None:
    data = b"Subject: " + word(f"{mark}　お見積り", charset, encoding) + b"\r\n\r\nbody\r\n"
    assert mark in (facts(data).subject or "")
    assert facts(transformed(data, RemoveSubjectMark(mark))).subject == "お見積り"


def test_other_spellings_stay() -> None:
    data = crlf("Subject: [[SEND]] ［［send］］ [[se\n nd]] offer\n\nbody\n")
    assert edit_of(data, SEND).splices == ()


def test_every_subject_and_the_copy_that_exchange_keeps_of_it() -> None:
    data = crlf(
        "Subject: [[send]] one\nThread-Topic: [[send]] two\nSubject: three [[send]]\nX-Subject: [[send]]\n\nbody\n"
    )
    assert transformed(data, SEND) == crlf(
        "Subject: one\nThread-Topic: two\nSubject: three\nX-Subject: [[send]]\n\nbody\n"
    )
    assert edit_of(data, SEND).notes == (("mark-removed", MARK),)


def test_line_ends_are_those_of_the_message() -> None:
    data = b"Subject: " + word("[[send]]" + "見積書送付の件" * 5) + b"\nTo: c@d.example\n\nbody\n"
    made = transformed(data, SEND)
    assert b"\r" not in made
    assert b"?=\n =?" in made
    assert facts(made).subject == "見積書送付の件" * 5


def test_signed_mail_keeps_its_signed_part() -> None:
    for name in ("smime-signed", "pgp-mime-encrypted", "smime-opaque-signed-without-type"):
        data = own(name).replace(b"Subject: ", b"Subject: [[send]] ", 1)
        assert transformed(data, SEND) == own(name)


@pytest.mark.parametrize("mark", ["", " ", " [[send]]", "[[send]]\t"])
def test_what_is_no_mark_is_refused(mark: str) -> None:
    with pytest.raises(BadArgument):
        edit_of(own("smime-signed"), RemoveSubjectMark(mark))


def test_every_subject_loses_a_mark_put_into_it() -> None:
    """The mark stands in front of every subject as its sender might have typed it, raw and as an encoded word."""
    compared = {"email": 0, "second": 0}
    for path in corpus():
        data = path.read_bytes()
        if not facts(data).subject or b"\n" not in data:
            continue
        for put in (b"[[send]] ", word("[[send]]", "iso-2022-jp") + b" "):
            field = re.compile(rb"^Subject *: *", re.MULTILINE | re.IGNORECASE)
            marked = field.sub(rb"\g<0>" + put, data, count=1)
            before, after = facts(data), facts(transformed(marked, SEND))
            assert MARK in (facts(marked).subject or ""), path.name
            expected = without_mark(facts(marked).subject or "", MARK)
            assert after.subject == expected, path.name
            assert after.headers[0][0] == before.headers[0][0]
            made = transformed(marked, SEND)
            read = text_by_email(data, "Subject")
            if read == before.subject and expected == before.subject:
                compared["email"] += 1
                assert text_by_email(made, "Subject") == expected, path.name
            second, second_made = second_reading(data), second_reading(made)
            if second is not None and second.subject == before.subject and expected == before.subject:
                compared["second"] += 1
                assert second_made is not None
                assert second_made.subject == expected, path.name
            assert from_separator_on(parse(made)) == from_separator_on(parse(data)), path.name
    assert min(compared.values()) > 100


WITHOUT = {
    "none": ("a b", "a b"),
    "one space on each side": ("a <m> b", "a b"),
    "many spaces": ("a  <m>   b", "a  b"),
    "ideographic space": ("a　<m>　b", "a　b"),
    "space on one side": ("a<m> b", "a b"),
    "run of marks": ("<m><m> <m>a", "a"),
    "built by removal": ("<<m>m>", ""),
    "built by removal across spaces": ("a << m>m> b", "a << m>m> b"),
    "only part of it": ("<m a", "<m a"),
}


@pytest.mark.parametrize(("text", "expected"), WITHOUT.values(), ids=WITHOUT.keys())
def test_without_mark(text: str, expected: str) -> None:
    assert without_mark(text, "<m>") == expected


@given(st.text(alphabet=st.sampled_from("<m> 　あb"), max_size=60), st.sampled_from(["<m>", "m", "<m> b", "あ"]))
def test_no_mark_is_left_and_nothing_but_marks_and_spaces_is_lost(text: str, mark: str) -> None:
    left = without_mark(text, mark)
    assert mark not in left
    assert without_mark(left, mark) == left
    lost = len(_solid(text)) - len(_solid(left))
    assert lost % len(_solid(mark)) == 0
    assert _solid(left) == _solid(text) or mark in text


def _solid(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(
    st.text(max_size=40),
    st.text(max_size=40),
    st.sampled_from(SPELLINGS),
    st.sampled_from(["utf-8", "iso-2022-jp", "raw"]),
    st.sampled_from("BQ"),
)
def test_any_subject(before: str, behind: str, mark: str, charset: str, encoding: str) -> None:
    text = clean(before) + mark + clean(behind)
    if charset == "raw":
        body = text.encode()
    else:
        try:
            body = word(text, charset, encoding)
        except UnicodeEncodeError:
            return
    data = b"Subject: " + body + b"\r\n\r\nbody\r\n"
    subject = facts(data).subject or ""
    made = transformed(data, RemoveSubjectMark(mark))
    assert facts(made).subject == without_mark(subject, mark)
    assert transformed(made, RemoveSubjectMark(mark)) == made
