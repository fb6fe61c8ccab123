"""The texts of topic ``approval`` in every language: mails and pages about a third person's approval."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import approval as en
from shared.core.text.ja import approval as ja

APPROVAL = Catalogue("approval", ja=ja.TEXTS, en=en.TEXTS)
