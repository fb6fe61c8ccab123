"""Templates of inserted texts: Jinja2, checked by syntax first, then rendered in a sandbox with bounded output. Stage 4b.

Whoever writes a template is not trusted: a user's own template runs on the same machine as everybody's. What it may
cost is bounded three times: by its length and syntax (``template_check.py``), by a number of steps that follows from
both, and by the length of what it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from shared.core.transform.template_check import (
    FILTERS,
    LONGEST_SOURCE,
    TESTS,
    TemplateProblem,
    problems_of,
)
from shared.core.transform.template_variables import BARE, SAMPLE, TemplateVariables, context
from shared.core.transform.text_html import is_fragment
from shared.errors import PermanentError

if TYPE_CHECKING:
    import jinja2

LONGEST_OUTPUT = 100_000
"""Characters that a template may give."""


class InvalidTemplate(PermanentError):
    """A template that is not rendered. ``problems`` say why, by line."""

    public = "The template cannot be used."

    def __init__(self, problems: tuple[TemplateProblem, ...]) -> None:
        super().__init__("; ".join(f"line {item.line}: {item.code} {item.detail}".rstrip() for item in problems))
        self.problems = problems


def check_template(source: str, *, html: bool) -> tuple[TemplateProblem, ...]:
    """What is wrong with a template, for the settings editor; empty for one that can be used.

    A template that passes is rendered with sample values and with the least that a message may have, so that what fails
    only when it runs is found as well.
    """
    for variables in (SAMPLE, BARE):
        try:
            shown = render_template(source, variables, html=html)
        except InvalidTemplate as error:
            return error.problems
        if html and not is_fragment(shown):
            return (TemplateProblem(1, "not-a-fragment"),)
    return ()


def render_template(source: str, variables: TemplateVariables, *, html: bool) -> str:
    """The template filled in. With ``html`` values are escaped, else they stand as they are.

    Raises ``InvalidTemplate`` for one that is not allowed, that fails, or that gives more than ``LONGEST_OUTPUT`` characters.
    """
    return render_values(source, context(variables), html=html)


def render_values(source: str, values: Mapping[str, Any], *, html: bool) -> str:
    """The same with variables of one's own, which a template may then name and no others.

    Values are plain: text, whole numbers, truth values; ``attachments``, if it is there, is a tuple of ``TemplateFile``
    of at most ``MOST_FILES``. Only that one can be looped over.
    """
    template = _compiled(source, html, frozenset(values))
    pieces: list[str] = []
    room = LONGEST_OUTPUT
    try:
        for piece in template.generate(dict(values)):
            room -= len(piece)
            if room < 0:
                raise InvalidTemplate((TemplateProblem(1, "too-long", str(LONGEST_OUTPUT)),))
            pieces.append(piece)
    except InvalidTemplate:
        raise
    except Exception as error:  # whatever an expression can raise is the template's fault, not the message's
        raise InvalidTemplate(
            (TemplateProblem(_line_of(error), "fails", f"{type(error).__name__}: {error}"),)
        ) from error
    return _text("".join(pieces))


def _text(shown: str) -> str:
    """What can be written as UTF-8: halves of surrogate pairs, which a template can spell, are joined or replaced."""
    try:
        shown.encode()
    except UnicodeEncodeError:
        return shown.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return shown


@lru_cache(maxsize=128)
def _compiled(source: str, html: bool, names: frozenset[str]) -> jinja2.Template:
    if len(source) > LONGEST_SOURCE:
        raise InvalidTemplate((TemplateProblem(1, "too-long", str(LONGEST_SOURCE)),))
    import jinja2

    environment = _environment(html)
    try:
        tree = environment.parse(source)
        found = problems_of(tree, names)
        if found:
            raise InvalidTemplate(found)
        return environment.from_string(tree)
    except jinja2.TemplateSyntaxError as error:
        raise InvalidTemplate((TemplateProblem(error.lineno, "syntax", error.message or ""),)) from error
    except RecursionError:
        raise InvalidTemplate((TemplateProblem(1, "too-deep"),)) from None
    except ValueError as error:  # a number of thousands of digits
        raise InvalidTemplate((TemplateProblem(1, "syntax", str(error)),)) from error


def _line_of(error: BaseException) -> int:
    """The template's line that an error came from, as Jinja2 rewrites it into the traceback; 1 where it cannot be told."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@cache
def _environment(html: bool) -> jinja2.Environment:
    import jinja2  # 77 ms: only where a template is really used
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """What the check lets pass needs none of these; they are shut in case it lets too much pass."""

        intercepted_binops = frozenset({"*", "**", "/", "//", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(operator)

        def call(self, context: Any, obj: Any, *arguments: Any, **named: Any) -> Any:
            raise SecurityError("call")

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            return not attr.startswith("_") and not callable(value)

    environment = Sandbox(
        autoescape=html,
        undefined=jinja2.ChainableUndefined,  # unknown names are refused before; what can be missing is an attachment
        loader=None,
        cache_size=0,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        newline_sequence="\n",
    )
    environment.globals.clear()
    known: dict[str, Callable[..., Any]] = _filters(html)
    environment.filters = {name: known[name] for name in FILTERS}
    environment.tests = {name: test for name, test in environment.tests.items() if name in TESTS}
    return environment


def _filters(html: bool) -> dict[str, Callable[..., Any]]:
    """The filters by name. Jinja2's own of these names do more, some of it without bounds."""
    import markupsafe

    def plain(value: Any) -> str:
        return str(value)[:LONGEST_OUTPUT]

    def join(values: Any, separator: str = ", ") -> str:
        if isinstance(values, str):
            raise TypeError("join takes attachments")
        names = [markupsafe.escape(item) if html else str(item) for item in values]
        glue = markupsafe.escape(separator) if html else str(separator)
        if sum(map(len, names)) + len(glue) * len(names) > LONGEST_OUTPUT:
            raise ValueError("join is too long")
        return glue.join(names)

    def default(value: Any, other: Any = "") -> Any:
        return value if value else other

    def truncate(value: Any, longest: int = 60) -> str:
        text = plain(value)
        return text if len(text) <= max(longest, 1) else text[: max(longest, 1)] + "…"

    def filesize(value: int) -> str:
        if value < 1024:
            return f"{value} B"
        return f"{value / 1024:.0f} KB" if value < 1024 * 1024 else f"{value / 1024 / 1024:.1f} MB"

    return {
        "upper": lambda value: plain(value).upper(),
        "lower": lambda value: plain(value).lower(),
        "trim": lambda value: plain(value).strip(),
        "length": len,
        "join": join,
        "default": default,
        "truncate": truncate,
        "filesize": filesize,
        "escape": markupsafe.escape,
        "e": markupsafe.escape,
    }
