"""Size of the portal's first pages: static imports count, once each, and what is loaded later does not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from local.portal import size as subject


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A build with an entry, a page, what both share, and something that comes later."""
    chunks = {
        "index.html": {"file": "assets/index.js", "imports": ["_shared.js"], "dynamicImports": ["page.tsx"]},
        "_shared.js": {"file": "assets/shared.js", "imports": ["index.html"]},
        "page.tsx": {"file": "assets/page.js", "imports": ["_shared.js"], "dynamicImports": ["later.tsx"]},
        "later.tsx": {"file": "assets/later.js"},
    }
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(chunks))
    (tmp_path / "assets").mkdir()
    for number, chunk in enumerate(chunks.values()):
        (tmp_path / str(chunk["file"])).write_bytes(bytes(range(100 + 10 * number)))
    return tmp_path


def test_static_imports_count_once_and_what_is_loaded_later_does_not(files: Path) -> None:
    assert subject.loaded(files, ["index.html"]) == ("assets/index.js", "assets/shared.js")
    assert subject.loaded(files, ["index.html", "page.tsx"]) == (
        "assets/index.js",
        "assets/page.js",
        "assets/shared.js",
    )


def test_files_are_compressed_one_by_one(files: Path) -> None:
    expected = sum(len(gzip.compress((files / "assets" / name).read_bytes(), 6)) for name in ("index.js", "shared.js"))
    assert subject.size(files, ["index.html"]) == expected


@pytest.mark.parametrize(("limit", "code"), [(10, 1), (10_000, 0)])
def test_a_first_page_over_the_limit_fails(files: Path, limit: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "portal_files", lambda: files)
    monkeypatch.setattr(subject, "PAGES", {"first": ("index.html",)})
    monkeypatch.setattr(subject, "LIMIT", limit)
    assert subject.main() == code


def test_a_module_that_is_not_built_is_an_error(files: Path) -> None:
    with pytest.raises(KeyError):
        subject.loaded(files, ["gone.tsx"])
