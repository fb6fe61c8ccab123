"""Sizes and moments as people of each language write them. Used by every face of a hold (stages 5 and 6)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.core.text.language import Language

_UNITS = ("KB", "MB", "GB", "TB")
_DAYS: dict[Language, tuple[str, ...]] = {
    "ja": ("月", "火", "水", "木", "金", "土", "日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def size_text(size: int) -> str:
    """Bytes as ``812 B``, ``34 KB``, ``1.2 MB``; units of 1024, as mail clients count."""
    if size < 1024:
        return f"{size} B"
    amount = float(size)
    steps = 0
    while steps == 0 or (amount >= 1023.5 and steps < len(_UNITS)):
        amount /= 1024
        steps += 1
    unit = _UNITS[steps - 1]
    if unit == "KB" or amount >= 99.95:
        return f"{amount:,.0f} {unit}"
    return f"{amount:.1f} {unit}"


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """The time zone of that IANA name; UTC for a name that this system does not know, so that a page still shows."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not known; not a name at all; a folder of the database
        return UTC


def moment_text(moment: datetime, zone: tzinfo, language: Language) -> str:
    """``2026年3月2日(月) 18:30 JST`` or ``Mon, 2 Mar 2026, 18:30 JST``, in the zone's own time.

    Zones without a short name of their own show their distance from UTC. ``moment`` is aware.
    """
    local = moment.astimezone(zone)
    day = _DAYS[language][local.weekday()]
    name = local.tzname() or ""
    if not name.isalpha():
        name = f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]
    if language == "ja":
        return f"{local.year}年{local.month}月{local.day}日({day}) {local:%H:%M} {name}"
    return f"{day}, {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {name}"
