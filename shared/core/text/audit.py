"""The lines of the audit log, and the words of exported files. Used when the portal or a file shows them."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.text.catalogue import Catalogue, MissingText
from shared.core.text.en import audit as en
from shared.core.text.ja import audit as ja
from shared.core.text.language import Language

AUDIT = Catalogue("audit", ja=ja.TEXTS, en=en.TEXTS)
"""Under each audit code its line, under ``title.…`` what that kind is called; ``what.…``, ``field.…`` and the like are arguments."""
EXPORT = Catalogue("export", ja=ja.EXPORT, en=en.EXPORT)
"""Columns and words of exported files."""


def render_audit(code: str, args: Sequence[tuple[str, str]], language: Language) -> str:
    """One line. Never raises: the log outlives versions, so what is not known is shown as it is."""
    values = dict(args)
    for name in ("what", "why", "table", "mode"):
        if (key := f"{name}.{values.get(name)}") in AUDIT:
            values[name] = AUDIT.text(key, language)
    if "fields" in values:
        values["fields"] = ", ".join(_field(name, language) for name in values["fields"].split(", "))
    if (key := f"verb.{values.get('verb')}") in EXPORT:
        values["verb"] = EXPORT.text(key, language)
    try:
        missing = AUDIT.placeholders(code) - values.keys()
        return AUDIT.fill(code, language, values | dict.fromkeys(missing, "")).strip()
    except MissingText:
        return " ".join((code, *(f"{key}={value}" for key, value in args)))


def _field(name: str, language: Language) -> str:
    key = f"field.{name}"
    return AUDIT.text(key, language) if key in AUDIT else name


def audit_title(code: str, language: Language) -> str:
    """What a kind of line is called."""
    key = f"title.{code}"
    return AUDIT.text(key, language) if key in AUDIT else code
