"""The guard, by a table of addresses and tricks: whole calls, in which only the last step, connecting, is not real."""

import socket
from typing import Any

import pytest

from snapjury.adapters.http_files import HttpFiles
from snapjury.adapters.webhooks import HttpWebhooks
from snapjury.errors import UnreachableError
from snapjury.rules.types.image.about import IMAGE

NAMES = {
    "shop.example": ["93.184.216.34"],
    "both.example": ["93.184.216.34", "2606:4700:4700::1111"],
    "xn--bcher-kva.example": ["93.184.216.34"],
    "nat64.example": ["64:ff9b::5db8:d822"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.": ["127.0.0.1"],
    "inside.example": ["10.0.0.5"],
    "metadata.example": ["169.254.169.254"],
    "mixed.example": ["93.184.216.34", "127.0.0.1"],
    "mapped.example": ["::ffff:169.254.169.254"],
    "scoped.example": ["fe80::1%eth0"],
    "127.0.0.1.nip.example": ["127.0.0.1"],
}
"""What the nameserver says; there is no other name."""

PUBLIC = [
    ("http://shop.example/chips.jpg", ("93.184.216.34", 80), "a name of a public address"),
    ("HTTPS://Shop.Example/chips.jpg", ("93.184.216.34", 443), "case does not matter"),
    ("http://shop.example./chips.jpg", ("93.184.216.34", 80), "a trailing dot is part of a full name"),
    ("https://shop.example:8443/a?b=c#d", ("93.184.216.34", 8443), "any port, since what is said there is ours"),
    ("http://both.example/", ("93.184.216.34", 80), "all its addresses are public"),
    ("http://bücher.example/", ("93.184.216.34", 80), "an international name"),
    ("http://nat64.example/", ("64:ff9b::5db8:d822", 80), "NAT64 of a public address"),
    ("http://8.8.8.8/", ("8.8.8.8", 80), "a public IPv4 address"),
    ("http://[2606:4700:4700::1111]/", ("2606:4700:4700::1111", 80), "a public IPv6 address"),
    ("https://[2606:4700:4700::1111]:8443/", ("2606:4700:4700::1111", 8443), "the same with a port"),
    ("https://[2606:4700:4700::1111]/", ("2606:4700:4700::1111", 443), "the same over TLS"),
    ("http://[::ffff:8.8.8.8]/", ("::ffff:8.8.8.8", 80), "a public IPv4 address, mapped"),
    ("http://172.15.255.255/", ("172.15.255.255", 80), "just below a private range"),
    ("http://172.32.0.1/", ("172.32.0.1", 80), "just above a private range"),
    ("http://100.128.0.1/", ("100.128.0.1", 80), "just above carrier-grade NAT"),
    ("http://169.253.255.255/", ("169.253.255.255", 80), "just below link-local"),
    ("http://223.255.255.254/", ("223.255.255.254", 80), "just below multicast"),
]

INSIDE = [
    ("http://127.0.0.1/", "loopback"),
    ("http://127.255.255.254/", "the end of loopback"),
    ("http://localhost/", "a name of loopback"),
    ("http://LOCALHOST./", "the same, in full and in capitals"),
    ("http://0.0.0.0/", "this host"),
    ("http://0.1.2.3/", "this network"),
    ("http://10.0.0.1/", "private"),
    ("http://172.16.0.1/", "private"),
    ("http://172.31.255.254/", "private"),
    ("http://192.168.0.1/", "private"),
    ("http://169.254.169.254/latest/meta-data/", "metadata of AWS"),
    ("http://169.254.170.2/v2/credentials", "credentials of a task"),
    ("http://[fd00:ec2::254]/", "metadata of AWS by IPv6"),
    ("http://168.63.129.16/", "the host's agent on Azure, at an address that looks public"),
    ("http://100.100.100.200/", "metadata of Alibaba, in carrier-grade NAT"),
    ("http://100.64.0.1/", "carrier-grade NAT"),
    ("http://192.0.0.192/", "metadata of Oracle, in the IETF's range"),
    ("http://192.0.0.9/", "an anycast service of the local network"),
    ("http://192.88.99.1/", "a relay of 6to4"),
    ("http://198.18.0.1/", "benchmarks"),
    ("http://192.0.2.1/", "documentation"),
    ("http://203.0.113.7/", "documentation"),
    ("http://224.0.0.1/", "multicast"),
    ("http://240.0.0.1/", "reserved"),
    ("http://255.255.255.255/", "broadcast"),
    ("http://[::]/", "this host"),
    ("http://[::1]/", "loopback"),
    ("http://[0:0:0:0:0:0:0:1]/", "loopback in full"),
    ("http://[fe80::1]/", "link-local"),
    ("http://[fe80::1%25lo]/", "link-local with a zone"),
    ("http://[fe80::1%lo]/", "link-local with a zone that is not encoded"),
    ("http://[fc00::1]/", "unique local"),
    ("http://[fec0::1]/", "site-local"),
    ("http://[ff02::1]/", "multicast"),
    ("http://[2001:db8::1]/", "documentation"),
    ("http://[3fff::1]/", "documentation, of late"),
    ("http://[100::1]/", "discarded"),
    ("http://[5f00::1]/", "segment routing"),
    ("http://[4000::1]/", "not given to anybody"),
    ("http://[::ffff:127.0.0.1]/", "loopback, mapped"),
    ("http://[::ffff:7f00:1]/", "the same in hexadecimal"),
    ("http://[::ffff:a9fe:a9fe]/", "metadata, mapped"),
    ("http://[::127.0.0.1]/", "loopback, compatible"),
    ("http://[::8.8.8.8]/", "compatible addresses are out of use"),
    ("http://[::ffff:0:127.0.0.1]/", "loopback, translated"),
    ("http://[64:ff9b::127.0.0.1]/", "loopback by NAT64"),
    ("http://[64:ff9b::a9fe:a9fe]/", "metadata by NAT64"),
    ("http://[64:ff9b:1::a00:1]/", "the local prefix of NAT64"),
    ("http://[2002:7f00:1::]/", "loopback by 6to4"),
    ("http://[2002:a9fe:a9fe::1]/", "metadata by 6to4"),
    ("http://[2001:0:7f00:1::]/", "Teredo with a server on loopback"),
    ("http://[2001:0:808:808::5601:5601]/", "Teredo with a client at the metadata's address"),
    ("http://2130706433/", "loopback as one number"),
    ("http://0x7f000001/", "the same in hexadecimal"),
    ("http://017700000001/", "the same in octal"),
    ("http://0177.0.0.1/", "an octal part"),
    ("http://0x7f.0.0.1/", "a hexadecimal part"),
    ("http://127.1/", "a short spelling"),
    ("http://127.0.1/", "a longer short spelling"),
    ("http://0/", "the shortest"),
    ("http://2852039166/", "metadata as one number"),
    ("http://0xa9.254.0251.254/", "mixed bases"),
    ("http://127.0.0.1./", "a trailing dot after an address"),
    ("http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/", "fullwidth digits"),
    ("http://127\u30020\u30020\u30021/", "ideographic full stops"),
    ("http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", "circled digits"),
    ("http://\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54/", "fullwidth letters"),
    ("http://%31%32%37.0.0.1/", "encoded digits"),
    ("http://shop.example@127.0.0.1/", "credentials that look like a host"),
    ("http://shop.example:80@127.0.0.1/", "the same with a port"),
    ("http://127.0.0.1#@shop.example/", "a fragment that looks like a host"),
    ("http://127.0.0.1?@shop.example/", "a query that looks like a host"),
    ("http://127.0.0.1\\@shop.example/", "a backslash"),
    ("http://127.0.0.1:80/", "a port does not help"),
    ("http://inside.example/", "a public name of a private address"),
    ("http://metadata.example/", "a public name of the metadata"),
    ("http://mixed.example/", "one of its addresses is inside"),
    ("http://mapped.example/", "its address is mapped"),
    ("http://scoped.example/", "its address has a zone"),
    ("http://127.0.0.1.nip.example/", "a name that carries the address"),
]

MALFORMED = [
    ("http://user:secret@shop.example/", "credentials"),
    ("http://127.0.0.1%2f@shop.example/", "an encoded slash before credentials"),
    ("http://@shop.example/", "empty credentials"),
    ("http://shop.example:0/", "port 0"),
    ("http://shop.example:65536/", "a port that there is not"),
    ("http://shop.example:http/", "a port that is no number"),
    ("http://shop.example\\@evil.example/", "a backslash"),
    ("http://shop.example /", "white space"),
    ("http://shop.example/\r\nhost: evil.example", "a line break"),
    ("http://shop.example\x00.evil.example/", "a NUL"),
    ("http://shop.example%00.evil.example/", "an encoded NUL"),
    ("http://shop..example/", "an empty label"),
    ("http://", "no host"),
    ("http:///chips.jpg", "no host"),
    ("http:shop.example/", "no slashes"),
    ("//shop.example/chips.jpg", "no scheme"),
    ("shop.example/chips.jpg", "no scheme"),
    ("file:///etc/passwd", "a file"),
    ("ftp://shop.example/", "another protocol"),
    ("gopher://127.0.0.1:6379/_FLUSHALL", "another protocol"),
    ("dict://127.0.0.1:11211/stats", "another protocol"),
    ("data:image/jpeg;base64,/9j/", "no call at all"),
    ("jar:http://shop.example!/", "a scheme in a scheme"),
    ("http://[::1", "half a bracket"),
    ("http://[v1.shop]/", "an address of a future version"),
    ("http://shop.example/" + "x" * 2048, "too long"),
]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The addresses and ports that were to be connected to. Names are those of the table; nothing leaves here."""
    addresses: list[tuple[str, int]] = []
    resolve = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, **options: Any) -> list[Any]:
        known = NAMES.get(host.lower()) or NAMES.get(host.lower().removesuffix("."))
        if known is None:
            return resolve(host, port, flags=socket.AI_NUMERICHOST, **options)
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in known]
        return [(family, socket.SOCK_STREAM, 0, "", (each, port)) for family, each in zip(families, known, strict=True)]

    def connect(_: socket.socket, address: Any) -> None:
        addresses.append(address[:2])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return addresses


def read(url: str) -> None:
    with pytest.raises(UnreachableError):
        HttpFiles((), 60).read(url, IMAGE)


@pytest.mark.parametrize(("url", "address", "why"), PUBLIC, ids=[why for *_, why in PUBLIC])
def test_public_addresses_are_called(
    dialled: list[tuple[str, int]], url: str, address: tuple[str, int], why: str
) -> None:
    read(url)

    assert dialled[0] == address, why


@pytest.mark.parametrize(("url", "why"), INSIDE + MALFORMED, ids=[why for _, why in INSIDE + MALFORMED])
def test_what_leads_inside_or_is_malformed_is_refused_before_anything_is_called(
    dialled: list[tuple[str, int]], url: str, why: str
) -> None:
    read(url)

    assert dialled == [], why


@pytest.mark.parametrize(("url", "why"), INSIDE, ids=[why for _, why in INSIDE])
def test_the_address_is_checked_also_where_the_url_was_not(dialled: list[tuple[str, int]], url: str, why: str) -> None:
    outcome = HttpWebhooks((), 60).post(url, "msg", b"{}", 0, [])

    assert dialled == [], why
    assert outcome.status is None
