"""Legal holds through files and older versions: what knows nothing of a hold does not lift it. Pure."""

from __future__ import annotations

import msgspec

from shared.core.policy.tenant_settings import TenantSettings


def keep_legal_holds(present: TenantSettings, edit: TenantSettings) -> TenantSettings:
    """The edit with every legal hold that stands now, as it stands; holds that are new in the edit come behind them.

    For files and older versions: to lift a hold is a decision of its own, made where the hold is shown.
    """
    standing = present.retention.legal_holds
    known = {hold.id for hold in standing}
    holds = (*standing, *(hold for hold in edit.retention.legal_holds if hold.id not in known))
    if holds == edit.retention.legal_holds:
        return edit
    return msgspec.structs.replace(edit, retention=msgspec.structs.replace(edit.retention, legal_holds=holds))
