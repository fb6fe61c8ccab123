"""HTML of a message as plain text, for a preview (stage 6). Nothing of the markup survives, so nothing can run.

Time is linear in the length: every search either moves on or is never tried again.
"""

from __future__ import annotations

import html
import re

_LONGEST_TAG = 2048
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*+)(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_SPACE = re.compile(r"[ \t\r\n\f\u00a0]+")
_SILENT = frozenset({"script", "style", "title", "template", "noscript", "object", "svg", "math", "select", "textarea"})
_LINE = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_APART = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol"])
_CELL = frozenset({"td", "th"})
_RULE = "─" * 12


def html_to_text(markup: str) -> str:
    """The words of ``markup`` with line breaks where a browser would show them.

    Comments, scripts, styles and every tag go; character references become characters. The result is plain text that
    may again look like markup: escape it where it is shown.
    """
    out = _Lines()
    position, preformatted = 0, 0
    while position < len(markup):
        start = markup.find("<", position)
        if start < 0:
            out.words(markup[position:], preformatted > 0)
            break
        out.words(markup[position:start], preformatted > 0)
        if markup.startswith("<!--", start):
            end = markup.find("-->", start + 4)
            position = len(markup) if end < 0 else end + 3
            continue
        if markup.startswith(("<!", "<?"), start):
            end = markup.find(">", start)
            position = len(markup) if end < 0 else end + 1
            continue
        tag = _TAG.match(markup, start, start + _LONGEST_TAG)
        if tag is None:
            after = markup[start + 1 : start + 2]
            if after.isalpha() or after == "/":  # a tag that never ends well: drop it up to the next bracket
                end = markup.find(">", start)
                position = len(markup) if end < 0 else end + 1
            else:
                out.words("<", preformatted > 0)
                position = start + 1
            continue
        position = tag.end()
        name, closing = tag.group(2).lower(), bool(tag.group(1))
        if name in _SILENT and not closing and not tag.group().endswith("/>"):
            end_tag = re.compile(f"</{name}[^a-zA-Z0-9]", re.IGNORECASE).search(markup, position)
            position = len(markup) if end_tag is None else end_tag.start()
            continue
        if name == "pre":
            preformatted = max(preformatted + (-1 if closing else 1), 0)
        out.tag(name, closing)
    return out.text()


class _Lines:
    """Text under construction."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._has_words = False

    def words(self, raw: str, preformatted: bool) -> None:
        if not raw:
            return
        text = html.unescape(raw)
        if preformatted:
            first, *others = text.split("\n")
            self._line.append(first)
            for line in others:
                self._break()
                self._line.append(line)
            self._has_words = bool(self._line)
            return
        text = _SPACE.sub(" ", text)
        if not self._has_words:
            text = text.lstrip(" ")
        if text:
            self._line.append(text)
            self._has_words = True

    def tag(self, name: str, closing: bool) -> None:
        if name == "br":
            self._break()
        elif name == "hr":
            self._end_line()
            self._lines.append(_RULE)
        elif name in _CELL and closing:
            self.words(" ", False)
        elif name in _LINE:
            self._end_line()
            if name in _APART and self._lines and self._lines[-1]:
                self._lines.append("")
            if name == "li" and not closing:
                self._line.append("・")

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _break(self) -> None:
        self._lines.append("".join(self._line).rstrip(" "))
        self._line = []
        self._has_words = False

    def _end_line(self) -> None:
        if self._line:
            self._break()
