"""The texts of topic ``password`` in every language: password notices, receipts, and the page about both."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import password as en
from shared.core.text.ja import password as ja

PASSWORD = Catalogue("password", ja=ja.TEXTS, en=en.TEXTS)
