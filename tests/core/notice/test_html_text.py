"""HTML as words: nothing runs, nothing hides behind markup, and no markup takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.notice.html_text import html_to_text


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        pytest.param("<p>Hello&nbsp;<b>world</b></p>", "Hello world", id="inline"),
        pytest.param("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree", id="paragraphs and breaks"),
        pytest.param("a\r\n   b\t c", "a b c", id="white space"),
        pytest.param("<pre>a\n  b\n</pre>c", "a\n  b\n\nc", id="preformatted"),
        pytest.param("<ul><li>one<li>two</ul>", "・one\n・two", id="a list"),
        pytest.param("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc", id="a table"),
        pytest.param("x<hr>y", "x\n────────────\ny", id="a rule"),
        pytest.param("<head><title>t</title><style>p{color:red}</style></head>x", "x", id="style and title"),
        pytest.param("a<script>if (1 < 2) alert('</p>')</script >b", "ab", id="a script"),
        pytest.param("a<SCRIPT>x", "a", id="a script without an end"),
        pytest.param("a<!-- hidden > --><!--x-->b", "ab", id="comments"),
        pytest.param("a<!-- never ends", "a", id="a comment without an end"),
        pytest.param("<!DOCTYPE html><?xml version='1'?>a", "a", id="declarations"),
        pytest.param("a < b and 3<4", "a < b and 3<4", id="brackets that are no tags"),
        pytest.param("<a title=\"x > y\" href='<b>'>link</a>", "link", id="brackets in attributes"),
        pytest.param('a<img src="x onerror=alert(1)>b', "ab", id="a quote that never closes"),
        pytest.param("&lt;script&gt;&amp;amp;&#x3042;&unknown;", "<script>&amp;あ&unknown;", id="references"),
        pytest.param("見積<wbr>書<o:p></o:p>", "見積書", id="unknown tags"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_words_of_markup(markup: str, words: str) -> None:
    assert html_to_text(markup) == words


@given(st.text(st.sampled_from("<>/!-?\"'= abp&;\n") | st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_markup_gives_text(markup: str) -> None:
    assert isinstance(html_to_text(markup), str)


@pytest.mark.parametrize(
    "piece", ["<", '<a "', "<a '\"", "<!--", "<script>", "</style", "<a x=", "&", "<pre>\n", "<td>", "&#"]
)
def test_time_grows_with_length_only(piece: str) -> None:
    """Twenty times the input takes at most about twenty times as long: a quadratic search would take four hundred."""

    def seconds(length: int) -> float:
        markup = piece * (length // len(piece))
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            html_to_text(markup)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(100_000) < 120 * max(seconds(5_000), 0.0005)
