"""The texts of topic ``notice`` in every language."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import notice as en
from shared.core.text.ja import notice as ja

NOTICE = Catalogue("notice", ja=ja.TEXTS, en=en.TEXTS)
