import pytest

from snapjury.rules.addresses import parse_networks
from snapjury.rules.urls import may_be_called


@pytest.mark.parametrize(
    "url",
    [
        "http://somevalidurl.com",
        "https://hooks.example.com/snapjury?token=a%20b#part",
        "HTTPS://Hooks.Example.com:8443/",
        "http://receiver:8080/start",
        "http://bücher.example/",
        "http://xn--bcher-kva.example",
        "http://8.8.8.8/",
        "http://[2606:4700:4700::1111]:80/x",
        "http://example.com./",
        "http://_dmarc.example.com/",
    ],
)
def test_http_urls_with_a_host_are_valid(url: str) -> None:
    assert may_be_called(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "somevalidurl.com",
        "//example.com",
        "http://",
        "http:///path",
        "http:example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://exa mple.com",
        "http://example.com/a b",
        "http://example.com\\@evil.com",
        "http://example.com\n",
        "\thttp://example.com",
        "http://user:secret@example.com",
        "http://@example.com",
        "http://example.com:99999",
        "http://example.com:port",
        "http://example.com:0",
        "http://-example.com",
        "http://example..com",
        "http://.",
        "http://" + "a" * 64 + ".com",
        "http://" + ".".join(["a" * 60] * 5),
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://[2606:4700:4700::1111%25eth0]/",
        "http://[not-an-address]/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://1.2.3.4.5/",
        "http://example.com/" + "x" * 2048,
    ],
)
def test_what_cannot_or_may_not_be_called_is_invalid(url: str) -> None:
    assert not may_be_called(url)


def test_an_address_inside_is_valid_where_its_network_is_allowed() -> None:
    assert may_be_called("http://127.0.0.1:4567/start", parse_networks("127.0.0.0/8"))
