"""Rules about the relay's image that hadolint does not have: nobody special runs it, only listed files are in it, every
package comes by its hash, nothing is fetched while it is built, and it can be asked how it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from infra.check.findings import Finding

_FETCHES = re.compile(r"\b(curl|wget|git|apt-get|apk)\b")
_SECRET = re.compile(r"(?i)(password|passwd|secret|token|apikey|access_?key|connection_?string)\w*\s*=")
_KEY_FILE = re.compile(r"(?i)\.(pem|key|pfx|p12|env)\b|local\.settings|secrets?\.json|keys?\.json")
_ASKS_FOR = ("org.opencontainers.image.title", "org.opencontainers.image.version", "org.opencontainers.image.revision")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile, its lines joined."""

    line: int
    word: str
    text: str
    stage: int
    """Number of its ``FROM``, from 0; what comes before the first is -1."""


def instructions(text: str) -> tuple[Instruction, ...]:
    """In order. Comments and empty lines are left out."""
    found: list[Instruction] = []
    stage, start, pending = -1, 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (not pending and not line.strip()):
            continue
        start = start if pending else number
        pending += line.strip().removesuffix("\\") + " "
        if line.rstrip().endswith("\\"):
            continue
        word, _, rest = pending.strip().partition(" ")
        stage += word.upper() == "FROM"
        found.append(Instruction(start, word.upper(), rest.strip(), stage))
        pending = ""
    return tuple(found)


def check_dockerfile(path: str, text: str) -> tuple[Finding, ...]:
    """``image-base``, ``image-user``, ``image-copy``, ``image-fetch``, ``image-hash``, ``image-secret``, ``image-start``,
    ``image-label``; by place."""
    all_of_them = instructions(text)
    last = max((one.stage for one in all_of_them), default=-1)
    final = [one for one in all_of_them if one.stage == last]
    found = [
        *_bases(all_of_them),
        *_copies(all_of_them, final),
        *_runs(all_of_them, final),
        *_users(final),
        *_starts(final),
        *_labels(final),
    ]
    return tuple(sorted(Finding(path, line, rule, problem) for line, rule, problem in found))


_Found = Iterator[tuple[int, str, str]]


def _bases(every: tuple[Instruction, ...]) -> _Found:
    given = dict(one.text.split("=", 1) for one in every if one.word == "ARG" and one.stage == -1 and "=" in one.text)
    froms = [one for one in every if one.word == "FROM"]
    if len(froms) < 2:
        yield 1, "image-base", "one stage: what builds the image would be in it"
    for one in froms:
        name = re.sub(r"\$\{(\w+)\}", lambda found: given.get(found[1], ""), one.text.split()[0])
        if "@sha256:" not in name and not re.search(r":\d+\.\d+-slim-[a-z]+$", name):
            yield one.line, "image-base", f"{name or 'the base'}: version, slim and Debian's name must be in the tag"


def _copies(every: tuple[Instruction, ...], final: list[Instruction]) -> _Found:
    for one in every:
        if one.word == "ADD":
            yield one.line, "image-copy", "ADD also unpacks and fetches; COPY does not"
        if one.word == "COPY" and not one.text.startswith("--from"):
            *sources, _ = one.text.split()
            for source in sources:
                if source in {".", "./", "*"} or source.endswith("/") or _KEY_FILE.search(source):
                    yield one.line, "image-copy", f"{source}: files are named one by one, and none is a key"
    for one in final:
        if one.word == "COPY" and not one.text.startswith("--from"):
            yield one.line, "image-copy", "the last stage takes what the first has built, and nothing else"


def _runs(every: tuple[Instruction, ...], final: list[Instruction]) -> _Found:
    for one in every:
        if one.word == "RUN" and _FETCHES.search(one.text):
            yield one.line, "image-fetch", "nothing but packages by hash comes from outside"
        if one.word == "RUN" and "pip" in one.text.split() and "install" in one.text.split():
            for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "--no-cache-dir"):
                if option not in one.text:
                    yield one.line, "image-hash", f"pip needs {option}"
        if one.word in {"ENV", "ARG", "LABEL"} and _SECRET.search(one.text):
            yield one.line, "image-secret", "whoever has the image can read this"
    for one in final:
        if one.word == "RUN":
            yield one.line, "image-fetch", "nothing runs in the last stage: it is only put together"


def _users(final: list[Instruction]) -> _Found:
    users = [one for one in final if one.word == "USER"]
    if not users:
        yield final[0].line if final else 1, "image-user", "without USER it runs as root"
    for one in users:
        if not re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", one.text):
            yield one.line, "image-user", f"{one.text}: user and group are numbers from 1000"


def _starts(final: list[Instruction]) -> _Found:
    line = final[0].line if final else 1
    words = {one.word: one for one in final}
    if "STOPSIGNAL" not in words or words["STOPSIGNAL"].text != "SIGTERM":
        yield line, "image-start", "STOPSIGNAL SIGTERM: the relay ends messages on their way on it"
    for word in ("ENTRYPOINT", "HEALTHCHECK"):
        if word not in words:
            yield line, "image-start", f"{word} is missing"
            continue
        one = words[word]
        form = one.text.partition("CMD ")[2] if word == "HEALTHCHECK" else one.text
        try:
            command = json.loads(form)
        except ValueError:
            yield one.line, "image-start", f"{word} by a shell: signals would not reach the relay; use the JSON form"
            continue
        if command[0] != "/venv/bin/python" or "-I" not in command:
            yield one.line, "image-start", f"{word} runs /venv/bin/python -I, which no variable can lead astray"


def _labels(final: list[Instruction]) -> _Found:
    said = " ".join(one.text for one in final if one.word == "LABEL")
    for name in _ASKS_FOR:
        if f"{name}=" not in said:
            yield final[0].line if final else 1, "image-label", f"{name} is missing"
