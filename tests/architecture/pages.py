"""The project's Markdown pages, and what they name: headings, links, code. Helpers of the tests in this folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.imports import REPOSITORY

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
FOLDERS = ("bench", "functions", "infra", "local", "portal", "shared", "smtp_relay", "teams_app")
_GENERATED = {"node_modules", "dist", "__pycache__"}


@cache
def pages() -> tuple[Path, ...]:
    """Every page that people read: those of the root, of docs/ and of the folders' own."""
    found = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]
    for folder in (*FOLDERS, "tests"):
        found += [path for path in REPOSITORY.glob(f"{folder}/**/*.md") if _GENERATED.isdisjoint(path.parts)]
    return tuple(sorted(found))


def present_pages() -> tuple[Path, ...]:
    """Those that tell how things are. Decisions and the change log tell of their day, and may name what is gone."""
    return tuple(path for path in pages() if path.parent.name != "adr" and path.name != "CHANGELOG.md")


@cache
def text_of(path: Path) -> str:
    """A page's text."""
    return path.read_text(encoding="utf-8")


def title(path: Path) -> str:
    """How a page is called in a test's id."""
    return path.relative_to(REPOSITORY).as_posix()


def code_spans(text: str) -> Iterator[str]:
    """What stands between single backticks, fenced blocks left out."""
    for match in _CODE.finditer(_FENCE.sub("", text)):
        yield match[1]


def code(text: str) -> Iterator[str]:
    """Code spans, and the lines of fenced blocks."""
    yield from code_spans(text)
    for block in _FENCE.findall(text):
        yield from block.splitlines()[1:-1]


def links(text: str) -> Iterator[tuple[str, str]]:
    """(path, anchor) of each link that stays in the repository; the path is empty for the page itself."""
    for match in _LINK.finditer(_CODE.sub("", _FENCE.sub("", text))):
        if "://" in match[1] or match[1].startswith("mailto:"):
            continue
        path, _, anchor = match[1].partition("#")
        yield path, anchor


def anchors(text: str) -> set[str]:
    """What GitHub calls a page's headings in addresses."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", text), re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        number = 1
        unique = name
        while unique in found:
            unique, number = f"{name}-{number}", number + 1
        found.add(unique)
    return found


@cache
def file_names() -> frozenset[str]:
    """Paths of the files of the code, relative to the repository."""
    found = {path.name for path in REPOSITORY.iterdir() if path.is_file()}
    for folder in (*FOLDERS, "docs", "tests"):
        for path in (REPOSITORY / folder).rglob("*"):
            if _GENERATED.isdisjoint(path.parts):
                found.add(path.relative_to(REPOSITORY).as_posix())
    return frozenset(found)


@cache
def source_text() -> str:
    """All code that reads or sets variables: Python, templates, scripts; tests left out, since they may make names up."""
    kinds = {".py", ".bicep", ".json", ".sh", ".yaml", ".ts", ".tsx"}
    files = [path for path in REPOSITORY.iterdir() if path.is_file() and (path.suffix in kinds or path.name == "dev")]
    for folder in FOLDERS:
        files += [
            path
            for path in (REPOSITORY / folder).rglob("*")
            if path.suffix in kinds and path.is_file() and _GENERATED.isdisjoint(path.parts)
        ]
    files.append(REPOSITORY / "smtp_relay" / "Dockerfile")
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
