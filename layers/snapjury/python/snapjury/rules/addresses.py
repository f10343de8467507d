"""Which network addresses strangers may have us call: public ones, and those that the operator allows."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")
GLOBAL_UNICAST = IPv6Network("2000::/3")

NOT_PUBLIC_EITHER = (
    IPv4Network("168.63.129.16/32"),  # the agent of Azure's hosts, which answers inside only
    IPv4Network("192.0.0.0/24"),  # IETF protocols: services of the local network
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv6Network("2001::/23"),  # IETF protocols, and Teredo, which wraps IPv4
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4, which wraps IPv4
    IPv6Network("3fff::/20"),  # documentation
)
"""Ranges of which some version of `ipaddress` says that they are global."""


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a comma-separated list such as `127.0.0.0/8,10.1.0.0/16`; ValueError names a wrong one."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def may_be_dialled(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether a connection to this literal address is permitted.

    Private, loopback, link-local (cloud metadata), carrier-grade NAT, multicast and reserved ranges are denied, and of
    IPv6 all but global unicast. A mapped or NAT64 address is judged by the IPv4 address that it leads to; the other
    ways of wrapping one (compatible, translated, 6to4, Teredo) are out of use and denied.
    """
    parsed = ip_address(address)
    destination = destination_of(parsed)
    return is_in(allowed, parsed) or is_in(allowed, destination) or is_public(destination)


def destination_of(address: Address) -> Address:
    """Where traffic to this address ends up: at the IPv4 address inside, if it wraps one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not is_in(NOT_PUBLIC_EITHER, address)


def is_in(networks: Sequence[Network], address: Address) -> bool:
    return any(address in network for network in networks if network.version == address.version)
