"""Text from a stranger's message made fit to be shown: no control characters, no tricks of direction, bounded.

Used by every face of a hold (stages 5 and 6). The result is plain text; who puts it into HTML escapes it.
"""

from __future__ import annotations

import re

ELLIPSIS = "…"
# Controls (C0, C1), line and paragraph separators, directional marks, embeddings, overrides and isolates, invisible
# operators, interlinear annotation, byte order mark, zero-width space and word joiner, variation selectors beyond the
# sixteen that emoji use, tag characters, and halves of surrogate pairs. U+200C and U+200D stay: Persian and emoji are
# spelled with them.
_HIDDEN = (
    "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
_DROPPED = re.compile(f"[{_HIDDEN}]")
_SPACES = re.compile(r"\s+")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{4,}")


def one_line(text: str, limit: int = 300) -> str:
    """``text`` on one line of at most ``limit`` characters; what is cut ends in ``…``. Runs of space become one."""
    if len(text) > limit * 8:
        text = text[: limit * 8]
    text = _SPACES.sub(" ", _DROPPED.sub("", _LINE_ENDS.sub(" ", text).replace("\t", " "))).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip("\u200c\u200d ") + ELLIPSIS


def many_lines(text: str, limit: int = 10_000) -> tuple[str, bool]:
    """``text`` with its lines kept, at most ``limit`` characters, and whether something was cut off.

    Lines end in ``\\n``, which counts once however it came; more than two blank lines in a row become two.
    """
    text = _LINE_ENDS.sub("\n", text[: 2 * limit + 1])
    cut = len(text) > limit
    text = _DROPPED.sub("", text[:limit])
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n\n", text).strip("\n"), cut
