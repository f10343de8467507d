"""Whose certificates are taken of receivers and of sources by HTTP."""

import datetime
import socket
import ssl
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from snapjury.adapters.guarded_http import tls
from tests.api_server import ApiServer, Reply

DAY = datetime.timedelta(days=1)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def issued(key: ec.EllipticCurvePrivateKey, subject: str) -> x509.CertificateBuilder:
    """A certificate of this key, by the authority."""
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(named("authority"), named(subject), key.public_key())
    return builder.serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + DAY)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """An authority of the kind that companies have for themselves, and a key with a certificate of it for 127.0.0.1."""
    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    authority = issued(root, "authority").add_extension(constraints, critical=False).sign(root, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = issued(key, "receiver").add_extension(names, critical=False).sign(root, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "authority.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    (tmp_path / "receiver.pem").write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return tmp_path / "authority.pem", tmp_path / "receiver.pem"


def meet(ours: ssl.SSLContext, receiver: Path) -> None:
    """Connect to a receiver with this certificate; SSLError if it is not taken."""
    its = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    its.load_cert_chain(receiver)
    with ApiServer(lambda _: Reply(), its) as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with socket.create_connection(address) as plain, ours.wrap_socket(plain, server_hostname="127.0.0.1"):
            pass


def test_an_authority_without_the_newer_extensions_vouches_for_receivers(files: tuple[Path, Path]) -> None:
    authority, receiver = files
    ours, strict = tls.__wrapped__(), tls.__wrapped__()
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    for context in (ours, strict):
        context.load_verify_locations(authority)

    meet(ours, receiver)

    with pytest.raises(ssl.SSLCertVerificationError):
        meet(strict, receiver)


def test_an_authority_that_nobody_knows_does_not(files: tuple[Path, Path]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(tls(), files[1])
