"""The templates of pages and mails: loaded once, when the first is rendered, and always escaping (stages 5 and 6)."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.core.notice.formats import moment_text, size_text
from shared.core.notice.safe_text import one_line
from shared.core.notice.sheet import Counts
from shared.core.policy.decision import Reason
from shared.core.text.catalogue import Catalogue, Value
from shared.core.text.language import Language
from shared.core.text.reasons import reason_title, render
from shared.core.text.words import WORDS

if TYPE_CHECKING:
    import jinja2

FOLDER = Path(__file__).parent / "templates"
LONGEST_REASON = 600
LONGEST_TITLE = 200


def render_template(name: str, context: dict[str, Any]) -> str:
    """The template ``name`` filled from ``context``; whatever is filled in is escaped."""
    return _environment().get_template(name).render(context)


@cache
def style_sheet() -> str:
    """The style sheet that every page carries in itself."""
    return (FOLDER / "page.css").read_text(encoding="utf-8")


@cache
def style_hash() -> str:
    """The style sheet's source expression for a Content-Security-Policy (CSP level 3, section 2.3.1)."""
    digest = hashlib.sha256(style_sheet().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def wording(catalogue: Catalogue, language: Language, zone: tzinfo) -> dict[str, Any]:
    """What every template may call: ``t`` for texts, and how sizes, moments, counts and reasons are written."""

    def text(key: str, **values: Value) -> str:
        return catalogue.fill(key, language, values)

    def counts(numbers: Counts) -> str:
        return catalogue.text("counts", language, total=numbers.total, to=numbers.to, cc=numbers.cc, bcc=numbers.bcc)

    def moment(at: datetime) -> str:
        return moment_text(at, zone, language)

    def word(key: str) -> str:
        return WORDS.text(key, language)

    def title(reason: Reason) -> str:
        return one_line(reason_title(reason, language), LONGEST_TITLE)

    def sentence(reason: Reason) -> str:
        return one_line(render(reason, language), LONGEST_REASON)

    return {
        "language": language,
        "t": text,
        "counts": counts,
        "moment": moment,
        "size": size_text,
        "word": word,
        "reason_title": title,
        "reason_text": sentence,
        "safe": one_line,
    }


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # 77 ms: only where a page or mail is really made

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        trim_blocks=False,
        keep_trailing_newline=False,
    )
