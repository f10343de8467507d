"""Whose certificates are taken of receivers and of sources by HTTP."""

import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from snapjury.adapters.guarded_http import tls
from tests.api_server import ApiServer, Reply
from tests.certificates import THIS_MACHINE, chain_of, unsigned


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """An authority of the kind that companies have for themselves, and a key with a certificate of it for 127.0.0.1."""
    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    authority = unsigned(root, "authority", "authority").add_extension(constraints, critical=False)
    certificate = unsigned(key, "authority", "receiver").add_extension(THIS_MACHINE, critical=False)
    (tmp_path / "authority.pem").write_bytes(authority.sign(root, hashes.SHA256()).public_bytes(Encoding.PEM))
    (tmp_path / "receiver.pem").write_bytes(chain_of(key, certificate.sign(root, hashes.SHA256())))
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
