"""A set of IP networks that the operator names. Stage receive."""

from __future__ import annotations

import ipaddress

from shared.settings import MisconfiguredProcess
from smtp_relay.attribution import parse_address


class Networks:
    """Addresses and CIDR ranges, with commas between."""

    def __init__(self, text: str, variable: str) -> None:
        """Raises ``MisconfiguredProcess`` that names ``variable``."""
        try:
            self._networks = tuple(
                ipaddress.ip_network(piece.strip(), strict=False) for piece in text.split(",") if piece.strip()
            )
        except ValueError as error:
            raise MisconfiguredProcess(f"{variable} must hold addresses or ranges: {error}") from error

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._networks)

    def __contains__(self, address: object) -> bool:
        """Whether an address, given as text, is in one of them."""
        ip = parse_address(address) if isinstance(address, str) and self._networks else None
        return ip is not None and any(ip.version == network.version and ip in network for network in self._networks)
