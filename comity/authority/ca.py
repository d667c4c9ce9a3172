"""Certificate authorities, each for one kind of machine, behind ``sign(csr, profile)``.

Rules:

* One authority per kind: gateways, nodes, and each agency's own systems. A listener trusts exactly one,
  so no certificate serves in another's place.
* Names come from the profile, which comes from an invitation or an agency's register; whatever a request
  asks for is ignored. Only its key counts, and its signature proves possession of it.
* Exactly one URI name. Nodes and systems are clients only and carry no host names; gateways and an
  agency's own listener are servers only.
* ECDSA P-256, one day. A longer theft is cut by the directory, which pins every public key.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from comity.clock import to_datetime
from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from comity.identity.names import SpiffeId

CERTIFICATE_LIFE_MS: Final = 24 * 3600 * 1000
AUTHORITY_LIFE_DAYS: Final = 3_650
# A certificate starts a little in the past, so that a clock slightly behind accepts it.
BACKDATE_MS: Final = 120_000
CSR_BYTES_MAX: Final = 4_096


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate will say. Never built from a request.

    Attributes:
        name: its one URI name.
        server: a listener's certificate (serverAuth); otherwise a client's (clientAuth).
        hosts: DNS names and IP addresses of a listener; empty for clients.
        life_ms: how long it lasts.
    """

    name: SpiffeId
    server: bool = False
    hosts: tuple[str, ...] = ()
    life_ms: int = CERTIFICATE_LIFE_MS


def spki_sha256(key: ec.EllipticCurvePublicKey) -> bytes:
    """SHA-256 of the DER SubjectPublicKeyInfo: how the directory names a TLS key."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).digest()


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as PKCS #8 PEM, unencrypted; it belongs into a file of mode 0600."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Reads a P-256 key.

    Raises:
        ValueError: another kind of key, or none.
    """
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 key")  # noqa: TRY004  # a wrong file, not a wrong type
    return key


def request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A certificate request, DER. It names nobody: names come from the other side."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    csr = builder.sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.DER)


def read_request(csr: bytes) -> ec.EllipticCurvePublicKey:
    """The key of a request whose own signature proves possession; all else in it is ignored.

    Raises:
        Refusal: INVALID_REQUEST for anything but a sound request with a P-256 key.
    """
    try:
        parsed = x509.load_der_x509_csr(csr) if len(csr) <= CSR_BYTES_MAX else None
        if parsed is None or not parsed.is_signature_valid:
            raise Refusal(Reason.INVALID_REQUEST, "unsound request", field="csr")
        key = parsed.public_key()
    except (ValueError, InvalidSignature) as error:
        raise Refusal(Reason.INVALID_REQUEST, "unreadable request", field="csr") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refusal(Reason.INVALID_REQUEST, "not a P-256 key", field="csr")
    return key


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """Signs certificates of one kind.

    Attributes:
        certificate_pem: what listeners and channels trust.
    """

    certificate_pem: bytes
    _key_pem: bytes = field(repr=False)

    @classmethod
    def create(cls, common_name: str, now_ms: int) -> CertificateAuthority:
        """Makes a new authority with a fresh key.

        Args:
            common_name: for people who look at it; nothing is decided by it.
            now_ms: milliseconds since the Unix epoch.
        """
        key = new_key()
        certificate = self_signed(key, common_name, now_ms, path_length=0)
        return cls(certificate, key_pem(key))

    def export_key(self) -> bytes:
        """The private key, PEM, for its file of mode 0600."""
        return self._key_pem

    def sign(self, csr: bytes, profile: Profile, now_ms: int) -> bytes:
        """Issues a certificate for the key in ``csr`` and the names in ``profile``; PEM.

        Raises:
            Refusal: INVALID_REQUEST for an unsound request.
        """
        return self.certify(read_request(csr), profile, now_ms)

    def certify(
        self, public_key: ec.EllipticCurvePublicKey, profile: Profile, now_ms: int
    ) -> bytes:
        """Issues a certificate for a key whose possession was proven another way; PEM."""
        issuer = x509.load_pem_x509_certificate(self.certificate_pem)
        usage = (
            ExtendedKeyUsageOID.SERVER_AUTH if profile.server else ExtendedKeyUsageOID.CLIENT_AUTH
        )
        names = [x509.UniformResourceIdentifier(str(profile.name)), *map(_host, profile.hosts)]
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(issuer.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(to_datetime(now_ms - BACKDATE_MS))
            .not_valid_after(to_datetime(now_ms + profile.life_ms))
            .add_extension(x509.SubjectAlternativeName(names), critical=True)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(sign_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    load_key(self._key_pem).public_key()
                ),
                critical=False,
            )
        )
        certificate = builder.sign(load_key(self._key_pem), hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)


def self_signed(
    key: ec.EllipticCurvePrivateKey,
    common_name: str,
    now_ms: int,
    *,
    path_length: int | None = None,
    hosts: tuple[str, ...] = (),
) -> bytes:
    """A certificate that vouches for itself, PEM: an authority's own, or a pinned listener's.

    Args:
        key: signs itself.
        common_name: for people.
        now_ms: milliseconds since the Unix epoch.
        path_length: 0 for an authority.
        hosts: names of a pinned listener.
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(to_datetime(now_ms - BACKDATE_MS))
        .not_valid_after(to_datetime(now_ms) + timedelta(days=AUTHORITY_LIFE_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if hosts:
        names = [_host(host) for host in hosts]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=sign_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
