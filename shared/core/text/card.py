"""The texts of topic ``card`` in every language: cards and short messages in Teams."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import card as en
from shared.core.text.ja import card as ja

CARD = Catalogue("card", ja=ja.TEXTS, en=en.TEXTS)
