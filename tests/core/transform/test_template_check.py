"""The work that a template can cost is known before it runs."""

from __future__ import annotations

import jinja2
import pytest

from shared.core.transform.template_check import DEEPEST, problems_of, work


def parsed(source: str) -> jinja2.nodes.Template:
    return jinja2.Environment(autoescape=True).parse(source)


def test_work_grows_with_attachments_in_loops_alone() -> None:
    assert work(parsed("{{ subject }}"), 1) == work(parsed("{{ subject }}"), 1000)
    once = work(parsed("{% for f in attachments %}{{ f }}{% endfor %}"), 1)
    assert 900 * once < work(parsed("{% for f in attachments %}{{ f }}{% endfor %}"), 1500) < 1500 * once
    twice = parsed("{% for f in attachments %}{% for g in attachments %}{{ g }}{% endfor %}{% endfor %}")
    assert work(twice, 1000) > 1000 * 1000


@pytest.mark.parametrize(("levels", "fits"), [(3, True), (DEEPEST, False)])
def test_depth(levels: int, fits: bool) -> None:
    found = problems_of(parsed("\n{% if 1 %}" * levels + "{% endif %}" * levels))
    assert ([problem.code for problem in found] == []) is fits
    if not fits:
        assert found[0].code == "too-deep"
        assert found[0].line > 20


def test_names_of_a_loop_end_with_it() -> None:
    found = problems_of(parsed("{% for f in attachments %}{{ f }}{% endfor %}{{ f }}"))
    assert [(problem.code, problem.detail) for problem in found] == [("unknown-variable", "f")]
    assert problems_of(parsed("{% for f in attachments %}{% else %}{{ f }}{% endfor %}"))[0].detail == "f"


def test_loop_fields_are_for_loops() -> None:
    assert problems_of(parsed("{{ loop.index }}"))[0].code == "unknown-field"
    assert problems_of(parsed("{% for f in attachments %}{{ loop.depth }}{% endfor %}"))[0].detail == "depth"
    assert problems_of(parsed("{% for f in attachments %}{{ loop.index }}{% endfor %}")) == ()
