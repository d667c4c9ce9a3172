"""Mutual TLS 1.3 and who is at the other end.

Rules:

* Only TLS 1.3. grpcio accepts 1.2, so the version is read from each RPC's own connection and checked.
* Only ECDSA P-256 certificates (grpcio fails with Ed25519 ones).
* A certificate is not enough to be somebody: callers compare ``Peer`` with what the directory or the
  agency's own register says of that name, public key included.
* Exactly one URI name. A certificate with none, or with two, is nobody.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.errors import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

TLS_VERSION: Final = b"TLSv1.3"
# Parsed certificates remembered: reading one costs 60 µs, and a held connection shows the same one.
CERTIFICATES_REMEMBERED: Final = 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TlsIdentity:
    """A certificate chain with its private key, as PEM. The key never appears in ``repr``."""

    certificate_pem: bytes
    key_pem: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Peer:
    """What the other end's certificate proves: a name and a key, until ``not_after_ms``.

    Attributes:
        spiffe_id: its one URI name.
        public_key_sha256: SHA-256 of the DER SubjectPublicKeyInfo, 32 bytes.
        not_after_ms: end of the certificate, milliseconds since the Unix epoch.
    """

    spiffe_id: str
    public_key_sha256: bytes
    not_after_ms: int


class _AuthContext(Protocol):
    def auth_context(self) -> Mapping[str, Iterable[bytes]]: ...


def server_credentials(
    identity: TlsIdentity, *, client_ca_pem: bytes | None
) -> grpc.ServerCredentials:
    """Credentials of a listener.

    Args:
        identity: the listener's own certificate.
        client_ca_pem: the only authority whose certificates clients may show; ``None`` only for
            enrolment, where the caller has no certificate yet.
    """
    return grpc.ssl_server_credentials(
        [(identity.key_pem, identity.certificate_pem)],
        root_certificates=client_ca_pem,
        require_client_auth=client_ca_pem is not None,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a listener shows, and whose certificates it asks its clients for."""

    identity: TlsIdentity
    client_ca_pem: bytes | None


def renewable_server_credentials(current: Callable[[], Shown]) -> grpc.ServerCredentials:
    """Credentials that follow what ``current`` returns: a renewed certificate needs no restart.

    Args:
        current: asked before each handshake, in a thread of gRPC's. What it fails with changes nothing: the
            last certificate is shown again. Whether clients need a certificate is fixed at the start.
    """
    shown = current()
    required = shown.client_ca_pem is not None

    def fetch() -> grpc.ServerCertificateConfiguration | None:
        nonlocal shown
        try:
            found = current()
        except Exception as error:  # noqa: BLE001  # a handshake must not depend on a disk
            log.error("the listener's certificate could not be read: %s", type(error).__name__)
            return None
        if found == shown or (found.client_ca_pem is not None) is not required:
            return None
        shown = found
        return _configuration(found)

    # The stub leaves out that ``None`` keeps the present one.
    return grpc.dynamic_ssl_server_credentials(_configuration(shown), fetch, required)  # type: ignore[arg-type]


def _configuration(shown: Shown) -> grpc.ServerCertificateConfiguration:
    pair = (shown.identity.key_pem, shown.identity.certificate_pem)
    return grpc.ssl_server_certificate_configuration([pair], shown.client_ca_pem)


def channel_credentials(
    identity: TlsIdentity | None, *, server_ca_pem: bytes
) -> grpc.ChannelCredentials:
    """Credentials of a channel: trusts only ``server_ca_pem``, shows ``identity`` if there is one."""
    return grpc.ssl_channel_credentials(
        root_certificates=server_ca_pem,
        private_key=identity.key_pem if identity else None,
        certificate_chain=identity.certificate_pem if identity else None,
    )


_remembered: dict[bytes, Peer] = {}


def read_certificate(pem: bytes) -> Peer:
    """The name, key and end that a certificate states; its signature is TLS's business.

    Raises:
        Refusal: UNAUTHENTICATED when it has not exactly one URI name.
    """
    known = _remembered.get(pem)
    if known is not None:
        return known
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (ValueError, x509.ExtensionNotFound) as error:
        raise Refusal(Reason.UNAUTHENTICATED, "certificate without a readable name") from error
    if len(uris) != 1:
        raise Refusal(Reason.UNAUTHENTICATED, f"certificate with {len(uris)} URI names")
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    not_after_ms = int(certificate.not_valid_after_utc.timestamp() * 1000)
    peer = Peer(uris[0], hashlib.sha256(key).digest(), not_after_ms)
    if len(_remembered) >= CERTIFICATES_REMEMBERED:
        _remembered.clear()
    _remembered[pem] = peer
    return peer


def peer_of(context: _AuthContext) -> Peer:
    """Who is at the other end of this RPC.

    Raises:
        Refusal: UNAUTHENTICATED without TLS 1.3 or without a client certificate.
    """
    facts = context.auth_context()
    if TLS_VERSION not in facts.get("ssl_tls_version", ()):
        raise Refusal(Reason.UNAUTHENTICATED, "not TLS 1.3")
    for pem in facts.get("x509_pem_cert", ()):
        return read_certificate(pem)
    raise Refusal(Reason.UNAUTHENTICATED, "no client certificate")
