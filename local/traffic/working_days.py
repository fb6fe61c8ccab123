"""When people of the demo tenant write: on working days, most of it in the morning and after lunch.

Local tooling; no stage of the mail flow.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from random import Random

_HOURS = {8: 3, 9: 11, 10: 13, 11: 11, 12: 4, 13: 10, 14: 11, 15: 10, 16: 10, 17: 9, 18: 5, 19: 2, 20: 1}
"""Hours of the day and how much is written in them."""
_WEEKEND = 0.06
_SATURDAY = 5


def moments(random: Random, count: int, days: int, now: datetime, zone: tzinfo) -> list[datetime]:
    """So many moments of the last ``days`` days before ``now``, the oldest first."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    calendar = [today - timedelta(days=number) for number in range(days)]
    weights = [_WEEKEND if day.weekday() >= _SATURDAY else random.uniform(0.8, 1.2) for day in calendar]
    found: list[datetime] = []
    while len(found) < count:
        day = random.choices(calendar, weights)[0]
        hour = random.choices(list(_HOURS), list(_HOURS.values()))[0]
        moment = day + timedelta(hours=hour, milliseconds=random.randrange(3_600_000))
        if moment < now - timedelta(minutes=1):
            found.append(moment)
        elif days == 1:
            found.append(now - timedelta(minutes=2, milliseconds=random.randrange(3_600_000)))
    return sorted(found)
