"""The archive's file name, from a pattern and the time in the tenant's zone (product.md Z6). Stage 4b.

Placeholders stand in braces: ``{YYYY} {YY} {MM} {DD} {hh} {mm} {ss}`` and ``{random}`` (six letters and digits). Date and time may
also be written bare, as in ``enc_YYYYMMDDhhmmss.zip``, where they form one run that begins with ``YYYY`` or ``hhmm``: the ``mm`` of
``summary`` is not the minute.
"""

from __future__ import annotations

import re
from datetime import datetime

from shared.core.transform.archive.names import safe_name
from shared.core.transform.passwords import Random, pick

DEFAULT_PATTERN = "enc_YYYYMMDDhhmmss.zip"
_TIME = r"hh[-_.]?mm(?:[-_.]?ss)?"
_RUN = re.compile(rf"YYYY(?:[-_.]?MM(?:[-_.]?DD(?:[-_. T]?{_TIME})?)?)?|{_TIME}")
_TOKEN = re.compile("YYYY|YY|MM|DD|hh|mm|ss")
_BRACED = re.compile(r"\{([^{}]*)\}")
_RANDOM = "random"
_RANDOM_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_RANDOM_LENGTH = 6
_CODES = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "hh": "%H", "mm": "%M", "ss": "%S"}


def zip_file_name(pattern: str, now: datetime, random: Random) -> str:
    """The pattern filled in. ``now`` is in the tenant's zone. A name that no system could write is mended.

    ``.zip`` is added where the name has no ending.
    """

    def braced(match: re.Match[str]) -> str:
        word = match.group(1)
        if word == _RANDOM:
            return pick(_RANDOM_LETTERS, _RANDOM_LENGTH, random)
        return _time(word, now) if word in _CODES else match.group()

    filled = "".join(
        _BRACED.sub(braced, piece) if piece.startswith("{") else _RUN.sub(lambda run: _filled(run.group(), now), piece)
        for piece in re.split(r"(\{[^{}]*\})", pattern)
    )
    name = safe_name(filled, _filled(DEFAULT_PATTERN, now))
    return name if re.search(r"[^.]\.[A-Za-z0-9_]{1,10}\Z", name) else f"{name}.zip"


def unknown_placeholders(pattern: str) -> tuple[str, ...]:
    """What stands in braces and is no placeholder; it would stay in the name as it is."""
    return tuple(word for word in _BRACED.findall(pattern) if word != _RANDOM and word not in _CODES)


def _filled(run: str, now: datetime) -> str:
    return _TOKEN.sub(lambda token: _time(token.group(), now), run)


def _time(token: str, now: datetime) -> str:
    return now.strftime(_CODES[token]).rjust(len(token), "0")
