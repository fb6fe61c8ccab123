"""Messages for properties that must hold for any message: the project's own, and those kept beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

_TESTS = Path(__file__).parents[1]
_OWN = _TESTS / "corpus"
_SHARED = Path(os.environ.get("MATTA_CORPUS") or _TESTS.parents[1] / "shared" / "corpus")
_ENDINGS = frozenset({".eml", ".msg"})


def corpus() -> list[Path]:
    """All message files; those kept elsewhere (``MATTA_CORPUS``, else beside the repository) only where that folder is."""
    return sorted(path for folder in (_OWN, _SHARED) for path in folder.rglob("*") if path.suffix in _ENDINGS)
