"""The words of the report that `./dev judge` prints."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import judge as en
from shared.core.text.ja import judge as ja

JUDGE = Catalogue("judge", ja=ja.TEXTS, en=en.TEXTS)
