"""``python -m local.portal.size``: how much JavaScript a browser loads before a person sees their first page, and whether it is too much.

Counted from Vite's manifest: the entry with everything that it imports, and, for the start page, what that page brings.
``tests/portal/`` checks that a real browser loads just this. Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from local.portal.build import portal_files

LIMIT = 250 * 1000
"""Bytes of JavaScript, compressed as a web server would, that a first page may load."""
ENTRY = "index.html"
PAGES: Mapping[str, tuple[str, ...]] = {
    "welcome page": (ENTRY,),
    "start page": (ENTRY, "src/pages/home/home_page.tsx"),
}
"""First pages, and the modules that they are made of."""
_LEVEL = 6
"""gzip's usual level; what is served may be smaller, never larger."""


def loaded(files: Path, modules: Iterable[str]) -> tuple[str, ...]:
    """Paths of the JavaScript files, below ``files``, that these modules and their static imports lie in."""
    manifest: Mapping[str, Any] = json.loads((files / ".vite" / "manifest.json").read_text("utf-8"))
    waiting, seen = list(modules), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += manifest[name].get("imports", ())
    return tuple(sorted({str(manifest[name]["file"]) for name in seen}))


def size(files: Path, modules: Iterable[str]) -> int:
    """Bytes of those files, each compressed for itself."""
    return sum(len(gzip.compress((files / path).read_bytes(), _LEVEL)) for path in loaded(files, modules))


def main() -> int:
    """Build if need be and print the sizes. Returns 1 where a page is over the limit."""
    files = portal_files()
    too_large = False
    for name, modules in PAGES.items():
        found = size(files, modules)
        too_large |= found > LIMIT
        print(f"{name}: {found / 1000:.1f} of {LIMIT / 1000:.0f} kB JavaScript (gzip)")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
