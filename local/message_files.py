"""Messages and envelopes from the command line, for commands that judge or change files. Local tooling."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from shared.core.message.envelope import Envelope
from shared.core.message.header_envelope import header_envelope
from shared.core.message.identity import MessageRef
from shared.core.text.language import Language, choose_language

STANDARD_INPUT = "-"
_ANY_TENANT = "judge"


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments that name messages, envelope and settings; the same for every command that reads files."""
    parser.add_argument("files", nargs="*", metavar="FILE.eml", help="messages; - is standard input")
    parser.add_argument("--from", dest="sender", metavar="A", help="envelope sender; '<>' is the null sender")
    parser.add_argument("--to", nargs="+", action="extend", metavar="B", help="envelope recipients")
    parser.add_argument("--settings", metavar="FILE.json", help="a tenant's settings; what is missing has a default")


def bare_address(word: str) -> str:
    """An address without its angle brackets."""
    return word.strip().removeprefix("<").removesuffix(">")


def sort_out(files: Sequence[str], after_to: Sequence[str] | None) -> tuple[list[str], tuple[str, ...] | None]:
    """Files and recipients. ``--to`` takes all words after it, also files: those end in .eml or have no ``@``."""
    found, recipients = list(files), list[str]()
    for word in after_to or ():
        if word.lower().endswith(".eml") or "@" not in word:
            found.append(word)
        else:
            recipients.append(bare_address(word))
    return found, tuple(dict.fromkeys(recipients)) if recipients else None


def envelope_for(data: bytes, sender: str | None, recipients: tuple[str, ...] | None) -> Envelope:
    """The envelope that the header tells of, with what the command line says in its place."""
    of_header = header_envelope(data)
    sender = of_header.reverse_path if sender is None else sender
    recipients = of_header.recipients if recipients is None else recipients
    ascii_only = all(address.isascii() for address in (sender, *recipients))
    return Envelope(sender, recipients, smtputf8=not ascii_only, body=of_header.body)


def queue_id_of(file: str) -> str:
    """The queue id that a file from the spool is named by, else ``""``."""
    stem = PurePath(file).stem
    try:
        return MessageRef(_ANY_TENANT, stem).queue_id
    except ValueError:
        return ""


def read_file(file: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``. Raises ``OSError``."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    with open(file, "rb") as opened:
        return opened.read()


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that POSIX's variables name, English where they name none of ours."""
    wishes = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return choose_language(*(wish.partition(".")[0] for wish in wishes), default="en")
