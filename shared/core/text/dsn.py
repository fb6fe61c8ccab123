"""The texts of topic ``dsn`` in every language."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import dsn as en
from shared.core.text.ja import dsn as ja

DSN = Catalogue("dsn", ja=ja.TEXTS, en=en.TEXTS)
