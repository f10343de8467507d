"""Certificates that tests make for servers on this machine."""

import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
THIS_MACHINE = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])


def unsigned(key: EllipticCurvePrivateKey, issuer: str, subject: str) -> x509.CertificateBuilder:
    """A certificate of this key, good from yesterday until tomorrow."""
    now = datetime.datetime.now(datetime.UTC)
    names = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (issuer, subject))
    builder = x509.CertificateBuilder(*names, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(now - DAY).not_valid_after(now + DAY)


def chain_of(key: EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """Both as a server loads them, in PEM."""
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + certificate.public_bytes(Encoding.PEM)
