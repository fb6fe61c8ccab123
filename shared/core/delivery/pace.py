"""At most so many transactions a minute with one next hop (stage 4b): a token bucket. Pure: the time is an argument.

Source: the generic cell rate algorithm (ITU-T I.371), which keeps one number, the time at which the bucket is full again.
"""

from __future__ import annotations

BURST_SECONDS = 1.0
"""What may come at once: as much as the limit allows in this time, and one at least."""


def next_turn(full_at: float, a_minute: int, now: float) -> tuple[float, float]:
    """Seconds to wait for a turn, and the bucket's number once that turn is taken. ``full_at`` is 0.0 for a new bucket."""
    interval = 60.0 / a_minute
    slack = max(BURST_SECONDS - interval, 0.0)
    wait = max(full_at - slack - now, 0.0)
    return wait, max(full_at, now) + interval
