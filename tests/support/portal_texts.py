"""The portal's texts as tests look for them: read from its catalogues, so that another wording breaks no test."""

from __future__ import annotations

import json
import re
from functools import cache

from local.portal.build import PORTAL

_TOPIC = re.compile(r"export const (\w+) = topic\(\s*\{(.*?)\n  \},\s*\{(.*?)\n  \},?\s*\)", re.DOTALL)
_ENTRY = re.compile(r'^\s*(?:"([^"]+)"|(\w+)):\s*("(?:[^"\\]|\\.)*")', re.MULTILINE)


@cache
def texts() -> dict[tuple[str, str], str]:
    """Every text by language and key (``topic.key``)."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted((PORTAL / "src" / "text").glob("*.ts")):
        for topic, english, japanese in _TOPIC.findall(path.read_text("utf-8")):
            for language, entries in (("en", english), ("ja", japanese)):
                for quoted, plain, value in _ENTRY.findall(entries):
                    found[language, f"{topic}.{quoted or plain}"] = json.loads(value)
    return found


def text(language: str, key: str, **values: object) -> str:
    """One text with its values put in. Raises ``KeyError`` for one that there is not."""
    return re.sub(r"\{(\w+)\}", lambda match: str(values.get(match[1], match[0])), texts()[language, key])
