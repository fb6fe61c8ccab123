"""`./dev apply`: write what each recipient of a message would get. Sends nothing and needs no service.

For every outgoing form of ``NAME.eml`` it writes ``NAME.variant-N.eml`` and ``NAME.variant-N.json``: envelope, disposition,
reasons, transforms, what they say of themselves and, since this is a dry run, the password of the ZIP. Of several files of
one name the second is called ``NAME-2``, so that each has its own.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

import msgspec

from local.directory_file import read_directory
from local.message_files import STANDARD_INPUT, add_arguments, bare_address, envelope_for, read_file, sort_out
from local.private_files import write_private
from local.terminal_text import one_line
from shared.core.message.domains import domain_of
from shared.core.message.header_envelope import header_author
from shared.core.policy.decision import Decision
from shared.errors import InvalidSettings
from shared.usecases.apply_decision import Applied, apply_decision
from shared.usecases.judge import default_settings, settings_for

_BAD_INPUT = 2


def main(argv: Sequence[str]) -> int:
    """Returns 0 when every form was made, 1 when one could not be, 2 when a file or the settings could not be read."""
    options = _parser().parse_args(argv)
    files, recipients = sort_out(options.files, options.to)
    if not files:
        print("./dev apply: name at least one FILE.eml (or - for standard input)", file=sys.stderr)
        return _BAD_INPUT
    code = 0
    try:
        document = read_file(options.settings) if options.settings is not None else None
        directory = read_directory(read_file(options.directory)) if options.directory is not None else None
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _cannot(f"use {one_line(str(error.filename))}", error)
    except InvalidSettings as error:
        print(f"./dev apply: {options.directory}: {one_line(error.public)}", file=sys.stderr)
        return _BAD_INPUT
    sender = None if options.sender is None else bare_address(options.sender)
    for file, stem in zip(files, _stems(files), strict=True):
        try:
            data = read_file(file)
            envelope = envelope_for(data, sender, recipients)
            domain = domain_of(envelope.reverse_path or header_author(data))
            settings = default_settings(domain) if document is None else settings_for(document, domain)
            now = datetime.now(UTC)
            decision, forms = apply_decision(data, envelope, settings, now, secrets.token_bytes, directory)
            for number, form in enumerate(forms, start=1):
                _write(options.out / f"{stem}.variant-{number}", file, decision, form)
            code = max(code, _report(file, options.out / stem, forms))
        except OSError as error:
            code = _cannot(f"read or write {one_line(file)}", error)
        except InvalidSettings as error:
            print(f"./dev apply: {options.settings}: {one_line(error.public)}", file=sys.stderr)
            return _BAD_INPUT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev apply",
        description="Write what each recipient of a message would get, and about it, without sending anything.",
        epilog="Without --from and --to the envelope is read from the header. A password that it prints is for this "
        "try only. docs/POLICY.md describes the settings.",
    )
    add_arguments(parser)
    parser.add_argument("--directory", metavar="FILE.json", help="people and groups: managers, groups, lists' members")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where the files go; made if need be")
    return parser


def _stems(files: Sequence[str]) -> list[str]:
    """What each file's forms are called: its name without ending, with a number where others have that name."""
    given: dict[str, None] = {}
    for file in files:
        name = "message" if file == STANDARD_INPUT else PurePath(file).stem
        names = (name, *(f"{name}-{number}" for number in range(2, len(files) + 2)))
        given[next(free for free in names if free not in given)] = None
    return list(given)


def _write(path: Path, file: str, decision: Decision, form: Applied) -> None:
    about: dict[str, Any] = {
        "file": os.fsencode(file).decode("utf-8", "replace"),
        "variant": form.name,
        "disposition": decision.disposition,
        "settings_version": decision.settings_version,
        "delay_minutes": decision.delay_minutes,
        "route": decision.route,
        "reasons": [reason.code for reason in decision.reasons],
        "envelope": form.envelope,
        "transforms": [{"name": call.name, "arguments": json.loads(call.arguments)} for call in form.transforms],
        "notes": [{"transform": name, "note": word, "value": value} for name, word, value in form.notes],
        "password": form.password,
        "file_name": form.file_name,
        "problem": form.problem,
    }
    document = msgspec.json.format(msgspec.json.encode(about), indent=2) + b"\n"
    write_private(path.with_name(path.name + ".json"), document)  # it may hold a policy's fixed password
    if not form.problem:
        path.with_name(path.name + ".eml").write_bytes(form.data)


def _report(file: str, path: Path, forms: Sequence[Applied]) -> int:
    if not forms:
        print(f"{one_line(file)}: nobody would get it: its header names no recipients, and --to does not either")
    for number, form in enumerate(forms, start=1):
        names = ", ".join(call.name for call in form.transforms) or "unchanged"
        what = f"cannot be made: {form.problem}" if form.problem else names
        written = one_line(f"{path}.variant-{number}")
        print(f"{one_line(file)}: {written}: {what} (recipients: {len(form.envelope.recipients)})")
    return 1 if any(form.problem for form in forms) else 0


def _cannot(what: str, error: OSError) -> int:
    print(f"./dev apply: cannot {what}: {error.strerror or error}", file=sys.stderr)
    return _BAD_INPUT
