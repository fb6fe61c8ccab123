"""`./dev notice`: what a notice looks like, with a sample message and, if wished, with words of one's own.

Sends and stores nothing, and needs no service.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

from local.message_files import language_of, read_file
from local.terminal_text import one_line
from shared.core.policy.tenant_settings import NoticeChannel, NoticeName, NoticeText
from shared.core.text.language import LANGUAGES, Language

_BAD_INPUT = 2
NOTICES: tuple[NoticeName, ...] = get_args(NoticeName)
CHANNELS: tuple[NoticeChannel, ...] = get_args(NoticeChannel)


def main(argv: Sequence[str]) -> int:
    """Returns 0 when the notice was written, and 2 for words that could not be used or a file that could not be read."""
    options = _parser().parse_args(argv)
    # The texts are Japanese as well; a terminal that cannot show a character gets its number and no traceback.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    language: Language = options.language or language_of(os.environ)
    try:
        own = _own_words(options, language)
        problems = _problems(own)
        if problems:
            print("\n".join(f"./dev notice: {problem}" for problem in problems), file=sys.stderr)
            return _BAD_INPUT
        data = _rendered(options.name, language, options.channel, own, whole=(options.out or "").endswith(".eml"))
    except UnicodeDecodeError:
        print(f"./dev notice: {one_line(options.text)} is no UTF-8 text", file=sys.stderr)
        return _BAD_INPUT
    except OSError as error:
        print(f"./dev notice: cannot read {one_line(options.text)}: {error.strerror or error}", file=sys.stderr)
        return _BAD_INPUT
    except ValueError as error:
        print(f"./dev notice: {options.name}: {error}", file=sys.stderr)
        return _BAD_INPUT
    if options.out is None:
        print(data.decode())
        return 0
    try:
        Path(options.out).write_bytes(data)
    except OSError as error:
        print(f"./dev notice: cannot write {one_line(options.out)}: {error.strerror or error}", file=sys.stderr)
        return _BAD_INPUT
    print(f"{options.name} ({options.channel}, {language}) is in {one_line(options.out)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev notice",
        description="Show a notice with a sample message: a mail's HTML, a card's JSON or a short text's Markdown.",
        epilog="docs/POLICY.md lists the variables of words of your own. A card can be looked at in any designer for "
        "Adaptive Cards.",
    )
    parser.add_argument("name", choices=NOTICES, metavar="NAME", help=", ".join(NOTICES))
    parser.add_argument("--language", choices=LANGUAGES, help="default: as the environment says")
    parser.add_argument("--channel", choices=CHANNELS, default="mail", help="how people are told (default: mail)")
    parser.add_argument("--subject", default="", help="words of your own for the subject")
    parser.add_argument("--text", metavar="FILE", help="words of your own for the opening; - is standard input")
    parser.add_argument("--out", metavar="FILE", help="where to write it; with the end .eml the whole mail")
    return parser


def _own_words(options: argparse.Namespace, language: Language) -> NoticeText | None:
    """The words that the command line brings. Raises ``OSError`` and ``UnicodeDecodeError``."""
    text = read_file(options.text).decode("utf-8-sig") if options.text is not None else ""
    if not text and not options.subject:
        return None
    return NoticeText(notice=cast("NoticeName", options.name), language=language, subject=options.subject, text=text)


def _problems(own: NoticeText | None) -> list[str]:
    from shared.core.notice.own_words import problems_of_words

    return [
        one_line(f"{field}, line {problem.line}: {problem.code} {problem.detail}".rstrip())
        for field, problem in (problems_of_words(own) if own else ())
    ]


def _rendered(
    name: NoticeName, language: Language, channel: NoticeChannel, own: NoticeText | None, *, whole: bool
) -> bytes:
    """Raises ``ValueError`` for a channel that the notice does not use."""
    from shared.core.notice.preview_notice import html_of, preview_card, preview_mail, preview_text

    if channel == "teams-card":
        card = json.loads(preview_card(name, language, own))
        return json.dumps(card, ensure_ascii=False, indent=2).encode()
    if channel == "teams-text":
        return preview_text(name, language, own).encode()
    mail = preview_mail(name, language, own)
    return mail if whole else html_of(mail).encode()
