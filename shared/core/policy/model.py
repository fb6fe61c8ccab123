"""What all settings are made of: the base ``Model`` and the small types that its kinds share. Decide stage."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
TenantId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\Z")]
"""As ``shared/core/message/identity.py`` has it: safe as a Table key, a blob path segment and a DNS label."""
Domain = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern=r"^\.?[^\s@/\\?#]+$")]
Address = Annotated[str, msgspec.Meta(min_length=3, max_length=320, pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")]
Language = Literal["ja", "en"]
TimeOfDay = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)\Z")]
"""Hours and minutes, ``24:00`` for the end of the day."""


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=False):
    """Base of all settings: frozen, and an unknown field is an error rather than silently nothing."""
