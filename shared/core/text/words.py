"""The words for things that have a stable name in the code: states, dispositions, kinds of mail, fields, roles.

Used when a notice, page or report is made.
"""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import words as en
from shared.core.text.ja import words as ja

WORDS = Catalogue("words", ja=ja.TEXTS, en=en.TEXTS)
"""Keys: ``<enumeration>.<value>``, such as ``state.held``; and ``internal`` and ``external``."""
