"""Where text goes into HTML: what browsers take for the body's beginning and end, however the markup is broken."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.transform.text_html import (
    Frames,
    html_of_text,
    is_fragment,
    meta_charset,
    name_charset,
    place_at_bottom,
    place_at_top,
)
from tests.support.text_reading import visible


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param("<html><head></head><body>^x$</body></html>", id="whole"),
        pytest.param('<BODY BGCOLOR="a>b">^x$</BODY\n></HTML>\n', id="upper-case-and-quoted-bracket"),
        pytest.param("<body class='>'\n\tid=a>^<p>x</p>\n$</body>\n</html>\n \n", id="white-space-behind"),
        pytest.param("^x$", id="no-markup"),
        pytest.param("^$", id="empty"),
        pytest.param("^<p>x</p>$", id="fragment"),
        pytest.param("\ufeff<body>^x$</body>", id="byte-order-mark"),
        pytest.param("<!DOCTYPE html>^x$", id="doctype-alone"),
        pytest.param("<html><head><title>t</title><meta charset=x></head>^\n<p>x$</html>", id="no-body-tag"),
        pytest.param("<style>p{}</style>^<p>x</p>$", id="style-then-fragment"),
        pytest.param("<head><meta><base>^<div>x</div>$", id="head-that-never-ends"),
        pytest.param("<title></body></title><body>^x$</body>", id="end-tag-in-title"),
        pytest.param("<body>^<!-- </body> -->x$</body>", id="end-tag-in-comment"),
        pytest.param("<!-- <body> --><body>^x$</body>", id="body-tag-in-comment"),
        pytest.param('<script>document.write("<body>")</script><body>^x$</body>', id="body-tag-in-script"),
        pytest.param('<body>^x<script>"</body>"</script>$</body>', id="end-tag-in-script"),
        pytest.param("<body>^x<style>/* </body> */</style>$</body>", id="end-tag-in-style"),
        pytest.param("<body>^<textarea></body></textarea>$</body>", id="end-tag-in-textarea"),
        pytest.param('<body>^<a title="</body>">x</a>$</body>', id="end-tag-in-attribute"),
        pytest.param("<body>^<pre>&lt;/body&gt;</pre>$</body>", id="end-tag-written-in-pre"),
        pytest.param("<body>^<!--[if mso]><table></body><![endif]-->x$</body>", id="conditional-comment"),
        pytest.param("<body>^<![if !mso]>x<![endif]>$</body>", id="revealed-conditional-comment"),
        pytest.param("<body>^<!---->x<!-->y<!--->z$</body>", id="short-comments"),
        pytest.param("<body>^x<!-- a --!>y$</body>", id="comment-with-odd-end"),
        pytest.param("<body>^x<? php </body ?>y$</body>", id="processing-instruction"),
        pytest.param("<body>^a < b and 3 <4$</body>", id="lone-brackets"),
        pytest.param("<body>^</>x</ y>$</body>", id="odd-end-tags"),
        pytest.param("<body>^a$</body></html>\n<!-- gateway -->\n", id="comment-behind"),
        pytest.param("<body>^a</body></html>\n<p>footer of a gateway</p>$", id="text-behind-the-document"),
        pytest.param("<body>^a</body></html><html><body>b$</body></html>", id="two-documents"),
        pytest.param("^banner<html><body>b$</body></html>", id="banner-before-the-document"),
        pytest.param("<body>^a</body> b $</body>", id="two-end-tags"),
        pytest.param("<body>^a$<!-- never ends </body>", id="comment-that-never-ends"),
        pytest.param('<body>^a$<a href="never ends </body>', id="attribute-that-never-ends"),
        pytest.param("<body>^a$<style>never ends </body>", id="style-that-never-ends"),
        pytest.param("<body>^a$<plaintext>never ends </body>", id="plaintext"),
        pytest.param("<body>^a$<b", id="tag-that-never-ends"),
        pytest.param("^<bodyguard>x$", id="other-name-that-begins-alike"),
        pytest.param(
            '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><!--[if !mso]><style>v\\:* {}</style><![endif]-->'
            '<style><!-- p.MsoNormal {} --></style><!--[if gte mso 9]><xml></xml><![endif]--></head>\n'
            '<body lang="JA" link="blue">^\n<div class="WordSection1"><p class="MsoNormal">x<o:p></o:p></p></div>\n$</body></html>',
            id="outlook",
        ),
    ],
)  # fmt: skip
def test_places(marked: str) -> None:
    """``^`` and ``$`` mark where the text goes at top and bottom."""
    data = marked.replace("^", "").replace("$", "").encode()
    top = place_at_top(data, 0, len(data))
    bottom = place_at_bottom(data, 0, len(data))
    assert (data[:top].decode(), data[:bottom].decode()) == (
        marked.partition("^")[0].replace("$", ""),
        marked.partition("$")[0].replace("^", ""),
    )


def test_offsets_count_within_the_buffer_and_never_leave_the_part() -> None:
    data = b"</body><body>##<body>x</body>##</body>"
    assert place_at_top(data, 15, 29) == 21
    assert place_at_bottom(data, 15, 29) == 22
    assert place_at_bottom(memoryview(data), 15, 29) == 22


def test_frames_have_no_body() -> None:
    data = b"<html><head></head><frameset><frame></frameset></html>"
    for place in (place_at_top, place_at_bottom):
        with pytest.raises(Frames):
            place(data, 0, len(data))


MARKUP = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "x",
            " ",
            '"',
            "'",
            "=",
            "/",
            "<!--",
            "-->",
            "<body>",
            "</body>",
            "</html>",
            "<p a='",
            "<script>",
            "</script>",
            "<style",
            "<!",
            "<?",
            "<head>",
            "</head>",
            "<title>",
            "</title>",
        ]
    ),
    max_size=40,
).map("".join)


@given(MARKUP)
def test_any_markup_has_a_place_for_both(markup: str) -> None:
    data = markup.encode()
    try:
        top, bottom = place_at_top(data, 0, len(data)), place_at_bottom(data, 0, len(data))
    except Frames:
        return
    assert 0 <= top <= len(data)
    assert 0 <= bottom <= len(data)


@given(MARKUP)
def test_what_is_put_at_the_bottom_stays_the_bottom(markup: str) -> None:
    data = markup.encode()
    try:
        place = place_at_bottom(data, 0, len(data))
    except Frames:
        return
    core = b"\n<i>Z</i>\n"
    made = data[:place] + core + data[place:]
    assert place_at_bottom(made, 0, len(made)) == place + len(core)  # nothing before it swallows it


@pytest.mark.parametrize(
    "unit",
    [b"<p class='x'>hello</p>\r\n", b"<", b"<!-- ", b'<a b="', b"<script>", b"</body>", b"<a =", b"<!-- a -->x", b"</", b"<!", b"<style></style>"],
)  # fmt: skip
def test_time_grows_with_length_and_not_faster(unit: bytes) -> None:
    def seconds(times: int) -> float:
        data = unit * times
        start = time.process_time()
        place_at_bottom(data, 0, len(data))
        place_at_top(data, 0, len(data))
        return time.process_time() - start

    seconds(100)
    small = min(seconds(20_000) for _ in range(3))
    large = min(seconds(160_000) for _ in range(3))
    assert large < 24 * max(small, 0.002)  # eight times the length; squared it would be 64


@pytest.mark.parametrize("fragment", ["<p>x</p>", "x", "", "<div><!-- c --></div>", "<table><tr><td>", "a < b"])
def test_fragments(fragment: str) -> None:
    assert is_fragment(fragment)


@pytest.mark.parametrize(
    "document", ["<html>", "x</body>", "<head></head>", "<!-- ", "<a href='", "<script>", "<frameset>", "<plaintext>"]
)
def test_what_is_no_fragment(document: str) -> None:
    assert not is_fragment(document)


def test_plain_text_as_markup_keeps_lines_and_spaces() -> None:
    shown = "<div>a &lt;b&gt; &amp; c<br>\n&nbsp; d&nbsp;&nbsp;&nbsp; e</div>"
    assert html_of_text("a <b> & c\n  d\te") == shown
    assert visible(html_of_text("一 <二>\n三")) == "一 <二> 三"


@pytest.mark.parametrize(
    ("markup", "charset"),
    [
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-2022-jp">', "iso-2022-jp"),
        ("<META CHARSET='Shift_JIS'>", "Shift_JIS"),
        ("<metal charset=x>", ""),
        ("<p>charset=x</p>", ""),
    ],
)
def test_the_documents_own_word_about_its_charset(markup: str, charset: str) -> None:
    assert meta_charset(markup.encode()) == charset
    named = name_charset(markup.encode(), b"utf-8")
    assert named == (markup.replace(charset, "utf-8") if charset else markup).encode()
