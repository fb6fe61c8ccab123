"""Where a next hop may be: on the public internet, and in networks that whoever runs the service has named. Stage 4b.

The name of a next hop is written by a tenant's administrator, and the connection is made from inside the service's own
network. Without a fence a trial of a next hop would tell anybody what listens there, and deliveries would reach it.
Addresses are asked for after they were resolved and are the ones connected to, so a name that changes its mind gains
nothing.

Source: the IANA special-purpose address registries (RFC 6890), as ``ipaddress`` knows them; "What is IP address
168.63.129.16?" in Microsoft's documentation.
"""

from __future__ import annotations

import ipaddress

from shared.settings import MisconfiguredProcess

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PLATFORM = ipaddress.IPv4Address("168.63.129.16")
"""Public by its number, and Azure's own door to every virtual machine."""
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is given out. What is beside it stands for something else, and older Pythons take some of it for global:
IPv4 within IPv6 by forms that are out of use, local NAT64 (RFC 8215), site-local addresses.
"""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class ReachableNetworks:
    """``address in networks`` tells whether mail may be sent there. Immutable."""

    def __init__(self, named: str = "") -> None:
        """``named`` are networks beside the public internet, with commas between. Raises ``MisconfiguredProcess``."""
        try:
            self._named = tuple(
                ipaddress.ip_network(one.strip(), strict=False) for one in named.split(",") if one.strip()
            )
        except ValueError as error:
            raise MisconfiguredProcess(f"MATTA_NEXT_HOP_NETWORKS names what is no network: {error}") from error

    def __contains__(self, address: object) -> bool:
        """``address`` is one as ``getaddrinfo`` gives it."""
        try:
            plain = _plain(ipaddress.ip_address(str(address)))
        except ValueError:
            return False
        if any(plain.version == network.version and plain in network for network in self._named):
            return True
        if isinstance(plain, ipaddress.IPv6Address) and plain not in _UNICAST:
            return False
        return plain.is_global and not plain.is_multicast and plain != _PLATFORM


def _plain(address: _Address) -> _Address:
    """The IPv4 address that stands within an IPv6 address (mapped, 6to4, NAT64): that is where packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
