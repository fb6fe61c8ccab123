"""Templates of inserted texts: what they give, and how little a hostile one can do."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from shared.core.transform.render_template import (
    LONGEST_OUTPUT,
    InvalidTemplate,
    check_template,
    render_template,
)
from shared.core.transform.template_check import LONGEST_SOURCE
from shared.core.transform.template_variables import MOST_FILES, SAMPLE, TemplateFile, TemplateVariables


def text(source: str, variables: TemplateVariables = SAMPLE) -> str:
    return render_template(source, variables, html=False)


def markup(source: str, variables: TemplateVariables = SAMPLE) -> str:
    return render_template(source, variables, html=True)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        pytest.param("{{ sender_name }} <{{ sender_address }}>", "山田 太郎 <yamada@example.co.jp>", id="values"),
        pytest.param("{{ date }} {{ time }} ({{ weekday }})", "2024年3月13日 09:30 (水)", id="date"),
        pytest.param("{{ year }}/{{ month }}/{{ day }}", "2024/3/13", id="parts-of-the-date"),
        pytest.param("{{ attachments|join(' / ') }}", "見積書.xlsx / 図面.pdf", id="join"),
        pytest.param("{{ attachments|length }}", "2", id="length"),
        pytest.param("{{ attachments[0].name }} {{ attachments[1].size }}", "見積書.xlsx 1310720", id="one-attachment"),
        pytest.param("{{ attachments[5].name }}.", ".", id="attachment-that-is-not-there"),
        pytest.param("{% for f in attachments %}\n{{ loop.index }}. {{ f }} ({{ f.size|filesize }})\n{% endfor %}\n", "1. 見積書.xlsx (24 KB)\n2. 図面.pdf (1.2 MB)\n", id="loop"),
        pytest.param("{% for f in attachments[:1] %}{{ f }}{{ '' if loop.last else ', ' }}{% endfor %}", "見積書.xlsx", id="slice"),
        pytest.param("{% for f in attachments if f.size > 99999 %}{{ f }}{% else %}none{% endfor %}", "図面.pdf", id="filtered-loop"),
        pytest.param("{% if external_count > 1 %}many{% elif external_count %}one{% else %}none{% endif %}", "many", id="if"),
        pytest.param("{{ recipient_count - external_count + 1 }}", "2", id="plus-and-minus"),
        pytest.param("{{ policy_name|upper ~ '!' }}", "添付ファイル暗号化!", id="joined-with-tilde"),
        pytest.param("{{ subject|truncate(3) }} {{ subject|truncate }}", "お見積… お見積書の件", id="truncate"),
        pytest.param("{{ ''|default('(無題)') }}", "(無題)", id="default"),
        pytest.param("{{ '見積' in subject }} {{ language == 'ja' and not file_name }}", "True False", id="comparisons"),
        pytest.param("{{ 1 is odd }} {{ 2 is even }}", "True True", id="tests"),
        pytest.param("{# note #}{% raw %}{{ x }}{% endraw %}", "{{ x }}", id="comment-and-raw"),
        pytest.param("a\n\n", "a\n\n", id="line-ends-at-the-end"),
        pytest.param("<b>&", "<b>&", id="text-is-not-escaped"),
    ],
)  # fmt: skip
def test_what_templates_give(source: str, result: str) -> None:
    assert text(source) == result
    assert check_template(source, html=False) == ()


def test_values_in_html_are_escaped_and_markup_is_not() -> None:
    hostile = replace(SAMPLE, subject='<script>"&', attachments=(TemplateFile("a<b.txt"), TemplateFile("c&d.txt")))
    assert markup("<p>{{ subject }}</p>", hostile) == "<p>&lt;script&gt;&#34;&amp;</p>"
    assert markup("{{ attachments|join(' & ') }}", hostile) == "a&lt;b.txt &amp; c&amp;d.txt"
    assert markup("{% for f in attachments %}{{ f }};{% endfor %}", hostile) == "a&lt;b.txt;c&amp;d.txt;"
    assert markup("{{ subject|upper }}{{ subject|truncate(8) }}", hostile) == (
        "&lt;SCRIPT&gt;&#34;&amp;&lt;script&gt;…"
    )
    assert text("{{ subject }}", hostile) == '<script>"&'


def test_a_value_is_never_taken_for_a_template() -> None:
    assert text("{{ subject }}", replace(SAMPLE, subject="{{ sender_name }}{% for %}")) == "{{ sender_name }}{% for %}"


HOSTILE = [
    pytest.param("{{ ''.__class__ }}", "unknown-field", id="class"),
    pytest.param("{{ subject.__class__.__mro__[1].__subclasses__() }}", "not-allowed", id="subclasses"),
    pytest.param("{{ subject['__class__'] }}", "not-allowed", id="class-by-item"),
    pytest.param("{{ attachments[0]|attr('__class__') }}", "unknown-filter", id="class-by-filter"),
    pytest.param("{{ subject.format }}", "unknown-field", id="method"),
    pytest.param("{{ self.__init__.__globals__ }}", "unknown-field", id="globals"),
    pytest.param("{{ self }}", "unknown-variable", id="self"),
    pytest.param("{{ lipsum() }}{{ cycler.__init__ }}", "not-allowed", id="jinjas-globals"),
    pytest.param("{% for x in range(10**9) %}{% endfor %}", "loop", id="endless-loop"),
    pytest.param("{% for c in subject %}{% endfor %}", "loop", id="loop-over-letters"),
    pytest.param("{% for c in 'x' * 1000000000 %}{% endfor %}", "loop", id="loop-over-a-product"),
    pytest.param("{% for a in attachments %}{% for b in attachments %}{{ b }}{% endfor %}{% endfor %}", "too-much-work", id="loop-in-a-loop"),
    pytest.param("{% for a in attachments recursive %}{{ loop(attachments) }}{% endfor %}", "loop", id="recursive-loop"),
    pytest.param("{% for f in attachments %}" + "{{ f }}" * 2000 + "{% endfor %}", "too-much-work", id="long-loop"),
    pytest.param("{% for subject in attachments %}{% endfor %}", "loop", id="loop-that-hides-a-variable"),
    pytest.param("{{ 'a' * 10**9 }}", "not-allowed", id="product"),
    pytest.param("{{ 9 ** 9 ** 9 }}", "not-allowed", id="power"),
    pytest.param("{{ '%1000000000d' % 1 }}", "not-allowed", id="format"),
    pytest.param("{{ subject|replace('', subject)|replace('', subject) }}", "unknown-filter", id="exponential-replace"),
    pytest.param("{{ subject|center(1000000000) }}", "unknown-filter", id="center"),
    pytest.param("{{ subject|join('x')|join('x')|join('x') }}", "fails", id="exponential-join"),
    pytest.param("{% set a = 'x' %}{% set a = a ~ a %}", "not-allowed", id="doubling"),
    pytest.param("{% set a %}{{ subject }}{% endset %}", "not-allowed", id="set-block"),
    pytest.param("{% with a = subject %}{{ a }}{% endwith %}", "not-allowed", id="with"),
    pytest.param("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}", "not-allowed", id="macro"),
    pytest.param("{% call f() %}{% endcall %}", "not-allowed", id="call"),
    pytest.param("{% include '/etc/passwd' %}", "not-allowed", id="include"),
    pytest.param("{% import 'x' as x %}", "not-allowed", id="import"),
    pytest.param("{% from 'x' import y %}", "not-allowed", id="from-import"),
    pytest.param("{% extends 'x' %}", "not-allowed", id="extends"),
    pytest.param("{% block a %}{% endblock %}", "not-allowed", id="block"),
    pytest.param("{% filter upper %}x{% endfilter %}", "not-allowed", id="filter-block"),
    pytest.param("{% autoescape false %}{{ subject }}{% endautoescape %}", "not-allowed", id="autoescape-off"),
    pytest.param("{{ subject|safe }}", "unknown-filter", id="safe"),
    pytest.param("{{ subject|upper(*attachments) }}", "not-allowed", id="spread-arguments"),
    pytest.param("{{ [1, 2, 3] }}", "not-allowed", id="list"),
    pytest.param("{{ {'a': 1} }}", "not-allowed", id="dict"),
    pytest.param("{{ subject is mapping }}", "unknown-test", id="test"),
    pytest.param("{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}", "too-deep", id="brackets"),
    pytest.param("{{ " + "not " * 9000 + "1 }}", "too-deep", id="nots"),
    pytest.param("{{ " + "-" * 40000 + "1 }}", "too-deep", id="minuses"),
    pytest.param("{{ " + " and ".join(["subject"] * 3000) + " }}", "too-deep", id="ands"),
    pytest.param("{% if 1 %}" * 2000 + "{% endif %}" * 2000, "too-deep", id="ifs"),
    pytest.param("{{ " + "9" * 5000 + " }}", "syntax", id="number-of-thousands-of-digits"),
    pytest.param("{{ '\\x' }}", "syntax", id="broken-escape"),
    pytest.param("x" * (LONGEST_SOURCE + 1), "too-long", id="long-source"),
    pytest.param("{{ subject", "syntax", id="open-expression"),
    pytest.param("{% nosuchtag %}", "syntax", id="unknown-tag"),
    pytest.param("{{ sbject }}", "unknown-variable", id="misspelt"),
    pytest.param("{{ loop }}", "unknown-variable", id="loop-outside"),
    pytest.param("{{ subject > 1 }}", "fails", id="text-compared-with-a-number"),
    pytest.param("{{ attachments[9].size > 3 }}", "fails", id="needs-an-attachment"),
    pytest.param("{{ subject|truncate(1, 2, 3) }}", "fails", id="wrong-arguments"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "code"), HOSTILE)
@pytest.mark.parametrize("html", [False, True], ids=["text", "html"])
def test_what_is_not_allowed_is_refused_at_once(source: str, code: str, html: bool) -> None:
    start = time.process_time()
    found = check_template(source, html=html)
    spent = time.process_time() - start
    assert code in [problem.code for problem in found]
    # The costliest of them takes a quarter of a second; what they ask for would take hours or all memory.
    assert spent < 5
    if code not in ("fails",):
        with pytest.raises(InvalidTemplate) as refusal:
            render_template(source, SAMPLE, html=html)
        assert refusal.value.problems == found


@pytest.mark.parametrize(
    ("source", "line", "code", "detail"),
    [
        ("one\ntwo {{ subject }}\nthree {{ sbject }}", 3, "unknown-variable", "sbject"),
        ("{{ subject }}\n\n{% for f in attachments %}\n{{ f.path }}\n{% endfor %}", 4, "unknown-field", "path"),
        ("\n\n{% set a = 1 %}", 3, "not-allowed", "set"),
        ("\n{{ subject|nosuch }}", 2, "unknown-filter", "nosuch"),
        ("a\n{% if %}\n", 2, "syntax", "Expected an expression, got 'end of statement block'"),
        ("a\n\n\n{{ subject > 1 }}", 4, "fails", "TypeError: '>' not supported between instances of 'str' and 'int'"),
        ("a\n{% autoescape false %}{% endautoescape %}", 2, "not-allowed", "autoescape"),
    ],
)
def test_problems_name_their_line(source: str, line: int, code: str, detail: str) -> None:
    [problem] = check_template(source, html=False)
    assert (problem.line, problem.code, problem.detail) == (line, code, detail)


def test_all_problems_are_told_at_once_in_order() -> None:
    found = check_template("{{ b }}\n{{ a }}\n{{ b }}{{ c|d }}\n{{ b }}", html=False)
    assert [(problem.line, problem.detail) for problem in found] == [(1, "b"), (2, "a"), (3, "d"), (3, "b"), (4, "b")]


@pytest.mark.parametrize("source", ["<body>{{ subject }}</body>", "<p>{{ subject }}<!-- ", "<a href='{{ subject }}>"])
def test_html_that_is_no_part_of_a_body_is_refused(source: str) -> None:
    assert [problem.code for problem in check_template(source, html=True)] == ["not-a-fragment"]
    assert check_template(source, html=False) == ()


def test_output_ends_at_its_bound() -> None:
    many = replace(SAMPLE, attachments=tuple(TemplateFile("x" * 1000) for _ in range(MOST_FILES)))
    with pytest.raises(InvalidTemplate, match="too-long"):
        text("{% for f in attachments %}{{ f }}{% endfor %}", many)
    with pytest.raises(InvalidTemplate, match="join is too long"):
        text("{{ attachments|join(' ') }}", many)
    assert len(text("{% for f in attachments[:90] %}{{ f }}{% endfor %}", many)) == 90_000 < LONGEST_OUTPUT


def test_the_costliest_template_that_is_allowed_is_no_burden() -> None:
    """The most nodes that the check lets pass, ten times as long as a tenth of them: no step costs more than the one before."""

    def seconds(units: int) -> float:
        source = "{% for f in attachments %}" + "{{ f|upper|lower }}" * units + "{% endfor %}"
        empty = replace(SAMPLE, attachments=tuple(TemplateFile("") for _ in range(MOST_FILES)))
        text(source, empty)
        start = time.process_time()
        text(source, empty)
        return time.process_time() - start

    assert check_template("{% for f in attachments %}" + "{{ f|upper|lower }}" * 120 + "{% endfor %}", html=False) == ()
    assert min(seconds(120) for _ in range(2)) < 25 * max(min(seconds(12) for _ in range(2)), 0.005)


def test_jinja_is_loaded_when_the_first_template_is_rendered() -> None:
    program = (
        "import sys, shared.core.transform.render_template as r, shared.core.transform.registry\n"
        "assert 'jinja2' not in sys.modules\n"
        "from shared.core.transform.template_variables import SAMPLE\n"
        "r.render_template('{{ subject }}', SAMPLE, html=False)\n"
        "assert 'jinja2' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("word", ["call", "*", "%"])
def test_the_sandbox_holds_without_the_check(word: str) -> None:
    from jinja2.exceptions import SecurityError

    from shared.core.transform.render_template import _environment

    sources = {"call": "{{ subject.upper() }}", "*": "{{ 'a' * 9 }}", "%": "{{ 'a' % 9 }}"}
    with pytest.raises(SecurityError):
        _environment(False).from_string(sources[word]).render({"subject": "x"})
    assert _environment(False).from_string("{{ subject.__class__ }}").render({"subject": "x"}) == ""


@pytest.mark.parametrize(
    ("source", "result"),
    [(r"a{{ '\ud800' }}b", "a\ufffdb"), (r"{{ '\ud83d\ude00' }}", "😀"), (r"{{ '\ud83d' }}{{ '\ude00' }}", "😀")],
    ids=["a half of a character", "two halves", "two halves apart"],
)
def test_what_templates_give_can_be_written(source: str, result: str) -> None:
    """A template can spell what no charset can write; a mail with that in it could not be sent."""
    assert check_template(source, html=False) == ()
    assert render_template(source, SAMPLE, html=False) == result
