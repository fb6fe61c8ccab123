"""The texts of topic ``page`` in every language."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import page as en
from shared.core.text.ja import page as ja

PAGE = Catalogue("page", ja=ja.TEXTS, en=en.TEXTS)
