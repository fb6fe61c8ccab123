"""The languages that every text exists in, and how a person's wish is matched to one. Read by all later stages."""

from __future__ import annotations

from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


def choose_language(*wishes: str, default: Language = "ja") -> Language:
    """The first wish that names a language we have, else ``default``.

    A wish is a language tag (RFC 5646) in any case, with or without a region: ``ja``, ``ja-JP``, ``en_US``. Empty and
    unknown wishes are passed over.
    """
    for wish in wishes:
        primary = wish.replace("_", "-").partition("-")[0].strip().lower()
        for language in LANGUAGES:
            if primary == language:
                return language
    return default
