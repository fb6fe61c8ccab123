"""The beginning of a message's text, safe to be shown (stage 6): from a bounded piece of its bytes."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.message.body import BodyText, body_texts
from shared.core.message.limits import Limits
from shared.core.message.parse import parse
from shared.core.notice.hold_view import Preview
from shared.core.notice.html_text import html_to_text
from shared.core.notice.safe_text import many_lines

LONGEST_PREVIEW = 20_000
"""Characters that are shown."""
_LIMITS = Limits(max_text_length=120_000)
_TOKEN_SHARE = 5
"""Plain text shorter than the HTML's by more than this factor is only a hint to use another mail client."""


def preview_text(prefix: bytes, *, complete: bool) -> Preview:
    """What can be read in the first bytes of a message; ``complete`` when they are all of it.

    Plain text is preferred to HTML, which is reduced to its words. Not available where the message cannot be read, or
    where its text lies beyond the prefix.
    """
    tree = parse(prefix, _LIMITS)
    if tree.unreadable:
        return Preview()
    texts = body_texts(tree, _LIMITS)
    if not texts:
        return Preview(available=complete)
    last = tree.part(texts[-1].part)
    reaches_end = not complete and last is not None and last.body.end >= len(prefix)
    shown, cut = many_lines(_words(texts), LONGEST_PREVIEW)
    return Preview(shown, cut or reaches_end or any(text.truncated for text in texts), True)


def _words(texts: Sequence[BodyText]) -> str:
    plain = "\n\n".join(text.text.strip("\n") for text in texts if not text.is_html and text.text.strip())
    marked = [text for text in texts if text.is_html]
    if not marked:
        return plain
    words = "\n\n".join(filter(None, (html_to_text(text.text) for text in marked)))
    return plain if len(plain) * _TOKEN_SHARE >= len(words) and plain else words
