"""Which network addresses a webhook may be sent to: public ones, and those that the operator allows."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64_PREFIXES = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
IPV4_COMPATIBLE = IPv6Network("::/96")


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a comma-separated list such as `127.0.0.0/8,10.1.0.0/16`; ValueError names a wrong one."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def may_be_dialled(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether a connection to this literal address is permitted.

    Private, loopback, link-local (cloud metadata), carrier-grade NAT, multicast and reserved ranges are denied, also
    where an IPv6 address only wraps one of them (mapped, compatible, NAT64, 6to4, Teredo).
    """
    parsed = ip_address(address.partition("%")[0])
    if is_allowed(parsed, allowed):
        return True
    return all(is_public(each) or is_allowed(each, allowed) for each in (parsed, *wrapped_addresses(parsed)))


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    return any(address in network for network in allowed if network.version == address.version)


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address.is_site_local):
        return address.ipv4_mapped is not None  # a mapped address is judged by the IPv4 address inside
    return address.is_global and not address.is_multicast


def wrapped_addresses(address: Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that traffic to this IPv6 address may end up at."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in prefix for prefix in (*NAT64_PREFIXES, IPV4_COMPATIBLE)):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
