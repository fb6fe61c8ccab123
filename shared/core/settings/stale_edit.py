"""``StaleEdit``: somebody else saved first. It shows both versions and how they differ, so that a person can choose."""

from __future__ import annotations

from shared.core.settings.compare import Difference
from shared.core.settings.scope_settings import Document
from shared.errors import Conflict


class StaleEdit(Conflict):
    """An edit was made from a version that is not the present one any more; nothing was saved.

    ``theirs`` is the edit that was refused, ``present`` what is stored. ``differences`` lead from ``present`` to
    ``theirs``; ``meanwhile`` from the version that the edit was made from to ``present``, empty where that is not kept.
    """

    def __init__(
        self,
        theirs: Document,
        present: Document,
        differences: tuple[Difference, ...],
        meanwhile: tuple[Difference, ...] = (),
    ) -> None:
        super().__init__(
            f"settings were made from version {theirs.version}, the present one is {present.version}",
            public=f"These settings were changed meanwhile: you began with version {theirs.version}, "
            f"and version {present.version} is there now. Nothing was saved.",
        )
        self.theirs = theirs
        self.present = present
        self.differences = differences
        self.meanwhile = meanwhile
