"""`./dev judge`: what Matta would decide about messages in files, and why. Acts on nothing and needs no service."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from local.judge_report import one_line, report
from shared.core.message.domains import domain_of
from shared.core.message.envelope import Envelope
from shared.core.message.header_envelope import header_author, header_envelope
from shared.core.message.identity import MessageRef
from shared.core.text.language import LANGUAGES, Language, choose_language
from shared.errors import InvalidSettings
from shared.usecases.judge import TENANT, default_settings, judge, settings_for

_STANDARD_INPUT = "-"
_BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the command line asks for. ``sender`` and ``recipients`` are ``None`` where the header is to tell them."""

    sender: str | None
    recipients: tuple[str, ...] | None
    settings: bytes | None
    language: Language
    as_json: bool


def main(argv: Sequence[str]) -> int:
    """Returns 0 when every file was judged, whatever the verdicts, and 2 when a file or the settings could not be read.

    What can be judged is judged all the same.
    """
    options = _parser().parse_args(argv)
    files, recipients = _sort_out(options.files, options.to)
    if not files:
        print("./dev judge: name at least one FILE.eml (or - for standard input)", file=sys.stderr)
        return _BAD_INPUT
    # The texts are Japanese as well; a terminal that cannot show a character gets its number and no traceback.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if options.json else None, errors="backslashreplace")
    try:
        settings = _read(options.settings) if options.settings is not None else None
    except OSError as error:
        return _cannot_read(options.settings, error)
    sender = None if options.sender is None else options.sender.strip().removeprefix("<").removesuffix(">")
    language = options.lang or _language_of(os.environ)
    wishes = _Wishes(sender, recipients, settings, language, options.json)
    code = 0
    for number, file in enumerate(files):
        try:
            judged = _judged(file, wishes)
        except OSError as error:
            code = _cannot_read(file, error)
        except InvalidSettings as error:
            print(f"./dev judge: {options.settings}: {one_line(error.public)}", file=sys.stderr)
            return _BAD_INPUT
        else:
            print(judged, end="" if wishes.as_json or number == len(files) - 1 else "\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev judge",
        description="Say what Matta would decide about messages, and why. Nothing is sent, stored or started.",
        epilog="Without --from and --to the envelope is read from the header. Without --settings a new tenant judges, "
        "whose domain is the sender's. docs/POLICY.md describes rules, reasons, settings and the JSON.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE.eml", help="messages; - is standard input")
    parser.add_argument("--from", dest="sender", metavar="A", help="envelope sender; '<>' is the null sender")
    parser.add_argument("--to", nargs="+", action="extend", metavar="B", help="envelope recipients")
    parser.add_argument("--settings", metavar="FILE.json", help="a tenant's settings; what is missing has a default")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the texts (default: as the environment says)")
    return parser


def _sort_out(files: Sequence[str], after_to: Sequence[str] | None) -> tuple[list[str], tuple[str, ...] | None]:
    """Files and recipients. ``--to`` takes all words after it, also files: those end in .eml or have no ``@``."""
    found, recipients = list(files), list[str]()
    for word in after_to or ():
        if word.lower().endswith(".eml") or "@" not in word:
            found.append(word)
        else:
            recipients.append(word.strip().removeprefix("<").removesuffix(">"))
    return found, tuple(dict.fromkeys(recipients)) if recipients else None


def _judged(file: str, wishes: _Wishes) -> str:
    """The lines about one file. Raises ``OSError`` and ``InvalidSettings``."""
    data = _read(file)
    envelope = _envelope(header_envelope(data), wishes)
    domain = domain_of(envelope.reverse_path or header_author(data))
    settings = default_settings(domain) if wishes.settings is None else settings_for(wishes.settings, domain)
    judgement = judge(data, envelope, settings, language=wishes.language, queue_id=_queue_id(file))
    name = file.encode("utf-8", "replace").decode("utf-8")
    if wishes.as_json:
        document: dict[str, Any] = {"file": name, **judgement}
        return json.dumps(document, ensure_ascii=False) + "\n"
    return report(judgement, name, wishes.language)


def _envelope(of_header: Envelope, wishes: _Wishes) -> Envelope:
    sender = of_header.reverse_path if wishes.sender is None else wishes.sender
    recipients = of_header.recipients if wishes.recipients is None else wishes.recipients
    ascii_only = all(address.isascii() for address in (sender, *recipients))
    return Envelope(sender, recipients, smtputf8=not ascii_only, body=of_header.body)


def _queue_id(file: str) -> str:
    """The queue id that a file from the spool is named by, else ``""``."""
    stem = PurePath(file).stem
    try:
        return MessageRef(TENANT, stem).queue_id
    except ValueError:
        return ""


def _read(file: str) -> bytes:
    if file == _STANDARD_INPUT:
        return sys.stdin.buffer.read()
    with open(file, "rb") as opened:
        return opened.read()


def _cannot_read(file: str, error: OSError) -> int:
    print(f"./dev judge: cannot read {one_line(file)}: {error.strerror or error}", file=sys.stderr)
    return _BAD_INPUT


def _language_of(environment: Mapping[str, str]) -> Language:
    """The language that POSIX's variables name, English where they name none of ours."""
    wishes = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return choose_language(*(wish.partition(".")[0] for wish in wishes), default="en")
