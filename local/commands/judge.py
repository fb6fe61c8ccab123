"""`./dev judge`: what Matta would decide about messages in files, and why. Acts on nothing and needs no service."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.directory_file import FileDirectory, read_directory
from local.judge_report import report
from local.message_files import add_arguments, bare_address, envelope_for, language_of, queue_id_of, read_file, sort_out
from local.terminal_text import one_line
from shared.core.message.domains import domain_of
from shared.core.message.header_envelope import header_author
from shared.core.text.language import LANGUAGES, Language
from shared.errors import InvalidSettings
from shared.usecases.judge import default_settings, judge, settings_for

_BAD_INPUT = 2


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the command line asks for. ``sender`` and ``recipients`` are ``None`` where the header is to tell them."""

    sender: str | None
    recipients: tuple[str, ...] | None
    settings: bytes | None
    directory: FileDirectory | None
    now: datetime
    language: Language
    as_json: bool
    explain: bool


def main(argv: Sequence[str]) -> int:
    """Returns 0 when every file was judged, whatever the verdicts, and 2 when a file or the settings could not be read.

    What can be judged is judged all the same.
    """
    options = _parser().parse_args(argv)
    files, recipients = sort_out(options.files, options.to)
    if not files:
        print("./dev judge: name at least one FILE.eml (or - for standard input)", file=sys.stderr)
        return _BAD_INPUT
    # The texts are Japanese as well; a terminal that cannot show a character gets its number and no traceback.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if options.json else None, errors="backslashreplace")
    try:
        settings = read_file(options.settings) if options.settings is not None else None
    except OSError as error:
        return _cannot_read(options.settings, error)
    try:
        directory = read_directory(read_file(options.directory)) if options.directory is not None else None
    except OSError as error:
        return _cannot_read(options.directory, error)
    except InvalidSettings as error:
        print(f"./dev judge: {options.directory}: {one_line(error.public)}", file=sys.stderr)
        return _BAD_INPUT
    sender = None if options.sender is None else bare_address(options.sender)
    language = options.lang or language_of(os.environ)
    now = options.at or datetime.now(UTC)
    wishes = _Wishes(sender, recipients, settings, directory, now, language, options.json, options.explain)
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
    add_arguments(parser)
    parser.add_argument("--directory", metavar="FILE.json", help="people and groups: managers, groups, lists' members")
    parser.add_argument("--at", type=_moment, metavar="TIME", help="the time of judging, ISO 8601 (default: now)")
    parser.add_argument("--explain", action="store_true", help="how every condition of policies and rules was answered")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each file")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the texts (default: as the environment says)")
    return parser


def _moment(text: str) -> datetime:
    """A time of ISO 8601; without a zone it is UTC. Raises ``ArgumentTypeError``."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-04-01T09:00+09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _judged(file: str, wishes: _Wishes) -> str:
    """The lines about one file. Raises ``OSError`` and ``InvalidSettings``."""
    data = read_file(file)
    envelope = envelope_for(data, wishes.sender, wishes.recipients)
    domain = domain_of(envelope.reverse_path or header_author(data))
    settings = default_settings(domain) if wishes.settings is None else settings_for(wishes.settings, domain)
    judgement = judge(
        data,
        envelope,
        settings,
        language=wishes.language,
        queue_id=queue_id_of(file),
        now=wishes.now,
        directory=wishes.directory,
        explain=wishes.explain,
    )
    name = file.encode("utf-8", "replace").decode("utf-8")
    if wishes.as_json:
        document: dict[str, Any] = {"file": name, **judgement}
        return json.dumps(document, ensure_ascii=False) + "\n"
    return report(judgement, name, wishes.language)


def _cannot_read(file: str, error: OSError) -> int:
    print(f"./dev judge: cannot read {one_line(file)}: {error.strerror or error}", file=sys.stderr)
    return _BAD_INPUT
