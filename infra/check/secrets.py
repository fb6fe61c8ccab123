"""Rules about secrets: none stands in a file, none leaves a template, and parameters that bear one are marked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra.check.findings import Finding, Tree, expressions_of
from infra.check.syntax import Call, Expression, File, Member, Object, Statement, Text, parts_of

_NAMES_ONE = re.compile(
    r"(password|passwd|secret|apikey|accountkey|sharedkey|accesskey|connectionstring|credential)s?$", re.IGNORECASE
)
_HOLDS_ONE = re.compile(
    r"AccountKey=|SharedAccessSignature=|[?&]sig=|-----BEGIN [A-Z ]*PRIVATE KEY|[?&]code=[A-Za-z0-9_-]{8}|DefaultEndpointsProtocol=|"
    r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])|[A-Za-z0-9+/]{86}=="
)
_KEY_PROPERTIES = frozenset(
    {"primaryKey", "secondaryKey", "key1", "key2", "primarySharedKey", "secondarySharedKey", "InstrumentationKey"}
)
KEYS_MAY_BE_READ = frozenset({("event_subscription.bicep", "endpointUrl")})
"""(File, property) in which a key may be read: Event Grid's webhook knows no other proof than the host's key in its
address, and the property is write-only."""
_HARMLESS = frozenset({"managedidentity"})
"""What a setting named ``…credential`` may say."""


def check_secrets(tree: Tree) -> Iterator[Finding]:
    """``secret-literal``, ``secret-read``, ``secret-output``, ``secret-not-marked``, ``secret-default``."""
    for file in tree.files.values():
        for statement in file.statements:
            if statement.kind == "param":
                yield from _parameter(file, statement)
            if statement.kind == "output":
                yield from _output(file, statement)
            yield from _literals(file, statement)
            yield from _reads(file, statement)
    for path, text in tree.others.items():
        for number, line in enumerate(text.splitlines(), 1):
            if _HOLDS_ONE.search(line):
                yield Finding(path, number, "secret-literal", "this line looks like a key")


def _parameter(file: File, statement: Statement) -> Iterator[Finding]:
    if _NAMES_ONE.search(statement.name) and not statement.secure:
        yield Finding(file.path, statement.line, "secret-not-marked", f"{statement.name} needs @secure()")
    if statement.secure and isinstance(statement.value, Text) and statement.value.literal != "":
        yield Finding(
            file.path, statement.line, "secret-default", f"{statement.name} has a default that everybody can read"
        )


def _output(file: File, statement: Statement) -> Iterator[Finding]:
    secure = {one.name for one in file.of("param") if one.secure}
    for part in expressions_of(statement):
        named = part.name if not isinstance(part, (Text, Object)) and hasattr(part, "name") else ""
        if (
            named in secure
            or (isinstance(part, Call) and named.startswith("list"))
            or (isinstance(part, Member) and named in _KEY_PROPERTIES)
        ):
            yield Finding(
                file.path,
                statement.line,
                "secret-output",
                f"{statement.name} shows {named} to whoever reads the deployment",
            )


def _literals(file: File, statement: Statement) -> Iterator[Finding]:
    for part in expressions_of(statement):
        if isinstance(part, Text) and any(isinstance(piece, str) and _HOLDS_ONE.search(piece) for piece in part.parts):
            yield Finding(file.path, part.line, "secret-literal", "this text looks like a key")
        if isinstance(part, Object):
            for entry in part.entries:
                text = entry.value.literal if isinstance(entry.value, Text) else None
                if isinstance(entry.key, str) and text and text not in _HARMLESS and _NAMES_ONE.search(entry.key):
                    yield Finding(file.path, entry.line, "secret-literal", f"{entry.key} has its value in clear")


def _reads(file: File, statement: Statement) -> Iterator[Finding]:
    allowed: set[int] = set()
    for part in expressions_of(statement):
        if isinstance(part, Object):
            for entry in part.entries:
                if (file.path.rpartition("/")[2], entry.key) in KEYS_MAY_BE_READ:
                    allowed |= {id(inner) for inner in parts_of(entry.value)}
    for part in expressions_of(statement):
        if id(part) not in allowed and _reads_keys(part):
            yield Finding(file.path, part.line, "secret-read", "keys are read here; use a managed identity")


def _reads_keys(part: Expression) -> bool:
    return isinstance(part, Call) and part.name.startswith("list")
