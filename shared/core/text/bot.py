"""What the bot says in Teams beside its cards: help, and why something did not work (stage 6)."""

from __future__ import annotations

from shared.core.text.catalogue import Catalogue
from shared.core.text.en import bot as en
from shared.core.text.ja import bot as ja

BOT = Catalogue("bot", ja=ja.TEXTS, en=en.TEXTS)
