import pytest

from snapjury.rules.addresses import may_be_dialled, parse_networks


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_may_be_dialled(address: str) -> None:
    assert may_be_dialled(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:7f00:1::",
    ],
)
def test_addresses_that_lead_inside_may_not_be_dialled(address: str) -> None:
    assert not may_be_dialled(address)


def test_the_operator_can_allow_single_networks() -> None:
    allowed = parse_networks("127.0.0.0/8, fd00::/8")

    assert may_be_dialled("127.0.0.1", allowed)
    assert may_be_dialled("fd00::5", allowed)
    assert may_be_dialled("::ffff:127.0.0.1", allowed)
    assert not may_be_dialled("10.0.0.1", allowed)
    assert not may_be_dialled("::ffff:10.0.0.1", allowed)


def test_allowing_nothing_is_an_empty_list() -> None:
    assert parse_networks("") == ()


def test_a_wrong_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1/33"):
        parse_networks("127.0.0.1/33")
